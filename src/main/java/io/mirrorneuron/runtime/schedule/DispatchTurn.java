package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import io.mirrorneuron.runtime.schedule.definition.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What follows from what became of something that a schedule wanted done. */
final class DispatchTurn {
  /** What waits for an earlier job, or for room, is looked at again so much later. */
  static final long AGAIN_MS = 5_000;

  private static final String LINE = "times before it are made up for first";

  private final ScheduleDraft draft;
  private final Calendar calendar;

  DispatchTurn(ScheduleDraft draft, Calendar calendar) {
    this.draft = draft;
    this.calendar = calendar;
  }

  void seen(String dispatchId, Set<String> open) {
    List<Child> left =
        draft.schedule.children().stream().filter(child -> open.contains(child.jobId())).toList();
    for (Due due : draft.schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId) && due.phase() == Phase.LOOKS) {
        draft.schedule = draft.schedule.children(left);
        boolean isAlone = draft.schedule.definition().prohibitOverlap();
        boolean overlaps = isAlone && !left.isEmpty();
        boolean jumps = isAlone && jumpsTheLine(due);
        if (!overlaps && !jumps && left.size() < ScheduleDraft.MOST_OPEN) {
          draft.schedule = draft.schedule.changing(dispatchId, one -> one.in(Phase.STARTS));
        } else if (due.catchUp() || isAlone(due)) {
          putOff(dispatchId, hindrance(left));
        } else {
          draft.schedule = draft.schedule.changing(dispatchId, one -> null);
          draft.blocked(due, overlaps || !jumps ? hindrance(left) : LINE);
        }
      }
    }
  }

  /** With all that waits in the same way: one look tells of all of them, and they stay in order. */
  private void putOff(String dispatchId, String why) {
    long again = draft.now + AGAIN_MS;
    for (Due due : draft.schedule.waiting()) {
      boolean waitsToo = due.phase() == Phase.WAITS && due.catchUp() && due.notBefore() < again;
      if (waitsToo || due.dispatchId().equals(dispatchId)) {
        draft.schedule = draft.schedule.changing(due.dispatchId(), one -> one.later(again));
      }
    }
    draft.schedule =
        draft.schedule.counting(draft.schedule.counters(), draft.schedule.told().blocked(why));
  }

  /** Whether it is a time that comes while earlier ones are made up for. */
  private boolean jumpsTheLine(Due due) {
    return due.reason() == ScheduleWork.Reason.PERIODIC
        && !due.catchUp()
        && CatchUpLine.isLeft(draft.schedule, draft.now + AGAIN_MS);
  }

  /** Whether there will be no other time for it. */
  private boolean isAlone(Due due) {
    return draft.schedule.definition().isOnce() && due.reason() != ScheduleWork.Reason.MANUAL;
  }

  private static String hindrance(List<Child> open) {
    return open.size() == 1
        ? "job %s still runs".formatted(open.getFirst().jobId())
        : "%d earlier jobs still run".formatted(open.size());
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
                .counting(draft.schedule.counters().dispatchedOnce(), draft.schedule.told());
        if (due.reason() == ScheduleWork.Reason.PERIODIC) {
          draft.schedule =
              draft.schedule.doing(
                  draft.schedule.work().made(calendar, draft.schedule.definition(), due.at()));
        }
        draft.notes.submitted(due, jobId, end);
        draft.tell("schedule_dispatched", due, Map.of("job_id", jobId, "run_id", RunId.of(jobId)));
        draft.endAfter(due);
      }
    }
  }

  void notStarted(String dispatchId, String why, boolean mayPass) {
    for (Due due : draft.schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId)) {
        Long again = mayPass ? again(due) : null;
        if (again == null) {
          draft.schedule = draft.schedule.changing(dispatchId, one -> null);
          draft.failed(due, why);
        } else {
          draft.schedule =
              draft
                  .schedule
                  .changing(dispatchId, one -> one.later(again))
                  .counting(draft.schedule.counters(), draft.schedule.told().blocked(why));
        }
      }
    }
  }

  /** When it is tried again; null when that is too late, or when somebody waits for the answer. */
  private Long again(Due due) {
    return switch (due.reason()) {
      case MANUAL -> null;
      case RESOURCE_WAIT -> draft.now + draft.schedule.definition().retryIntervalMs();
      default ->
          draft.now < due.at() + draft.schedule.definition().missedGraceMs()
              ? draft.now + AGAIN_MS
              : null;
    };
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
