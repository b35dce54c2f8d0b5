package io.mirrorneuron.jobs.view;

import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/** A step and those who work for it: its agents; once it is scattered, its instances. */
final class StepTrack {
  final Plan.Step plan;
  final Track own;
  private final Map<String, Track> workers = new LinkedHashMap<>();
  private boolean scattered;

  StepTrack(Plan.Step plan) {
    this.plan = plan;
    this.own = new Track(plan.id());
    plan.workers().forEach(worker -> workers.put(worker.id(), new Track(worker.id())));
  }

  private StepTrack(StepTrack other, UnaryOperator<Track> change) {
    plan = other.plan;
    own = other.own.copy();
    scattered = other.scattered;
    other.workers.forEach((id, worker) -> workers.put(id, change.apply(worker)));
  }

  StepTrack copy() {
    return new StepTrack(this, Track::copy);
  }

  Collection<Track> workers() {
    return workers.values();
  }

  /** Or null. */
  Track worker(String id) {
    return workers.get(id);
  }

  boolean isScattered() {
    return scattered;
  }

  /** One of the instances that do its work in its place; made when it is new. */
  Track instance(String id) {
    if (!scattered) {
      workers.clear();
      scattered = true;
      own.status = own.status == StepStatus.SKIPPED ? StepStatus.PENDING : own.status;
    }
    return workers.computeIfAbsent(id, Track::new);
  }

  /**
   * Ends what has not ended, with the job.
   *
   * @param word {@code completed}, {@code failed} or {@code cancelled}
   */
  void close(String word, long at) {
    StepStatus how =
        switch (word) {
          case "completed" -> StepStatus.DONE;
          case "failed" -> StepStatus.FAILED;
          default -> StepStatus.CANCELLED;
        };
    for (Track worker : workers.values()) {
      if (!worker.status.isOver()) {
        worker.end(how, at);
      }
    }
    if (!own.status.isOver()) {
      own.end(how, at);
    }
  }

  /** Has the step be as far as its workers are together. */
  void followWorkers() {
    own.status = together();
    own.startedAt = earliest(own.startedAt);
    own.endedAt = own.status.isOver() ? latest(worker -> worker.endedAt) : 0;
    own.lastEventAt = Math.max(own.lastEventAt, latest(worker -> worker.lastEventAt));
    workers.values().stream()
        .filter(worker -> worker.status == own.status && worker.failure != null)
        .findFirst()
        .ifPresent(
            worker -> {
              own.failure = worker.failure;
              own.reason = worker.reason;
            });
  }

  private StepStatus together() {
    Set<StepStatus> all = EnumSet.noneOf(StepStatus.class);
    workers.values().forEach(worker -> all.add(worker.status));
    if (all.isEmpty()) {
      return own.status;
    }
    if (all.contains(StepStatus.RUNNING)) {
      return StepStatus.RUNNING;
    }
    if (all.stream().anyMatch(StepStatus::isWaiting)) {
      return all.stream().filter(StepStatus::isWaiting).findFirst().orElseThrow();
    }
    if (!all.stream().allMatch(StepStatus::isOver)) {
      // Between two of them, a step is at work; before the first and at rest it is not.
      boolean begun = all.contains(StepStatus.DONE) && all.contains(StepStatus.PENDING);
      return begun
          ? StepStatus.RUNNING
          : all.stream()
              .filter(one -> !one.isOver())
              .reduce((a, b) -> a == StepStatus.PENDING ? b : a)
              .orElseThrow();
    }
    for (StepStatus worst :
        List.of(StepStatus.FAILED, StepStatus.CANCELLED, StepStatus.PARTIAL, StepStatus.DONE)) {
      if (all.contains(worst)) {
        return worst;
      }
    }
    return StepStatus.SKIPPED;
  }

  private long earliest(long known) {
    return workers.values().stream()
        .mapToLong(worker -> worker.startedAt)
        .filter(at -> at != 0)
        .min()
        .orElse(known);
  }

  private long latest(ToLongFunction<Track> time) {
    return workers.values().stream().mapToLong(time).max().orElse(0);
  }

  /** {@code dish} of {@code dish[3]}, or null when it is no name of an instance. */
  static String template(String id) {
    int bracket = id.lastIndexOf('[');
    boolean instance =
        bracket > 0
            && id.endsWith("]")
            && bracket + 2 < id.length()
            && id.substring(bracket + 1, id.length() - 1).chars().allMatch(Character::isDigit);
    return instance ? id.substring(0, bracket) : null;
  }
}
