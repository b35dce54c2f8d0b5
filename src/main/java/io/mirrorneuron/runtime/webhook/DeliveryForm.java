package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.port.schedule.OutboundWebhooks.WebhookDelivery;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.webhook.DeliveryRules.DeliveryNote;
import io.mirrorneuron.store.DeliveryQueue.Delivery;
import io.mirrorneuron.store.DeliveryQueue.Entry;
import io.mirrorneuron.store.DeliveryQueue.State;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Builds deliveries from events, and their rows in lists. Pure. */
final class DeliveryForm {
  /** Why a delivery is dead that was never tried. */
  static final String OVERFLOW = "too many deliveries waited";

  private static final int LARGEST_BODY = 256 << 10;
  private static final int LONGEST_TEXT = 1000;

  private DeliveryForm() {}

  /** Details of a delivery for lists. */
  private record About(String eventType, String createdAt) {}

  static Delivery of(TriggerEvent event) {
    String body = Json.write(event);
    if (body.getBytes(StandardCharsets.UTF_8).length > LARGEST_BODY) {
      body =
          Json.write(
              new TriggerEvent(
                  event.eventId(),
                  event.eventType(),
                  event.source(),
                  shortened(event.payload()),
                  event.createdAt()));
    }
    String about = Json.write(new About(event.eventType(), event.createdAt()));
    return new Delivery(event.eventId(), about, body);
  }

  /** Keeps short texts, numbers and booleans; the receiver can ask for the rest. */
  private static Map<String, Object> shortened(Map<String, Object> payload) {
    Map<String, Object> kept = new LinkedHashMap<>();
    payload.forEach(
        (name, value) -> {
          boolean isShort = value instanceof String text && text.length() <= LONGEST_TEXT;
          if (isShort || value instanceof Number || value instanceof Boolean) {
            kept.put(name, value);
          }
        });
    kept.put("truncated", true);
    return kept;
  }

  static WebhookDelivery shown(Entry entry, State state) {
    About about = Json.read(entry.about(), About.class, "stored delivery");
    DeliveryNote last =
        entry.note().isEmpty()
            ? DeliveryNote.NONE
            : Json.read(entry.note(), DeliveryNote.class, "stored delivery");
    return new WebhookDelivery(
        entry.id(),
        about.eventType(),
        state.name().toLowerCase(Locale.ROOT),
        entry.tries(),
        about.createdAt(),
        last.at(),
        last.status(),
        last.error(),
        last.answer(),
        entry.nextAt() == 0 ? null : Json.timestamp(Instant.ofEpochMilli(entry.nextAt())),
        entry.why().isEmpty() ? null : entry.why());
  }
}
