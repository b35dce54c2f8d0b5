package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The times of a past range for which a schedule makes jobs, oldest first. Times are milliseconds
 * since the epoch.
 *
 * @param next the next time and its phase; null when all times were handled
 * @param open its jobs that were open at the last look
 * @param endedAt null while it runs
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Backfill(
    Range range,
    Status status,
    Due next,
    Progress progress,
    List<Child> open,
    Look look,
    long beganAt,
    Long endedAt) {

  Backfill {
    open = open == null ? List.of() : List.copyOf(open);
  }

  /**
   * @param from inclusive
   * @param to exclusive
   * @param concurrency most jobs that may be open at a time
   */
  record Range(long from, long to, int concurrency) {}

  enum Status {
    RUNNING,
    COMPLETED,
    CANCELLED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param total times of the range
   * @param skipped times that had their job already
   */
  record Progress(long total, long made, long skipped, long failed) {
    Progress madeOne() {
      return new Progress(total, made + 1, skipped, failed);
    }

    Progress skippedOne() {
      return new Progress(total, made, skipped + 1, failed);
    }

    Progress failedOne() {
      return new Progress(total, made, skipped, failed + 1);
    }
  }

  /**
   * When the next look for ended jobs takes place.
   *
   * @param now whether a look is under way
   * @param at else the time of the next look, milliseconds since the epoch
   * @param pause milliseconds between two looks
   */
  record Look(boolean now, long at, long pause) {
    private static final long SHORTEST_MS = 250;
    private static final long LONGEST_MS = 5_000;

    /** Something changed and may change again soon. */
    static Look soon(long time) {
      return new Look(false, time + SHORTEST_MS, SHORTEST_MS);
    }

    /** Backs off: nothing changed since the last look. */
    Look later(long time) {
      long longer = Math.min(2 * pause, LONGEST_MS);
      return new Look(false, time + longer, longer);
    }

    Look begun() {
      return new Look(true, at, pause);
    }

    /** Moves a look that is further ahead than the longest pause nearer. */
    Look near(long time) {
      return new Look(now, Math.min(at, time + LONGEST_MS), pause);
    }
  }

  static Backfill of(Range range, long total, Due first, List<Child> open, long now) {
    return new Backfill(
        range,
        Status.RUNNING,
        first,
        new Progress(total, 0, 0, 0),
        open,
        Look.soon(now),
        now,
        null);
  }

  @JsonIgnore
  boolean isRunning() {
    return status == Status.RUNNING;
  }

  /** Whether the job of its next time is being looked up or made. */
  @JsonIgnore
  boolean isBusy() {
    return next != null && next.phase() != Phase.WAITS;
  }

  boolean isBusyWith(String dispatchId) {
    return isBusy() && next.dispatchId().equals(dispatchId);
  }

  @JsonIgnore
  boolean isFull() {
    return open.size() >= range.concurrency();
  }

  /** With the next time, and progress that counts the one before. */
  Backfill then(Due due, Progress now) {
    return new Backfill(range, status, due, now, open, look, beganAt, endedAt);
  }

  Backfill at(Due due) {
    return then(due, progress);
  }

  Backfill open(List<Child> all) {
    return new Backfill(range, status, next, progress, all, look, beganAt, endedAt);
  }

  Backfill looking(Look when) {
    return new Backfill(range, status, next, progress, open, when, beganAt, endedAt);
  }

  Backfill ended(Status how, Due left, long now) {
    return new Backfill(range, how, left, progress, open, look, beganAt, now);
  }

  Optional<ScheduleEffect> pending(Schedule schedule) {
    if (!isBusy() && !(isRunning() && look.now())) {
      return Optional.empty();
    }
    Due due = isBusy() ? next : null;
    if (due != null && due.phase() == Phase.STARTS) {
      return Optional.of(
          new ScheduleEffect.Start(due, schedule.definition(), schedule.origin(due)));
    }
    List<String> jobs = open.stream().map(Child::jobId).toList();
    return Optional.of(
        new ScheduleEffect.Survey(
            jobs,
            due == null ? null : due.dispatchId(),
            due == null ? 0 : due.at(),
            schedule.graphIds()));
  }

  /** When it continues if it has no effect pending; null for never. */
  @JsonIgnore
  Long wakesAt() {
    if (!isRunning() || isBusy() || look.now()) {
      return null;
    }
    long looks = open.isEmpty() ? Long.MAX_VALUE : look.at();
    boolean waits = next != null && !isFull();
    return Math.min(looks, waits ? next.notBefore() : Long.MAX_VALUE);
  }
}
