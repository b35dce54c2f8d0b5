package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * A step and its workers: its agents or, once it is scattered, its instances. Events change the
 * workers only; the status of the step comes from the ledger. Every worker parameter may be null;
 * an event about an instance of a scattered step affects only that instance.
 */
sealed class ShownStep permits UntrackedStep {
  final Plan.Step plan;
  final WorkState own;
  private final Map<String, WorkState> workers = new LinkedHashMap<>();
  private boolean scattered;

  ShownStep(Plan.Step plan) {
    this.plan = plan;
    this.own = new WorkState(plan.id());
    plan.workers().forEach(worker -> workers.put(worker.id(), new WorkState(worker.id())));
  }

  private ShownStep(ShownStep other) {
    plan = other.plan;
    own = other.own.copy();
    scattered = other.scattered;
    other.workers.forEach((id, worker) -> workers.put(id, worker.copy()));
  }

  /** A copy that can be changed independently. */
  final ShownStep copy() {
    return new ShownStep(this);
  }

  final Collection<WorkState> workers() {
    return workers.values();
  }

  /** Null when unknown. */
  final WorkState worker(String id) {
    return workers.get(id);
  }

  final boolean isScattered() {
    return scattered;
  }

  /** An instance of the scattered step, created if necessary. The first one replaces the agents. */
  final WorkState instance(String id) {
    if (!scattered) {
      workers.clear();
      scattered = true;
      own.status = own.status == StepStatus.SKIPPED ? StepStatus.PENDING : own.status;
    }
    return workers.computeIfAbsent(id, WorkState::new);
  }

  /** {@code dish} of {@code dish[3]}, or null for a name without an index. */
  static String template(String id) {
    int bracket = id.lastIndexOf('[');
    boolean isInstance =
        bracket > 0
            && id.endsWith("]")
            && bracket + 2 < id.length()
            && id.substring(bracket + 1, id.length() - 1).chars().allMatch(Character::isDigit);
    return isInstance ? id.substring(0, bracket) : null;
  }

  final boolean isInstance(WorkState worker) {
    return scattered && worker != null;
  }

  /** The subject of an event about the step: the instance, else the step. */
  final WorkState subject(WorkState worker) {
    return isInstance(worker) ? worker : own;
  }

  /** Whether a worker is running. */
  boolean isAtWork() {
    return workers.values().stream().anyMatch(WorkState::isAtWork);
  }

  // ---- effects of events

  /** Starts the step and, if no agent is running, its first agent. */
  void start(long at) {
    if (workers.values().stream().noneMatch(WorkState::isAtWork)) {
      workers.values().stream()
          .filter(worker -> worker.status == StepStatus.PENDING)
          .findFirst()
          .ifPresent(worker -> worker.start(at));
    }
  }

  void start(WorkState worker, long at) {
    if (worker != null) {
      worker.start(at);
    }
  }

  /** Takes the attempt's data from the event. */
  void attempt(WorkState worker, JobEvent event) {
    if (worker != null) {
      worker.attempt(event);
    }
  }

  /** The instance's parent steps are complete. */
  void ready(WorkState worker) {
    if (isInstance(worker)) {
      worker.ready();
    }
  }

  /** Ends the step; of a scattered step, the instance. */
  void end(WorkState worker, StepStatus how, long at) {
    if (isInstance(worker)) {
      worker.end(how, at);
      return;
    }
    for (WorkState one : workers.values()) {
      if (!one.status.isOver() || one == worker) {
        one.end(how, at);
      }
    }
  }

  /** Fails the step finally; of a scattered step, the instance. */
  void fail(WorkState worker, ObjectNode error, long at) {
    end(worker, StepStatus.FAILED, at);
    if (isInstance(worker)) {
      worker.fail(StepStatus.FAILED, error, at);
    }
  }

  /** The step cannot start, or a message for it cannot be delivered. */
  void block(WorkState worker, String reason, long at) {
    if (isInstance(worker)) {
      worker.block(reason, at);
    }
  }

  /** Ends the worker only. */
  void workerDone(WorkState worker, StepStatus how, long at) {
    if (worker != null) {
      worker.end(how, at);
    }
  }

  /** Ends the worker with an error. */
  void workerFailed(WorkState worker, StepStatus how, ObjectNode error, long at) {
    if (worker != null) {
      worker.fail(how, error, at);
    }
  }

  // ---- effects of the job's status

  /** Suspends running work together with the job. */
  final void hold(StepStatus how) {
    workers.values().forEach(worker -> worker.hold(how));
    own.hold(how);
  }

  /** Resumes suspended work. */
  final void release() {
    workers.values().forEach(WorkState::release);
    own.release();
  }

  /** Ends all unfinished work with the job. */
  final void close(StepStatus how, long at) {
    workers.values().forEach(worker -> worker.close(how, at));
    own.close(how, at);
  }

  /** Derives the step's status from its workers. */
  final void followWorkers() {
    CombinedWork together = new CombinedWork(workers.values());
    own.status = together.status(own.status);
    own.startedAt = together.startedAt(own.startedAt);
    own.endedAt = own.status.isOver() ? together.endedAt() : 0;
    own.lastEventAt = Math.max(own.lastEventAt, together.lastEventAt());
    for (WorkState worker : workers.values()) {
      if (worker.status == own.status && worker.failure != null) {
        own.failure = worker.failure;
        own.reason = worker.reason;
        return;
      }
    }
  }

  /** The status and times of a step, derived from all its workers. */
  private static final class CombinedWork {
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
}
