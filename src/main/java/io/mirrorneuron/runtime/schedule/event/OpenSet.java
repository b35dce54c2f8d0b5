package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Events that wait to make a job together. Times are milliseconds since the epoch.
 *
 * @param key that they share; empty for none
 * @param held oldest first; of a debounced set only the newest
 * @param count of all events, held or not
 * @param firstAt when the first was taken in
 * @param lastAt when the last was taken in
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record OpenSet(String key, List<Held> held, long count, long firstAt, long lastAt) {
  public OpenSet {
    key = key == null ? "" : key;
    held = held == null ? List.of() : List.copyOf(held);
  }

  /**
   * @param place index of its condition, from 0; 0 in a debounced set
   * @param at when it was taken in
   * @param size of its payload as JSON
   */
  public record Held(int place, long at, int size, TriggerEvent event) {}

  static OpenSet of(String key, Held first) {
    return new OpenSet(key, List.of(first), 1, first.at(), first.at());
  }

  OpenSet holding(List<Held> all) {
    return new OpenSet(key, all, count, firstAt, lastAt);
  }

  /** Adds an event; the newest are held. */
  OpenSet and(Held next, int most) {
    List<Held> all = new ArrayList<>(held);
    all.add(next);
    List<Held> newest = all.subList(Math.max(0, all.size() - most), all.size());
    return new OpenSet(key, newest, count + 1, firstAt, next.at());
  }

  /** Moves times in the future to now: the clock was set back. */
  OpenSet notAfter(long now) {
    if (Math.max(firstAt, lastAt) <= now && held.stream().allMatch(one -> one.at() <= now)) {
      return this;
    }
    List<Held> all =
        held.stream()
            .map(one -> new Held(one.place(), Math.min(now, one.at()), one.size(), one.event()))
            .toList();
    return new OpenSet(key, all, count, Math.min(now, firstAt), Math.min(now, lastAt));
  }

  long size() {
    return held.stream().mapToLong(Held::size).sum();
  }

  boolean holds(String eventId) {
    return held.stream().anyMatch(one -> one.event().eventId().equals(eventId));
  }

  /** The ids of the held events, oldest first. */
  public List<String> eventIds() {
    return held.stream().map(one -> one.event().eventId()).toList();
  }

  public TriggerEvent last() {
    return held.getLast().event();
  }

  /** Payload for its job: {@code {key, count, events: [{event_id, …, payload}]}}. */
  public Map<String, Object> payload() {
    Map<String, Object> payload = new LinkedHashMap<>();
    if (!key.isEmpty()) {
      payload.put("key", key);
    }
    payload.put("count", Math.toIntExact(count)); // the form in which it is read back
    payload.put("events", held.stream().map(one -> reported(one.event())).toList());
    return payload;
  }

  private static Map<String, Object> reported(TriggerEvent event) {
    Map<String, Object> reported = new LinkedHashMap<>();
    reported.put("event_id", event.eventId());
    reported.put("event_type", event.eventType());
    reported.put("source", event.source());
    reported.put("created_at", event.createdAt());
    reported.put("payload", event.payload());
    return reported;
  }
}
