package io.mirrorneuron.port.schedule;

import java.util.List;
import java.util.Map;

/** What becomes of times that nobody could act on, where who makes a schedule does not say. */
public final class MissedTimes {
  /** One job is made for all of them. */
  public static final String MADE_UP_FOR = "catchup_one";

  private MissedTimes() {}

  /**
   * Has them made up for, unless the schedule says what becomes of them, or has none that could be
   * missed.
   *
   * @param schedule as its author wrote it
   */
  public static void madeUpFor(Map<String, Object> schedule) {
    boolean waitsForElse =
        schedule.containsKey("trigger")
            || schedule.containsKey("event_type")
            || List.of("event", "resource_wait").contains(schedule.getOrDefault("kind", ""));
    if (!waitsForElse && !schedule.isEmpty()) {
      schedule.putIfAbsent("missed_policy", MADE_UP_FOR);
    }
  }
}
