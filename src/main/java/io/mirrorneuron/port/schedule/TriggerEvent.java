package io.mirrorneuron.port.schedule;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened, which schedules may wait for.
 *
 * @param eventId the same for an event that is told again
 * @param eventType a word of whoever tells it
 * @param source who tells it
 * @param payload as it was told: texts, numbers, booleans, nulls, lists and maps
 * @param createdAt when it was first stored
 */
public record TriggerEvent(
    String eventId,
    String eventType,
    String source,
    Map<String, Object> payload,
    String createdAt) {

  public TriggerEvent {
    payload =
        payload == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(payload));
  }
}
