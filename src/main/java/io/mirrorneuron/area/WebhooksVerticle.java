package io.mirrorneuron.area;

import io.mirrorneuron.bus.AnswerWithWarnings;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.MisspeltMembers;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks;
import io.mirrorneuron.port.schedule.InboundWebhooks.AcceptedHook;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import io.mirrorneuron.port.schedule.InboundWebhooks.InboundWebhook;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewWebhook;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

public final class WebhooksVerticle extends AreaVerticle {
  private static final int LIMIT = 32;

  /** Request headers, in any case, that identify or authenticate the sender of a call. */
  private static final List<String> HEADERS =
      List.of(
          "webhook-id",
          "webhook-timestamp",
          "webhook-signature",
          "X-Hub-Signature-256",
          "X-GitHub-Event",
          "Stripe-Signature",
          "Idempotency-Key");

  private final Webhooks webhooks;
  private final InboundWebhooks inbound;
  private final OutboundWebhooks outbound;

  private record Hooks(List<Object> data) {}

  private record Deleted(String webhookId, String status) {}

  /** The new secret, and how long the previous ones are accepted too; null for an absent member. */
  private record Change(String secret, Long overlapSeconds) {
    static final Set<String> MEMBERS = Set.of("secret", "overlap_seconds");

    Duration overlap() {
      return overlapSeconds == null ? null : Duration.ofSeconds(overlapSeconds);
    }
  }

  /** The dead delivery to retry; null for all of them. */
  private record WantedAgain(String deliveryId) {}

  public WebhooksVerticle(Webhooks webhooks) {
    super("webhooks", LIMIT);
    this.webhooks = webhooks;
    this.inbound = webhooks.inbound();
    this.outbound = webhooks.outbound();
    on("listWebhooks", this::list);
    on("createWebhook", this::create);
    on(
        "getWebhook",
        call -> Webhooks.isOutbound(id(call)) ? outbound.get(id(call)) : inbound.get(id(call)));
    on("updateWebhook", this::update);
    on("rotateWebhook", this::rotate);
    on("enableWebhook", call -> outbound.enable(id(call)));
    on("deleteWebhook", this::delete);
    on("listWebhookDeliveries", this::deliveries);
    on("replayWebhookDeliveries", this::replay);
    on("receiveHook", this::receive);
    admits("receiveHook", call -> inbound.requireKnown(call.text("token")));
  }

  private static String id(ApiCall call) {
    return call.text("webhook_id");
  }

  private Hooks list(ApiCall call) {
    List<Object> all = new ArrayList<>(inbound.list());
    all.addAll(outbound.list());
    return new Hooks(all);
  }

  private Object create(ApiCall call) {
    MisspeltMembers.refuse(call, NewWebhook.MEMBERS);
    return Json.read(call.body(), NewWebhook.class, "body").in(webhooks);
  }

  private InboundWebhook update(ApiCall call) {
    Change wanted = change(call);
    return webhooks.change(id(call), wanted.secret(), wanted.overlap());
  }

  private Object rotate(ApiCall call) {
    Change wanted = change(call);
    if (wanted.secret() != null) {
      throw MnException.invalid("rotating makes a secret; give your own by PATCH");
    }
    return webhooks.rotate(id(call), wanted.overlap());
  }

  private static Change change(ApiCall call) {
    MisspeltMembers.refuse(call, Change.MEMBERS);
    return Json.read(call.body(), Change.class, "body");
  }

  private Deleted delete(ApiCall call) {
    webhooks.delete(id(call));
    return new Deleted(id(call), "deleted");
  }

  private OutboundWebhooks.Deliveries deliveries(ApiCall call) {
    return outbound.deliveries(id(call), call.text("state"), (int) call.integer("limit"));
  }

  private OutboundWebhooks.Replayed replay(ApiCall call) {
    WantedAgain wanted = Json.read(call.body(), WantedAgain.class, "body");
    return outbound.replay(id(call), wanted.deliveryId());
  }

  private AcceptedHook receive(ApiCall call) {
    Map<String, String> headers = new HashMap<>();
    HEADERS.forEach(name -> headers.put(name, call.text(name)));
    headers.values().removeIf(Objects::isNull);
    return inbound.receive(call.text("token"), new HookDelivery(call.raw(), headers));
  }

  /**
   * The area {@code webhooks}: incoming webhooks, which take in events of other systems, and
   * outgoing webhooks, which deliver events of this one.
   */
  public static final class WebhooksModule {
    private WebhooksModule() {}

    public static AreaVerticle of(Platform platform) {
      return new WebhooksVerticle(platform.webhooks());
    }
  }

  /** The area {@code events}: external events that trigger schedules. */
  public static final class EventsModule {
    private EventsModule() {}

    public static AreaVerticle of(Platform platform) {
      return new EventsVerticle(platform.events());
    }

    public static final class EventsVerticle extends AreaVerticle {
      private static final int LIMIT = 32;

      private static final Set<String> MEMBERS =
          Set.of("event_id", "event_type", "source", "payload");

      private final TriggerEvents events;

      public EventsVerticle(TriggerEvents events) {
        super("events", LIMIT);
        this.events = events;
        on("emitTriggerEvent", call -> AnswerWithWarnings.of(call, MEMBERS, () -> emit(call)));
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
}
