package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Makes a job of events that come within some time of each other, in whatever order.
 *
 * @param events one for each of these; at least two
 * @param withinMs between the first and the last of them
 */
public record Correlation(List<Condition> events, long withinMs) {
  public Correlation {
    events = List.copyOf(events);
  }

  /**
   * One of the events.
   *
   * @param eventTypes any of them
   * @param filters what it must have besides, by path
   * @param key path of the value that is the same in all; null when nothing need be
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Condition(List<String> eventTypes, Map<String, Object> filters, String key) {
    public Condition {
      eventTypes = List.copyOf(eventTypes);
      filters = filters == null ? Map.of() : filters;
    }

    public boolean matches(TriggerEvent event) {
      return eventTypes.contains(event.eventType())
          && new EventFilter(new HashSet<>(eventTypes), filters).matches(event)
          && (key == null || EventFilter.textAt(event.payload(), key).isPresent());
    }

    String name() {
      return String.join(" or ", eventTypes);
    }
  }

  public boolean matches(TriggerEvent event) {
    return events.stream().anyMatch(one -> one.matches(event));
  }

  /** All types, each once. */
  public List<String> types() {
    return events.stream().flatMap(one -> one.eventTypes().stream()).distinct().toList();
  }
}
