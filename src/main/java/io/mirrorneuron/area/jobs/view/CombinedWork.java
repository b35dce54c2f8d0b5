package io.mirrorneuron.area.jobs.view;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/** The status and the times of a step that follow from those of all its workers. */
final class CombinedWork {
  private static final List<StepStatus> WORST_FIRST =
      List.of(
          StepStatus.FAILED,
          StepStatus.CANCELLED,
          StepStatus.PARTIAL,
          StepStatus.DONE,
          StepStatus.SKIPPED);

  private final Collection<WorkState> workers;
  private final Set<StepStatus> all = EnumSet.noneOf(StepStatus.class);

  CombinedWork(Collection<WorkState> workers) {
    this.workers = workers;
    workers.forEach(worker -> all.add(worker.status));
  }

  /**
   * @param alone the status of a step without workers
   */
  StepStatus status(StepStatus alone) {
    if (all.isEmpty()) {
      return alone;
    }
    if (all.contains(StepStatus.RUNNING)) {
      return StepStatus.RUNNING;
    }
    for (StepStatus one : all) {
      if (one.isWaiting()) {
        return one;
      }
    }
    if (all.stream().allMatch(StepStatus::isOver)) {
      return WORST_FIRST.stream().filter(all::contains).findFirst().orElseThrow();
    }
    if (all.contains(StepStatus.DONE)) {
      return StepStatus.RUNNING; // one worker is done, and the next has not begun
    }
    if (all.contains(StepStatus.IDLE)) {
      return StepStatus.IDLE;
    }
    return all.contains(StepStatus.READY) ? StepStatus.READY : StepStatus.PENDING;
  }

  long startedAt(long alone) {
    return workers.stream()
        .mapToLong(worker -> worker.startedAt)
        .filter(at -> at != 0)
        .min()
        .orElse(alone);
  }

  long endedAt() {
    return latest(worker -> worker.endedAt);
  }

  long lastEventAt() {
    return latest(worker -> worker.lastEventAt);
  }

  private long latest(ToLongFunction<WorkState> time) {
    return workers.stream().mapToLong(time).max().orElse(0);
  }
}
