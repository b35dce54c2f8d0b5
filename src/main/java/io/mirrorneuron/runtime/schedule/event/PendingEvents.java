package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Outbox of a schedule: events to be published, oldest first.
 *
 * @param last number of the newest event ever added
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PendingEvents(long last, @JsonProperty("untold") List<RuntimeEvent> unreported) {
  public static final PendingEvents NONE = new PendingEvents(0, List.of());

  /** Most pending events; beyond that the oldest are dropped. */
  static final int MOST = 100;

  public PendingEvents {
    unreported = unreported == null ? List.of() : List.copyOf(unreported);
  }

  public PendingEvents and(String scheduleId, String type, Map<String, Object> payload, int chain) {
    List<RuntimeEvent> all = new ArrayList<>(unreported);
    long number = last + 1;
    all.add(new RuntimeEvent(RuntimeEvent.idOf(scheduleId, number), type, payload, chain));
    return new PendingEvents(number, all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  public PendingEvents without(String eventId) {
    return new PendingEvents(
        last, unreported.stream().filter(one -> !one.id().equals(eventId)).toList());
  }
}
