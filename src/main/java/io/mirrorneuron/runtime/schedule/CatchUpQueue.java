package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import java.util.List;

/**
 * The queue of missed times that are caught up, oldest first, with the regular times that come
 * meanwhile. A time gets its job after that of the time before was made, unless that one is put off
 * beyond it. Pure.
 */
final class CatchUpQueue {
  private CatchUpQueue() {}

  /**
   * Whether a queued time still waits for its job.
   *
   * @param before only times earlier than this count
   * @param until times put off beyond this do not count, unless they were missed
   */
  private static boolean isLeft(Schedule schedule, long before, long until) {
    return schedule.waiting().stream()
        .filter(due -> due.reason() == Reason.PERIODIC && due.catchUp() && due.at() < before)
        .anyMatch(due -> due.wasMissed() || due.notBefore() <= until);
  }

  /** Whether a time would get its job before earlier times that are caught up. */
  static boolean jumps(Schedule schedule, Due due, long until) {
    return schedule.definition().prohibitOverlap()
        && due.reason() == Reason.PERIODIC
        && !due.catchUp()
        && isLeft(schedule, due.at(), until);
  }

  /**
   * Whether a time that comes now joins the queue. It does where jobs may overlap, or where no job
   * is open: the wait is short then. Otherwise only a time that comes together with missed ones
   * joins.
   */
  static boolean takes(Schedule schedule, ComingTimes times, long now) {
    if (!times.madeUp().isEmpty()) {
      return true;
    }
    boolean isRefused = schedule.children().isEmpty() && hasPlace(schedule);
    boolean waits = !schedule.definition().prohibitOverlap() || isRefused;
    return waits && isLeft(schedule, Long.MAX_VALUE, now);
  }

  /** Whether one more time may be caught up. */
  private static boolean hasPlace(Schedule schedule) {
    long line = schedule.waiting().stream().filter(Due::wasMissed).count();
    return line < schedule.definition().catchupLimit();
  }

  /** Queued times beyond the limit of times that are caught up. */
  static List<Due> beyondLimit(Schedule schedule) {
    return schedule.waiting().stream()
        .filter(due -> due.reason() == Reason.PERIODIC && due.catchUp())
        .skip(schedule.definition().catchupLimit())
        .toList();
  }

  /** Whether the policy catches up a time that got no job within its grace. */
  static boolean makesUp(Schedule schedule, Due due, long now) {
    if (due.reason() != Reason.PERIODIC && due.reason() != Reason.DELAYED
        || !schedule.definition().makesUpFor(due.at(), now)) {
      return false;
    }
    return switch (schedule.definition().missedPolicy()) {
      case SKIP -> false;
      case CATCHUP_ONE ->
          schedule.waiting().stream()
              .noneMatch(one -> one.reason() == Reason.PERIODIC && one.at() > due.at());
      case CATCHUP_ALL -> due.wasMissed() || hasPlace(schedule);
    };
  }

  /** Queues a missed time; later times queue behind it. */
  static Schedule with(Schedule schedule, Due missed) {
    return schedule.waiting(
        schedule.waiting().stream()
            .map(
                due -> {
                  if (due.dispatchId().equals(missed.dispatchId())) {
                    return due.inLine(false);
                  }
                  boolean follows = due.phase() == Phase.WAITS && due.at() > missed.at();
                  return follows && due.reason() == Reason.PERIODIC && !due.catchUp()
                      ? due.inLine(true)
                      : due;
                })
            .toList());
  }

  /** Whether a waiting time must wait for an earlier one. */
  static boolean isHeldUp(Schedule schedule, Due due) {
    if (schedule.definition().prohibitOverlap()
        && schedule.waiting().stream().anyMatch(one -> one.phase() != Phase.WAITS)) {
      return true;
    }
    if (!due.catchUp() || due.reason() != Reason.PERIODIC) {
      return false;
    }
    return schedule.waiting().stream()
        .takeWhile(one -> !one.dispatchId().equals(due.dispatchId()))
        .filter(one -> one.reason() == Reason.PERIODIC)
        .anyMatch(
            one ->
                one.phase() != Phase.WAITS
                    || one.wasMissed()
                    || one.notBefore() <= due.notBefore());
  }
}
