package io.mirrorneuron.testing;

import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EventOutcome;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.event.LocalEvents;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent.RuntimeEventListener;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Events in memory, behind the rules of the real ones; remembers what schedules were told. */
public final class FakeEvents {
  public static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");

  private final List<TriggerEvent> happened = new CopyOnWriteArrayList<>();
  private final AtomicLong ids = new AtomicLong();
  private final LocalEvents events =
      new LocalEvents(
          new InMemoryTriggerEvents(LocalEvents.ROOM),
          this::react,
          RuntimeEventListener.NOBODY,
          Clock.fixed(NOW, ZoneOffset.UTC),
          () -> Long.toString(ids.incrementAndGet()));

  /** What schedules fail with; null for nothing. */
  public volatile RuntimeException trouble;

  private EventOutcome react(TriggerEvent event) {
    if (trouble != null) {
      throw trouble;
    }
    happened.add(event);
    return new EventOutcome(1, 1, 0, 0, 0, 0, "sched_1", "job-1", false);
  }

  public TriggerEvents port() {
    return events;
  }

  public LocalEvents local() {
    return events;
  }

  /** What schedules were told, secrets included. */
  public List<TriggerEvent> happened() {
    return happened;
  }
}
