package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The times of a schedule that have come, and what its policy makes of the missed ones. Times are
 * milliseconds since the epoch. Pure.
 *
 * @param onTime to run, oldest first
 * @param madeUp missed times to catch up, oldest first
 * @param missed how many are not run
 * @param lastMissed the latest of those
 * @param last the latest of all times
 * @param next null for never
 */
record ComingTimes(
    List<Long> onTime, List<Long> madeUp, long missed, long lastMissed, long last, Long next) {

  /** Beyond this, times would only be counted: two years of a schedule that runs every minute. */
  private static final int MOST = 1_100_000;

  /** Most times of a pause that are counted. */
  private static final int MOST_PASSED = 10_000;

  /**
   * Times that get no job.
   *
   * @param count how many were counted
   * @param last the latest counted time
   * @param isMore whether uncounted times follow it
   */
  record Passed(long count, long last, boolean isMore) {}

  /**
   * The times that passed during a pause.
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
   * @param due the first time that has come, not after {@code now}
   */
  static ComingTimes until(Definition definition, Calendar calendar, long due, long now) {
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
    return new ComingTimes(onTime, madeUp, missed - madeUp.size(), lastMissed, last, next);
  }

  private static int kept(Definition definition) {
    return definition.missedPolicy() == Definition.MissedPolicy.CATCHUP_ALL
        ? definition.catchupLimit()
        : 0;
  }

  /** One for all, unless a time comes on time now; or the first few. */
  private static List<Long> madeUp(
      Definition definition, List<Long> old, long lastMissed, boolean nothingNow) {
    return switch (definition.missedPolicy()) {
      case SKIP -> List.of();
      case CATCHUP_ONE -> lastMissed > 0 && nothingNow ? List.of(lastMissed) : List.of();
      case CATCHUP_ALL -> old;
    };
  }
}
