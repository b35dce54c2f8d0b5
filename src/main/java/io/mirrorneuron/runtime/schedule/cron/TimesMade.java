package io.mirrorneuron.runtime.schedule.cron;

import java.util.ArrayList;
import java.util.List;

/**
 * Calendar times that have had their job, as stretches without a gap: years without an omission are
 * one stretch.
 *
 * @param stretches the latest extended one comes last
 */
public record TimesMade(List<Stretch> stretches) {
  public static final TimesMade NONE = new TimesMade(List.of());

  /** Most stretches; those not extended for longest are dropped. */
  static final int MOST = 32;

  public TimesMade {
    stretches = stretches == null ? List.of() : List.copyOf(stretches);
  }

  /**
   * All times of a calendar in a range, milliseconds since the epoch.
   *
   * @param to inclusive
   */
  public record Stretch(long from, long to, List<String> crons, String zone) {
    public Stretch {
      crons = List.copyOf(crons);
    }

    private boolean has(Calendar calendar, long at) {
      return at == from || at == to || from < at && at < to && isNext(calendar, at - 1, at);
    }

    private boolean isNext(Calendar calendar, long after, long at) {
      return calendar.next(crons, zone, after).orElse(Long.MAX_VALUE) == at;
    }

    private boolean isOf(List<String> others, String other) {
      return crons.equals(others) && zone.equals(other);
    }
  }

  public boolean has(Calendar calendar, long at) {
    return stretches.stream().anyMatch(stretch -> stretch.has(calendar, at));
  }

  /** Adds a time of this calendar. */
  public TimesMade with(Calendar calendar, List<String> crons, String zone, long at) {
    if (has(calendar, at)) {
      return this;
    }
    Stretch added = new Stretch(at, at, crons, zone);
    Stretch before = added;
    Stretch after = added;
    for (Stretch one : stretches) {
      if (one.isOf(crons, zone)) {
        before = one.to() < at && (before == added || one.to() > before.to()) ? one : before;
        after = one.from() > at && (after == added || one.from() < after.from()) ? one : after;
      }
    }
    before = before.isNext(calendar, before.to(), at) ? before : added;
    after = after.isNext(calendar, at, after.from()) ? after : added;
    List<Stretch> others = new ArrayList<>(stretches);
    others.removeAll(List.of(before, after));
    others.add(new Stretch(before.from(), after.to(), crons, zone));
    return new TimesMade(others.subList(Math.max(0, others.size() - MOST), others.size()));
  }
}
