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

  private StepTrack(StepTrack other) {
    plan = other.plan;
    own = other.own.copy();
    scattered = other.scattered;
    other.workers.forEach((id, worker) -> workers.put(id, worker.copy()));
  }

  /** To be changed without changing this one. */
  StepTrack copy() {
    return new StepTrack(this);
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
  Track subject(Track worker) {
    return scattered && worker != null ? worker : own;
  }

  // ---- what becomes of it

  /** It begins, and with it its first agent, if none is at work. */
  void start(long at) {
    own.start(at);
    if (workers.values().stream().noneMatch(Track::isAtWork)) {
      workers.values().stream()
          .filter(worker -> worker.status == StepStatus.PENDING)
          .findFirst()
          .ifPresent(worker -> worker.start(at));
    }
  }

  void start(Track worker, long at) {
    own.start(at);
    if (worker != null) {
      worker.start(at);
    }
  }

  /** It is over; the instance is, and the step with the last one. */
  void end(Track worker, StepStatus how, long at) {
    if (scattered && worker != null) {
      worker.end(how, at);
      endWithWorkers(how, at);
      return;
    }
    for (Track one : workers.values()) {
      if (!one.status.isOver() || one == worker) {
        one.end(how, at);
      }
    }
    own.end(how, at);
  }

  /** The worker is done, and the step when all are. */
  void done(Track worker, StepStatus how, long at) {
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
  void fail(Track worker, StepStatus how, ObjectNode error, long at) {
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
    workers.values().forEach(Track::release);
    own.release();
  }

  /** Ends what has not ended, with the job. */
  void close(StepStatus how, long at) {
    workers.values().forEach(worker -> worker.close(how, at));
    own.close(how, at);
  }

  /** The tracks that an attempt of the worker is noted on. */
  List<Track> attempting(Track worker) {
    Track subject = subject(worker);
    return worker == null || worker == subject ? List.of(subject) : List.of(subject, worker);
  }

  /** Has the step be as far as its workers are together. */
  void followWorkers() {
    StepTogether together = new StepTogether(workers.values());
    own.status = together.status(own.status);
    own.startedAt = together.startedAt(own.startedAt);
    own.endedAt = own.status.isOver() ? together.endedAt() : 0;
    own.lastEventAt = Math.max(own.lastEventAt, together.lastEventAt());
    for (Track worker : workers.values()) {
      if (worker.status == own.status && worker.failure != null) {
        own.failure = worker.failure;
        own.reason = worker.reason;
        return;
      }
    }
  }
}
