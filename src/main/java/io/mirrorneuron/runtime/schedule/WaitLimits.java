package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;

/**
 * Limits short waits to their usual length, also when the clock was set back meanwhile: a wait that
 * ends further ahead than any such wait lasts is shortened. Times of a calendar or a person stay.
 * Pure.
 */
final class WaitLimits {
  private WaitLimits() {}

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

  /** Longest wait of a dispatch, milliseconds. */
  private static long longest(Definition definition, Due due) {
    long usual =
        due.reason() == Reason.RESOURCE_WAIT && definition.retryIntervalMs() != null
            ? definition.retryIntervalMs()
            : DispatchTurn.AGAIN_MS;
    return Math.max(usual, DispatchIds.spread(due.dispatchId(), definition.jitterMs()));
  }
}
