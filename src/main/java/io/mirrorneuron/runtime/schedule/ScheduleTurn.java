package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import java.util.LinkedHashMap;
import java.util.Map;

/** Decides what follows from a time, an event, or a command. */
final class ScheduleTurn {
  private static final String PAUSED = "the schedule was paused";

  private final Calendar calendar;
  private final ScheduleDraft draft;

  ScheduleTurn(ScheduleDraft draft, Calendar calendar) {
    this.draft = draft;
    this.calendar = calendar;
  }

  void begin() {
    if (draft.schedule.isActive()) {
      aim(draft.now);
    }
  }

  /**
   * Sets the next time, always later than all handled times.
   *
   * @param after the next time is later than this
   */
  private void aim(long after) {
    Definition definition = draft.schedule.definition();
    long dealtWith = draft.schedule.lastDue() == null ? Long.MIN_VALUE : draft.schedule.lastDue();
    switch (definition.kind()) {
      case PERIODIC ->
          draft.schedule =
              draft.schedule.due(
                  ComingTimes.next(definition, calendar, Math.max(after, dealtWith)),
                  draft.schedule.lastDue());
      case DELAYED -> {
        boolean isOver = definition.runAt() <= dealtWith;
        draft.schedule =
            draft.schedule.due(isOver ? null : definition.runAt(), draft.schedule.lastDue());
        if (isOver) {
          draft.schedule = draft.schedule.in(Status.COMPLETED, null);
        }
      }
      case RESOURCE_WAIT -> {
        draft.schedule = draft.schedule.due(null, draft.schedule.lastDue());
        if (draft.schedule.waiting().stream()
            .noneMatch(due -> due.reason() == Reason.RESOURCE_WAIT)) {
          await(draft.schedule.made().at(), Reason.RESOURCE_WAIT, false, false, draft.now);
        }
      }
      case EVENT -> draft.schedule = draft.schedule.due(null, draft.schedule.lastDue());
    }
  }

  void wake() {
    new GatherTurn(draft).end();
    if (draft.schedule.status() == Status.PAUSED && pauseHasEnded()) {
      goOn("its pause has ended");
    }
    if (draft.schedule.isActive()
        && draft.schedule.nextDue() != null
        && draft.schedule.nextDue() <= draft.now) {
      becomeDue();
    }
    draft.schedule =
        draft.schedule.children(
            draft.schedule.children().stream().map(child -> child.closingAt(draft.now)).toList());
  }

  private void becomeDue() {
    Definition definition = draft.schedule.definition();
    long first = draft.schedule.nextDue();
    ComingTimes times = ComingTimes.until(definition, calendar, first, draft.now);
    draft.schedule = draft.schedule.due(times.next(), times.last());
    if (times.missed() > 0) {
      draft.schedule =
          draft.schedule.counting(
              draft.schedule.counters().missedMore(times.missed()),
              draft.schedule.reported().missed(times.lastMissed()));
      draft.notes.missed(
          DispatchIds.ofTime(draft.schedule.id(), times.lastMissed()), reason(), times);
    }
    if (times.lastMissed() > 0) {
      draft.tell(
          MissedTimeLog.MISSED,
          Map.of(
              "missed", count(times.missed()),
              "made_up", times.madeUp().size(),
              "first_due", DispatchNotes.time(first),
              "scheduled_for", DispatchNotes.time(times.lastMissed()),
              "why", DispatchNotes.TOO_LATE),
          0);
    }
    boolean behind = CatchUpQueue.takes(draft.schedule, times, draft.now);
    times.madeUp().forEach(at -> await(at, reason(), true, false, draft.now));
    for (long at : times.onTime()) {
      String id = DispatchIds.ofTime(draft.schedule.id(), at);
      await(at, reason(), false, behind, at + DispatchIds.spread(id, definition.jitterMs()));
    }
    if (definition.isOnce() && times.madeUp().isEmpty() && times.onTime().isEmpty()) {
      draft.schedule = draft.schedule.in(Status.COMPLETED, null);
    }
  }

  private static int count(long times) {
    return (int) Math.min(times, Integer.MAX_VALUE);
  }

  /** Starts the look ahead when the next time is near. */
  void foresee() {
    Long at = ScheduleMachine.foresees(draft.schedule);
    if (at != null && at <= draft.now) {
      draft.schedule =
          draft.schedule.foreseeing(new Schedule.Foresight(draft.schedule.nextDue(), true));
    }
  }

  private Reason reason() {
    return draft.schedule.definition().kind() == Kind.PERIODIC ? Reason.PERIODIC : Reason.DELAYED;
  }

  private void await(long at, Reason reason, boolean catchUp, boolean behind, long notBefore) {
    String id = DispatchIds.ofTime(draft.schedule.id(), at);
    if (reason == Reason.PERIODIC && draft.schedule.work().times().has(calendar, at)) {
      return; // a backfill has made its job
    }
    boolean waits = catchUp || behind;
    draft.arrive(
        new Due(
            id, at, reason, null, waits, Map.of(), Map.of(), Phase.WAITS, notBefore, behind, null));
  }

  private boolean pauseHasEnded() {
    Long until = draft.schedule.pausedUntil();
    return until != null && until <= draft.now;
  }

  /** Times that came before the pause are recorded first. */
  void pause(String reason, Long until) {
    wake();
    if (draft.schedule.status() == Status.COMPLETED) {
      return;
    }
    for (Due due : draft.schedule.waiting()) {
      if (due.phase() != Phase.WAITS || due.reason() == Reason.MANUAL) {
        continue;
      }
      if (due.reason() == Reason.DELAYED) { // its only time comes again when it resumes
        draft.schedule =
            draft.schedule.due(due.at(), null).changing(due.dispatchId(), gone -> null);
      } else {
        draft.notes.skipped(due, PAUSED);
        if (due.reason().isTime()) {
          draft.schedule = draft.schedule.skipping(1);
          draft.tell(MissedTimeLog.SKIPPED, due, Map.of("skipped", 1, "why", PAUSED));
        }
        draft.schedule = draft.schedule.changing(due.dispatchId(), gone -> null);
      }
    }
    new GatherTurn(draft).drop(PAUSED);
    Schedule.StatusNotes reported = draft.schedule.reported().paused(reason);
    draft.schedule =
        draft.schedule.in(Status.PAUSED, until).counting(draft.schedule.counters(), reported);
  }

  /** Its jobs continue. */
  void delete(String reason) {
    draft.schedule = draft.schedule.deleted().counting(draft.schedule.counters(), reported(reason));
  }

  private Schedule.StatusNotes reported(String reason) {
    return draft.schedule.reported().because(reason);
  }

  void resume(String reason) {
    if (draft.schedule.isActive()) {
      draft.schedule = draft.schedule.counting(draft.schedule.counters(), reported(reason));
    } else {
      goOn(reason);
    }
    wake();
  }

  /**
   * Skips the times of the pause. A timed pause ends at its end, however late this runs: times
   * after it were missed, or are on time.
   */
  private void goOn(String reason) {
    long last = pauseHasEnded() ? draft.schedule.pausedUntil() - 1 : draft.now;
    skip(last);
    draft.schedule =
        draft
            .schedule
            .in(Status.ACTIVE, null)
            .counting(draft.schedule.counters(), reported(reason));
    aim(last);
  }

  private void skip(long last) {
    Long first = draft.schedule.nextDue();
    if (draft.schedule.definition().kind() != Kind.PERIODIC || first == null || first > last) {
      return;
    }
    ComingTimes.Passed passed =
        ComingTimes.passed(draft.schedule.definition(), calendar, first, last);
    draft.notes.skipped(DispatchIds.ofTime(draft.schedule.id(), passed.last()), passed);
    draft.schedule =
        draft.schedule.due(null, passed.isMore() ? last : passed.last()).skipping(passed.count());
    draft.tell(
        MissedTimeLog.SKIPPED,
        Map.of(
            "skipped", count(passed.count()),
            "first_due", DispatchNotes.time(first),
            "scheduled_for", DispatchNotes.time(passed.last()),
            "why", PAUSED),
        0);
  }

  /**
   * @param enabled null when it stays
   */
  void redefine(Definition definition, Boolean enabled, String reason) {
    wake();
    boolean isOver =
        draft.schedule.status() == Status.COMPLETED && definition.kind() != Kind.DELAYED;
    boolean wasPaused = draft.schedule.status() == Status.PAUSED;
    boolean isOn = enabled == null ? !wasPaused : enabled;
    if (isOn && wasPaused) {
      skip(draft.now);
    }
    Status status = isOver ? Status.COMPLETED : isOn ? Status.ACTIVE : Status.PAUSED;
    Long until = status == Status.PAUSED ? draft.schedule.pausedUntil() : null;
    Definition.Trigger before = draft.schedule.definition().trigger();
    if (!isOn || before != null && !before.waitsAs(definition.trigger())) {
      new GatherTurn(draft).drop("the schedule was changed");
    }
    draft.schedule =
        draft
            .schedule
            .with(definition)
            .in(status, until)
            .counting(draft.schedule.counters(), reported(reason));
    Map<String, Object> more = new LinkedHashMap<>(ScheduleDraft.because(reason));
    more.put("version", draft.schedule.versions().current());
    draft.tell("schedule_updated", more, 0);
    if (draft.schedule.isActive()) {
      aim(draft.now);
    }
  }

  /** Nothing changes when the content is the same: no version is added and no event published. */
  void replace(ScheduleInput.Replace replace) {
    Schedule before = draft.schedule;
    BundleVersions versions = before.versions();
    if (versions.isFirst()) {
      versions = versions.and(replace.before());
    }
    boolean isNew = !versions.of(versions.current()).orElseThrow().isSame(replace.next());
    Definition definition = replace.definitionOf(before);
    boolean isOn = before.status() != Status.PAUSED;
    boolean isSet = replace.enabled() != null && replace.enabled() != isOn;
    if (isNew) {
      draft.schedule = before.having(versions.and(replace.next()));
      draft.manifest = replace.manifest();
    }
    if (isNew || isSet || !definition.equals(before.definition())) {
      redefine(definition, replace.enabled(), replace.reason());
    }
  }

  void rollBack(ScheduleInput.RollBack back) {
    BundleVersions versions = draft.schedule.versions();
    boolean isThere =
        versions
            .of(back.version())
            .filter(one -> one.fingerprint().equals(back.fingerprint()))
            .isPresent();
    if (!isThere) {
      throw MnException.notFound(
          "version", "%d of schedule %s".formatted(back.version(), draft.schedule.id()));
    }
    if (versions.current() != back.version()) {
      draft.schedule = draft.schedule.having(versions.at(back.version()));
      draft.manifest = back.manifest();
      redefine(draft.schedule.definition(), null, back.reason());
    }
  }

  void runNow(ScheduleInput.RunNow run) {
    draft.arrive(
        new Due(
            run.dispatchId(),
            draft.now,
            Reason.MANUAL,
            run.words(),
            false,
            run.payload(),
            Map.of(),
            Phase.WAITS,
            draft.now,
            false,
            null));
  }

  void happened(ScheduleInput.Happened event) {
    if (!draft.schedule.isActive() || draft.schedule.definition().kind() != Kind.EVENT) {
      return;
    }
    if (draft.schedule.definition().trigger().gathers()) {
      new GatherTurn(draft).take(event);
    } else {
      draft.arrive(
          new Due(
              event.dispatchId(),
              event.at(),
              Reason.EVENT,
              null,
              false,
              event.event().payload(),
              ScheduleInput.Happened.reported(event.event()),
              Phase.WAITS,
              draft.now,
              false,
              null));
    }
  }
}
