package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which times of a schedule have come, and what its policy makes of those that were missed. Pure.
 *
 * @param onTime are run, oldest first
 * @param madeUp were missed and are run all the same, oldest first
 * @param missed how many are not run
 * @param lastMissed the latest of them
 * @param last the latest of all
 * @param next when it is due next; null for never
 */
record DueTimes(
    List<Long> onTime, List<Long> madeUp, long missed, long lastMissed, long last, Long next) {

  /** More would only be counted: two years of a schedule that is due every minute. */
  private static final int MOST = 1_100_000;

  /** Times that a pause has passed over are counted so far. */
  private static final int MOST_PASSED = 10_000;

  /**
   * Times that nothing is made of.
   *
   * @param count how many were counted
   * @param last the latest of those
   * @param isMore whether there were others after it, which nobody counted
   */
  record Passed(long count, long last, boolean isMore) {}

  /**
   * Which times a pause has passed over.
   *
   * @param first of them, not after {@code until}
   */
  static Passed passed(Definition definition, Calendar calendar, long first, long until) {
    long count = 1;
    long last = first;
    Long next = next(definition, calendar, first);
    while (next != null && next <= until) {
      if (count == MOST_PASSED) {
        return new Passed(count, last, true);
      }
      count++;
      last = next;
      next = next(definition, calendar, last);
    }
    return new Passed(count, last, false);
  }

  static Long next(Definition definition, Calendar calendar, long after) {
    OptionalLong next = calendar.next(definition.crons(), definition.timezone(), after);
    return next.isPresent() ? next.getAsLong() : null;
  }

  /**
   * @param due the first of them, not after {@code now}
   */
  static DueTimes until(Definition definition, Calendar calendar, long due, long now) {
    List<Long> onTime = new ArrayList<>();
    List<Long> old = new ArrayList<>();
    long missed = 0;
    long lastMissed = 0;
    long last = due;
    Long next = due;
    long recent = now - definition.missedGraceMs();
    for (int i = 0; next != null && next <= now; i++) {
      last = next;
      if (last >= recent) {
        onTime.add(last);
      } else {
        missed++;
        lastMissed = last;
        if (old.size() < kept(definition) && definition.makesUpFor(last, now)) {
          old.add(last);
        }
      }
      long from = i < MOST ? last : Math.max(last, recent - 1);
      next = definition.kind() == Kind.PERIODIC ? next(definition, calendar, from) : null;
    }
    boolean madeUpAlone = onTime.isEmpty() && definition.makesUpFor(lastMissed, now);
    List<Long> madeUp = madeUp(definition, old, lastMissed, madeUpAlone);
    return new DueTimes(onTime, madeUp, missed - madeUp.size(), lastMissed, last, next);
  }

  private static int kept(Definition definition) {
    return definition.missedPolicy() == Definition.MissedPolicy.CATCHUP_ALL
        ? definition.catchupLimit()
        : 0;
  }

  /** One for all, which a time that is due just now is as well; or the first few. */
  private static List<Long> madeUp(
      Definition definition, List<Long> old, long lastMissed, boolean nothingNow) {
    return switch (definition.missedPolicy()) {
      case SKIP -> List.of();
      case CATCHUP_ONE -> lastMissed > 0 && nothingNow ? List.of(lastMissed) : List.of();
      case CATCHUP_ALL -> old;
    };
  }
}
