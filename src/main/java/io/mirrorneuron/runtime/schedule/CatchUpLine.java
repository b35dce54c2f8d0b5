package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;

/**
 * Times that were missed and are made up for stand in a line, oldest first, and so do those that
 * come just then: one gets its job when that of the one before was made. Pure.
 */
final class CatchUpLine {
  private CatchUpLine() {}

  private static boolean stands(Due due) {
    return due.catchUp() && due.reason() == Reason.PERIODIC;
  }

  /** Whether any stand in it. */
  static boolean isLeft(Schedule schedule) {
    return schedule.waiting().stream().anyMatch(CatchUpLine::stands);
  }

  /**
   * Whether a time that comes now stands behind those that were missed. Where jobs may overlap,
   * that takes no longer than to make them; else only what comes together with them waits so long.
   */
  static boolean takes(Schedule schedule, DueTimes times) {
    boolean overlaps = !schedule.definition().prohibitOverlap();
    return !times.madeUp().isEmpty() || overlaps && isLeft(schedule);
  }

  /** Whether something that waits must do so until something else was dealt with. */
  static boolean isHeldUp(Schedule schedule, Due due) {
    if (schedule.definition().prohibitOverlap()
        && schedule.waiting().stream().anyMatch(one -> one.phase() != Phase.WAITS)) {
      return true;
    }
    if (!stands(due)) {
      return false;
    }
    return schedule.waiting().stream()
        .takeWhile(one -> !one.dispatchId().equals(due.dispatchId()))
        .anyMatch(one -> one.reason() == Reason.PERIODIC);
  }
}
