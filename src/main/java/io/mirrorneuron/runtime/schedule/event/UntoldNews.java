package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is to be told of a schedule as events, oldest first.
 *
 * @param last the number of the newest there was
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record UntoldNews(long last, List<OwnEvent> untold) {
  public static final UntoldNews NONE = new UntoldNews(0, List.of());

  /** When so many could not be told, the oldest are not told any more. */
  static final int MOST = 100;

  public UntoldNews {
    untold = untold == null ? List.of() : List.copyOf(untold);
  }

  public UntoldNews and(String scheduleId, String type, Map<String, Object> payload, int chain) {
    List<OwnEvent> all = new ArrayList<>(untold);
    long number = last + 1;
    all.add(new OwnEvent(OwnEvent.idOf(scheduleId, number), type, payload, chain));
    return new UntoldNews(number, all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  public UntoldNews without(String eventId) {
    return new UntoldNews(last, untold.stream().filter(one -> !one.id().equals(eventId)).toList());
  }
}
