package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import java.util.List;

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
   * @param before those that come later do not count
   * @param until of those that are to get them later, nobody thinks yet
   */
  private static boolean isLeft(Schedule schedule, long before, long until) {
    return schedule.waiting().stream()
        .filter(due -> due.reason() == Reason.PERIODIC && due.catchUp() && due.at() < before)
        .anyMatch(due -> due.wasMissed() || due.notBefore() <= until);
  }

  /**
   * Whether a time would have its job before earlier ones that are made up for.
   *
   * @param until as above
   */
  static boolean jumps(Schedule schedule, Due due, long until) {
    return schedule.definition().prohibitOverlap()
        && due.reason() == Reason.PERIODIC
        && !due.catchUp()
        && isLeft(schedule, due.at(), until);
  }

  /**
   * Whether a time that comes now stands behind those that were missed. Where jobs may overlap,
   * that takes no longer than to make them, nor where none of its jobs is open; else only what
   * comes together with them waits so long.
   */
  static boolean takes(Schedule schedule, DueTimes times, long now) {
    if (!times.madeUp().isEmpty()) {
      return true;
    }
    boolean isRefused = schedule.children().isEmpty() && hasPlace(schedule);
    boolean waits = !schedule.definition().prohibitOverlap() || isRefused;
    return waits && isLeft(schedule, Long.MAX_VALUE, now);
  }

  /** Whether one more time may be made up for. */
  private static boolean hasPlace(Schedule schedule) {
    long line = schedule.waiting().stream().filter(Due::wasMissed).count();
    return line < schedule.definition().catchupLimit();
  }

  /** Those that stand behind as many as are made up for at most. */
  static List<Due> beyondLimit(Schedule schedule) {
    return schedule.waiting().stream()
        .filter(due -> due.reason() == Reason.PERIODIC && due.catchUp())
        .skip(schedule.definition().catchupLimit())
        .toList();
  }

  /** Whether the policy has a time made up for that could get no job within its grace. */
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

  /** The same schedule after a time was missed that is made up for: later ones stand behind it. */
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
