package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.Schedule.Foresight;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides the next steps of a dispatch after one of its effects. */
final class DispatchTurn {
  /** Pause before a dispatch that waits for an earlier job, or for room, is looked at again. */
  static final long AGAIN_MS = 5_000;

  private static final String LINE = "times before it are caught up first";

  private final ScheduleDraft draft;
  private final Calendar calendar;

  DispatchTurn(ScheduleDraft draft, Calendar calendar) {
    this.draft = draft;
    this.calendar = calendar;
  }

  /**
   * @param open its jobs that have not ended
   * @param asking questions of the open jobs that wait for a person
   */
  void seen(String dispatchId, Set<String> open, Map<String, String> asking) {
    List<Child> left =
        draft.schedule.children().stream().filter(child -> open.contains(child.jobId())).toList();
    for (Due due : draft.schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId) && due.phase() == Phase.LOOKS) {
        draft.schedule = draft.schedule.children(left);
        boolean isAlone = draft.schedule.definition().prohibitOverlap();
        boolean overlaps = isAlone && !left.isEmpty();
        boolean jumps = CatchUpQueue.jumps(draft.schedule, due, draft.now + AGAIN_MS);
        if (!overlaps && !jumps && left.size() < ScheduleDraft.MOST_OPEN) {
          int version = draft.schedule.versions().current();
          draft.schedule = draft.schedule.changing(dispatchId, one -> one.starting(version));
        } else if (due.catchUp() || isAlone(due)) {
          putOff(dispatchId, hindrance(left, asking));
        } else {
          draft.schedule = draft.schedule.changing(dispatchId, one -> null);
          draft.blocked(due, overlaps || !jumps ? hindrance(left, asking) : LINE);
        }
      }
    }
  }

  /**
   * Puts off all dispatches that wait in the same way: one look serves them all, and their order
   * stays.
   */
  private void putOff(String dispatchId, String why) {
    long again = draft.now + AGAIN_MS;
    for (Due due : draft.schedule.waiting()) {
      boolean waitsToo = due.phase() == Phase.WAITS && due.catchUp() && due.notBefore() < again;
      if (waitsToo || due.dispatchId().equals(dispatchId)) {
        draft.schedule = draft.schedule.changing(due.dispatchId(), one -> one.later(again));
      }
    }
    draft.schedule =
        draft.schedule.counting(draft.schedule.counters(), draft.schedule.reported().blocked(why));
  }

  /** Whether the schedule has no other time. */
  private boolean isAlone(Due due) {
    return draft.schedule.definition().isOnce() && due.reason() != ScheduleWork.Reason.MANUAL;
  }

  private static String hindrance(List<Child> open, Map<String, String> asking) {
    for (Child child : open) {
      if (asking.containsKey(child.jobId())) {
        return "job %s still runs: %s".formatted(child.jobId(), asking.get(child.jobId()));
      }
    }
    return open.size() == 1
        ? "job %s still runs".formatted(open.getFirst().jobId())
        : "%d earlier jobs still run".formatted(open.size());
  }

  /**
   * Warns, ahead of a time, that a job waits for a person and will block that time.
   *
   * @param asking questions by job id
   */
  void foreseen(long due, Map<String, String> asking) {
    Foresight ahead = draft.schedule.when().foresight();
    if (ahead == null || ahead.due() != due || !ahead.looking()) {
      return; // was warned before
    }
    draft.schedule = draft.schedule.foreseeing(new Foresight(due, false));
    Long next = draft.schedule.isActive() ? draft.schedule.nextDue() : null;
    Optional<Child> holder =
        draft.schedule.children().stream()
            .filter(child -> asking.containsKey(child.jobId()))
            .findFirst();
    if (next != null && next == due && draft.now < due && holder.isPresent()) {
      String job = holder.get().jobId();
      draft.tell(
          MissedTimeLog.HELD_UP,
          Map.of(
              "scheduled_for",
              DispatchNotes.time(due),
              "job_id",
              job,
              "run_id",
              RunId.of(job),
              "why",
              "job %s still runs: %s".formatted(job, asking.get(job))),
          0);
    }
  }

  void started(String dispatchId, String jobId) {
    for (Due due : draft.schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId)) {
        Definition.Window window = draft.schedule.definition().window();
        Long end = window == null ? null : Long.valueOf(draft.now + window.durationMs());
        List<Child> all = new ArrayList<>(draft.schedule.children());
        all.add(Child.of(jobId, dispatchId, window, draft.now));
        draft.schedule =
            draft
                .schedule
                .changing(dispatchId, one -> null)
                .children(all)
                .counting(draft.schedule.counters().dispatchedOnce(), draft.schedule.reported());
        if (due.reason() == ScheduleWork.Reason.PERIODIC) {
          draft.schedule =
              draft.schedule.doing(
                  draft.schedule.work().made(calendar, draft.schedule.definition(), due.at()));
        }
        draft.notes.submitted(due, jobId, end);
        draft.tell(
            "schedule_dispatched",
            due,
            Map.of("job_id", jobId, "run_id", RunId.of(jobId), "version", due.ofVersion()));
        draft.endAfter(due);
      }
    }
  }

  void notStarted(String dispatchId, String why, boolean mayPass) {
    for (Due due : draft.schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId)) {
        if (mayPass && due.reason() == ScheduleWork.Reason.RESOURCE_WAIT) {
          tryAgain(due, draft.schedule.definition().retryIntervalMs(), why);
        } else if (mayPass && isInTime(due)) {
          tryAgain(due, AGAIN_MS, why);
        } else if (mayPass && CatchUpQueue.makesUp(draft.schedule, due, draft.now)) {
          draft.schedule = CatchUpQueue.with(draft.schedule, due);
          putOff(dispatchId, why);
          CatchUpQueue.beyondLimit(draft.schedule).stream()
              .filter(one -> !isInTime(one))
              .forEach(one -> fail(one, why));
        } else {
          fail(due, why);
        }
      }
    }
  }

  private void fail(Due due, String why) {
    draft.schedule = draft.schedule.changing(due.dispatchId(), one -> null);
    draft.failed(due, why);
  }

  private void tryAgain(Due due, long afterMs, String why) {
    draft.schedule =
        draft
            .schedule
            .changing(due.dispatchId(), one -> one.later(draft.now + afterMs))
            .counting(draft.schedule.counters(), draft.schedule.reported().blocked(why));
  }

  /** Whether the grace is not over; dispatches by hand have none. */
  private boolean isInTime(Due due) {
    Definition definition = draft.schedule.definition();
    long from = due.at() + DispatchIds.spread(due.dispatchId(), definition.jitterMs());
    return due.reason() != ScheduleWork.Reason.MANUAL
        && draft.now < from + definition.missedGraceMs();
  }

  void closed(String jobId, boolean wasOpen) {
    for (Child child : draft.schedule.children()) {
      if (child.jobId().equals(jobId) && child.closing()) {
        List<Child> left = new ArrayList<>(draft.schedule.children());
        left.remove(child);
        draft.schedule = draft.schedule.children(left);
        if (wasOpen) {
          draft.notes.closed(child);
        }
      }
    }
  }
}
