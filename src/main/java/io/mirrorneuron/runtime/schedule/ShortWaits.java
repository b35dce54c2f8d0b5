package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;

/**
 * What waits for a moment waits no longer than that, also when the clock was set back meanwhile: a
 * time that lies further ahead than such a wait ever lasts comes nearer. Times that a calendar or a
 * person has named stay. Pure.
 */
final class ShortWaits {
  private ShortWaits() {}

  /** The same schedule, in which nothing waits longer than it should. */
  static Schedule of(Schedule schedule, long now) {
    Definition definition = schedule.definition();
    ScheduleWork work =
        schedule
            .work()
            .waiting(schedule.waiting().stream().map(due -> near(definition, due, now)).toList())
            .gathering(schedule.gathered().notAfter(now));
    Backfill backfill = work.backfill();
    if (backfill != null && backfill.isRunning()) {
      Due next = backfill.next() == null ? null : near(definition, backfill.next(), now);
      work = work.filling(backfill.at(next).looking(backfill.look().near(now)));
    }
    return schedule.doing(work);
  }

  private static Due near(Definition definition, Due due, long now) {
    long latest = now + longest(definition, due);
    return due.phase() == Phase.WAITS && due.notBefore() > latest ? due.later(latest) : due;
  }

  /** That something waits before it is looked at, milliseconds. */
  private static long longest(Definition definition, Due due) {
    long usual =
        due.reason() == Reason.RESOURCE_WAIT && definition.retryIntervalMs() != null
            ? definition.retryIntervalMs()
            : DispatchTurn.AGAIN_MS;
    return Math.max(usual, DispatchIds.spread(due.dispatchId(), definition.jitterMs()));
  }
}
