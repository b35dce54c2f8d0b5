package io.mirrorneuron.area.events;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.WarnedAnswer;
import io.mirrorneuron.port.schedule.EmittedEvent;
import io.mirrorneuron.port.schedule.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.wire.Json;
import java.util.Set;

/** The area {@code events}: what happened, told by whoever knows it, for schedules to act on. */
public final class EventsModule {
  private EventsModule() {}

  public static AreaVerticle of(Platform platform) {
    return new EventsVerticle(platform.events());
  }

  /** The area {@code events}. */
  public static final class EventsVerticle extends AreaVerticle {
    private static final int LIMIT = 32;

    private static final Set<String> MEMBERS =
        Set.of("event_id", "event_type", "source", "payload");

    private final TriggerEvents events;

    public EventsVerticle(TriggerEvents events) {
      super("events", LIMIT);
      this.events = events;
      on("emitTriggerEvent", call -> WarnedAnswer.of(call, MEMBERS, () -> emit(call)));
      on(
          "listTriggerEvents",
          call -> events.list(Math.clamp(call.integer("limit"), 0, TriggerEvents.MOST)));
    }

    private EmittedEvent emit(ApiCall call) {
      NewEvent event = Json.read(call.body(), NewEvent.class, "body");
      event.requireOwnSource();
      return events.emit(event);
    }
  }
}
