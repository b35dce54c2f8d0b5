package io.mirrorneuron.area.jobs.view.progress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.plan.Plan;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A step and those who work for it: its agents; once it is scattered, its instances. Where a worker
 * may be named it may be null; of a scattered step an event about an instance is about that alone.
 */
final class ShownStep {
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

  /** To be changed without changing this one. */
  ShownStep copy() {
    return new ShownStep(this);
  }

  Collection<WorkState> workers() {
    return workers.values();
  }

  /** Or null. */
  WorkState worker(String id) {
    return workers.get(id);
  }

  boolean isScattered() {
    return scattered;
  }

  /** One of the instances that do its work in its place; made when it is new. */
  WorkState instance(String id) {
    if (!scattered) {
      workers.clear();
      scattered = true;
      own.status = own.status == StepStatus.SKIPPED ? StepStatus.PENDING : own.status;
    }
    return workers.computeIfAbsent(id, WorkState::new);
  }

  /** {@code dish} of {@code dish[3]}, or null when it is no name of an instance. */
  static String template(String id) {
    int bracket = id.lastIndexOf('[');
    boolean isInstance =
        bracket > 0
            && id.endsWith("]")
            && bracket + 2 < id.length()
            && id.substring(bracket + 1, id.length() - 1).chars().allMatch(Character::isDigit);
    return isInstance ? id.substring(0, bracket) : null;
  }

  /** The one that an event about the step is about: the instance, else the step. */
  WorkState subject(WorkState worker) {
    return scattered && worker != null ? worker : own;
  }

  // ---- what becomes of it

  /** It begins, and with it its first agent, if none is at work. */
  void start(long at) {
    own.start(at);
    if (workers.values().stream().noneMatch(WorkState::isAtWork)) {
      workers.values().stream()
          .filter(worker -> worker.status == StepStatus.PENDING)
          .findFirst()
          .ifPresent(worker -> worker.start(at));
    }
  }

  void start(WorkState worker, long at) {
    own.start(at);
    if (worker != null) {
      worker.start(at);
    }
  }

  /** It is over; the instance is, and the step with the last one. */
  void end(WorkState worker, StepStatus how, long at) {
    if (scattered && worker != null) {
      worker.end(how, at);
      endWithWorkers(how, at);
      return;
    }
    for (WorkState one : workers.values()) {
      if (!one.status.isOver() || one == worker) {
        one.end(how, at);
      }
    }
    own.end(how, at);
  }

  /** The worker is done, and the step when all are. */
  void done(WorkState worker, StepStatus how, long at) {
    if (worker != null) {
      worker.end(how, at);
    }
    endWithWorkers(how, at);
  }

  private void endWithWorkers(StepStatus how, long at) {
    if (workers.values().stream().allMatch(one -> one.status == how || one.status.isOver())) {
      own.end(how, at);
    }
  }

  /** Something went wrong with a worker, and so with the step, if there is one for it. */
  void fail(WorkState worker, StepStatus how, ObjectNode error, long at) {
    if (worker != null) {
      worker.fail(how, error, at);
    }
    if (!scattered || worker == null) {
      own.fail(how, error, at);
    }
  }

  /** Those at work are held, as the job is. */
  void hold(StepStatus how) {
    workers.values().forEach(worker -> worker.hold(how));
    own.hold(how);
  }

  /** Those that were held go on. */
  void release() {
    workers.values().forEach(WorkState::release);
    own.release();
  }

  /** Ends what has not ended, with the job. */
  void close(StepStatus how, long at) {
    workers.values().forEach(worker -> worker.close(how, at));
    own.close(how, at);
  }

  /** The tracks that an attempt of the worker is noted on. */
  List<WorkState> attempting(WorkState worker) {
    WorkState subject = subject(worker);
    return worker == null || worker == subject ? List.of(subject) : List.of(subject, worker);
  }

  /** Has the step be as far as its workers are together. */
  void followWorkers() {
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
}
