package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.event.EventFilter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A stored target of outbound webhooks.
 *
 * @param events types, or prefixes of types followed by {@code *}
 * @param secrets signing secrets, newest first
 */
record Target(
    String webhookId,
    String name,
    String url,
    List<String> events,
    Map<String, Object> filters,
    List<Key> secrets,
    String createdAt,
    String updatedAt) {

  /** How long an old secret still signs after a rotation. */
  static final long GRACE_MS = 86_400_000;

  /** Most difference between the clocks of servers. */
  private static final long SKEW_MS = 60_000;

  /**
   * @param until when it stops signing, milliseconds since the epoch; 0 for the newest
   */
  record Key(String secret, long until) {
    boolean signs(Instant now) {
      return until == 0 || now.toEpochMilli() < until;
    }
  }

  Target {
    events = List.copyOf(events);
    filters = filters == null ? Map.of() : filters;
    secrets = List.copyOf(secrets);
  }

  boolean wants(String type) {
    return events.stream().anyMatch(wanted -> isOf(wanted, type));
  }

  static boolean isOf(String wanted, String type) {
    return wanted.endsWith("*")
        ? type.startsWith(wanted.substring(0, wanted.length() - 1))
        : type.equals(wanted);
  }

  boolean wants(TriggerEvent event) {
    return wants(event.eventType())
        && !isOlder(event.createdAt())
        && new EventFilter(Set.of(event.eventType()), filters).matches(event);
  }

  /** An event from before the target's creation may be delivered again after it. */
  private boolean isOlder(String happenedAt) {
    try {
      Instant made = Instant.parse(createdAt);
      return Instant.parse(happenedAt).isBefore(made.minusMillis(SKEW_MS));
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  List<String> signing(Instant now) {
    return secrets.stream().filter(key -> key.signs(now)).map(Key::secret).toList();
  }

  /** Adds a new secret; the previous one still signs for a while, older ones do not. */
  Target rotated(String secret, Instant now, String updated) {
    List<Key> keys = new ArrayList<>();
    keys.add(new Key(secret, 0));
    keys.add(new Key(secrets.getFirst().secret(), now.toEpochMilli() + GRACE_MS));
    return new Target(webhookId, name, url, events, filters, keys, createdAt, updated);
  }
}
