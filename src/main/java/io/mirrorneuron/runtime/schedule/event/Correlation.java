package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Makes one job of different events that come within a period, in any order.
 *
 * @param events one event for each condition; at least two conditions
 * @param withinMs longest time between the first and the last event
 */
public record Correlation(List<Condition> events, long withinMs) {
  public Correlation {
    events = List.copyOf(events);
  }

  /**
   * Condition for one of the events.
   *
   * @param eventTypes any of them
   * @param filters further demands, by path
   * @param key path of a value that all events must share; null for none
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

  /** All types, without duplicates. */
  public List<String> types() {
    return events.stream().flatMap(one -> one.eventTypes().stream()).distinct().toList();
  }
}
