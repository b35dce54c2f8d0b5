package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.runtime.schedule.Backfill.Status;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides the next steps of a schedule's backfill. For each time in turn it looks up whether the
 * time has had its job, and makes one if not. As for current times, the decision to make a job is
 * stored first.
 */
final class BackfillTurn {
  private final ScheduleDraft draft;
  private final Calendar calendar;

  BackfillTurn(ScheduleDraft draft, Calendar calendar) {
    this.draft = draft;
    this.calendar = calendar;
  }

  /** Null when there was never one. */
  private Backfill now() {
    return draft.schedule.work().backfill();
  }

  private void put(Backfill other) {
    draft.schedule = draft.schedule.doing(draft.schedule.work().filling(other));
  }

  /** Continues the running backfill when the same one is requested again. */
  void begin(Backfill.Range range, long total) {
    Backfill before = now();
    if (before != null && before.isRunning() && before.range().equals(range)) {
      return;
    }
    if (before != null && before.isRunning()) {
      throw MnException.precondition(
          "a backfill of schedule %s from %s to %s runs; wait for it or cancel it"
              .formatted(
                  draft.schedule.id(),
                  DispatchNotes.time(before.range().from()),
                  DispatchNotes.time(before.range().to())));
    }
    if (before != null && before.isBusy()) {
      throw new MnException(
          ErrorCode.EXHAUSTED,
          "retry_later",
          "the backfill that was cancelled makes its last job; ask again in a moment");
    }
    List<Child> open = before == null ? List.of() : before.open();
    put(Backfill.of(range, total, due(range, range.from() - 1), open, draft.now));
  }

  /** The first time of a range later than {@code after}; null when there is none. */
  private Due due(Backfill.Range range, long after) {
    Long at = ComingTimes.next(draft.schedule.definition(), calendar, after);
    if (at == null || at >= range.to()) {
      return null;
    }
    String id = DispatchIds.ofTime(draft.schedule.id(), at);
    return new Due(
        id,
        at,
        Reason.BACKFILL,
        null,
        false,
        Map.of(),
        Map.of(),
        Phase.WAITS,
        draft.now,
        false,
        null);
  }

  /** A job that is being made is still made; open jobs continue. */
  void cancel() {
    Backfill running = now();
    if (running == null || !running.isRunning()) {
      throw MnException.precondition("no backfill of schedule " + draft.schedule.id() + " runs");
    }
    boolean starts = running.isBusy() && running.next().phase() == Phase.STARTS;
    put(running.ended(Status.CANCELLED, starts ? running.next() : null, draft.now));
  }

  /**
   * @throws MnException PRECONDITION when a backfill runs and the other definition has other times
   */
  void requireSameTimes(Definition other) {
    Definition definition = draft.schedule.definition();
    boolean same =
        definition.crons().equals(other.crons()) && definition.timezone().equals(other.timezone());
    if (now() != null && now().isRunning() && !same) {
      throw MnException.precondition(
          "a backfill of schedule %s runs; wait for it or cancel it before its times change"
              .formatted(draft.schedule.id()));
    }
  }

  /**
   * @param ended looked-up jobs that are no longer open
   * @param had whether the time had its job
   */
  void surveyed(String dispatchId, Set<String> ended, boolean had) {
    Backfill known = now();
    if (known == null) {
      return;
    }
    List<Child> left =
        known.open().stream().filter(child -> !ended.contains(child.jobId())).toList();
    boolean fewer = left.size() < known.open().size();
    known =
        known
            .open(left)
            .looking(fewer ? Backfill.Look.soon(draft.now) : known.look().later(draft.now));
    put(known);
    if (known.isBusyWith(dispatchId) && known.next().phase() == Phase.LOOKS) {
      if (had) {
        remember(known.next().at());
        skip(known.next());
      } else {
        put(known.at(known.next().starting(draft.schedule.versions().current())));
      }
    }
  }

  private void skip(Due due) {
    put(now().then(after(due), now().progress().skippedOne()));
  }

  private Due after(Due due) {
    return now().isRunning() ? due(now().range(), due.at()) : null;
  }

  private void remember(long at) {
    draft.schedule = draft.schedule.doing(draft.schedule.work().made(calendar, definition(), at));
  }

  private Definition definition() {
    return draft.schedule.definition();
  }

  void started(String dispatchId, String jobId) {
    Backfill known = now();
    if (known == null || !known.isBusyWith(dispatchId)) {
      return;
    }
    Due due = known.next();
    Definition.Window window = definition().window();
    Long end = window == null ? null : Long.valueOf(draft.now + window.durationMs());
    List<Child> all = new ArrayList<>(known.open());
    all.add(Child.of(jobId, dispatchId, window, draft.now));
    put(known.open(all).looking(Backfill.Look.soon(draft.now)));
    remember(due.at());
    put(now().then(after(due), now().progress().madeOne()));
    draft.schedule =
        draft.schedule.counting(
            draft.schedule.counters().dispatchedOnce(), draft.schedule.reported());
    draft.notes.submitted(due, jobId, end);
    draft.tell(
        "schedule_dispatched",
        due,
        Map.of("job_id", jobId, "run_id", RunId.of(jobId), "version", due.ofVersion()));
  }

  /** A temporary failure is retried until the backfill is cancelled. */
  void notStarted(String dispatchId, String why, boolean mayPass) {
    Backfill known = now();
    if (known == null || !known.isBusyWith(dispatchId)) {
      return;
    }
    Due due = known.next();
    if (mayPass && known.isRunning()) {
      put(known.at(due.later(draft.now + DispatchTurn.AGAIN_MS)));
      draft.schedule =
          draft.schedule.counting(
              draft.schedule.counters(), draft.schedule.reported().blocked(why));
    } else {
      draft.failed(due, why);
      put(known.then(after(due), known.progress().failedOne()));
    }
  }

  void closed(String jobId, boolean wasOpen) {
    Backfill known = now();
    if (known == null) {
      return;
    }
    for (Child child : known.open()) {
      if (child.jobId().equals(jobId) && child.closing()) {
        List<Child> left = new ArrayList<>(known.open());
        left.remove(child);
        put(known.open(left).looking(Backfill.Look.soon(draft.now)));
        if (wasOpen) {
          draft.notes.closed(child);
        }
      }
    }
  }

  /** Goes on until it needs an effect's outcome. */
  void advance() {
    Backfill known = now();
    if (known == null) {
      return;
    }
    put(known.open(known.open().stream().map(child -> child.closingAt(draft.now)).toList()));
    while (now().isRunning() && !now().isBusy()) {
      Due next = now().next();
      if (next != null && isDealtWith(next)) {
        skip(next);
        continue;
      }
      if (next == null && now().open().isEmpty()) {
        put(now().ended(Status.COMPLETED, null, draft.now));
      } else if (next != null && !now().isFull() && next.notBefore() <= draft.now) {
        put(now().at(next.in(Phase.LOOKS)));
      } else if (!now().open().isEmpty() && now().look().at() <= draft.now) {
        put(now().looking(now().look().begun()));
      }
      return;
    }
  }

  /** Whether its job was made, or is left to the schedule's regular times. */
  private boolean isDealtWith(Due due) {
    Long own = draft.schedule.isActive() ? draft.schedule.nextDue() : null;
    return draft.schedule.work().times().has(calendar, due.at())
        || draft.schedule.awaits(due.dispatchId())
        || own != null && own <= due.at();
  }
}
