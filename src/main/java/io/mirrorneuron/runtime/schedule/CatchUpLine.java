package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;

/**
 * Times that were missed and are made up for stand in a line, oldest first, and so do those that
 * come just then: one gets its job when that of the one before was made, unless that is to be later
 * than its own. Pure.
 */
final class CatchUpLine {
  private CatchUpLine() {}

  /**
   * Whether any of them still wait for their jobs.
   *
   * @param until of those that are to get them later, nobody thinks yet
   */
  static boolean isLeft(Schedule schedule, long until) {
    return schedule.waiting().stream()
        .filter(due -> due.reason() == Reason.PERIODIC && due.catchUp())
        .anyMatch(due -> due.wasMissed() || due.notBefore() <= until);
  }

  /**
   * Whether a time that comes now stands behind those that were missed. Where jobs may overlap,
   * that takes no longer than to make them; else only what comes together with them waits so long.
   */
  static boolean takes(Schedule schedule, DueTimes times, long now) {
    boolean overlaps = !schedule.definition().prohibitOverlap();
    return !times.madeUp().isEmpty() || overlaps && isLeft(schedule, now);
  }

  /** Whether something that waits must do so until something else was dealt with. */
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
