package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Child;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import java.util.Map;

/** What follows when a time comes, an event happens, or somebody wants something of a schedule. */
final class ScheduleTurn {
  private final Calendar calendar;
  private final ScheduleDraft draft;

  ScheduleTurn(ScheduleDraft draft, Calendar calendar) {
    this.draft = draft;
    this.calendar = calendar;
  }

  void begin() {
    if (draft.schedule.isActive()) {
      aim();
    }
  }

  /** Sets when it is due next, always later than all that it has dealt with. */
  private void aim() {
    Definition definition = draft.schedule.definition();
    long dealtWith = draft.schedule.lastDue() == null ? Long.MIN_VALUE : draft.schedule.lastDue();
    switch (definition.kind()) {
      case PERIODIC ->
          draft.schedule =
              draft.schedule.due(
                  DueTimes.next(definition, calendar, Math.max(draft.now, dealtWith)),
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
          await(draft.schedule.made().at(), Reason.RESOURCE_WAIT, false, draft.now);
        }
      }
      case EVENT -> draft.schedule = draft.schedule.due(null, draft.schedule.lastDue());
    }
  }

  void wake() {
    new GatherTurn(draft).end();
    Long until = draft.schedule.pausedUntil();
    if (draft.schedule.status() == Status.PAUSED && until != null && until <= draft.now) {
      resume("its pause has ended");
    }
    if (draft.schedule.isActive()
        && draft.schedule.nextDue() != null
        && draft.schedule.nextDue() <= draft.now) {
      becomeDue();
    }
    draft.schedule =
        draft.schedule.children(draft.schedule.children().stream().map(this::closed).toList());
  }

  private Child closed(Child child) {
    boolean ends = child.windowEnd() != null && child.windowEnd() <= draft.now;
    return ends ? new Child(child.jobId(), child.dispatchId(), child.windowEnd(), true) : child;
  }

  private void becomeDue() {
    Definition definition = draft.schedule.definition();
    DueTimes times = DueTimes.until(definition, calendar, draft.schedule.nextDue(), draft.now);
    draft.schedule = draft.schedule.due(times.next(), times.last());
    if (times.missed() > 0) {
      draft.schedule =
          draft.schedule.counting(
              draft.schedule.counters().missedMore(times.missed()),
              draft.schedule.told().missed(times.lastMissed()));
      draft.notes.missed(
          DispatchIds.ofTime(draft.schedule.id(), times.lastMissed()), reason(), times);
    }
    times.madeUp().forEach(at -> await(at, reason(), true, draft.now));
    for (long at : times.onTime()) {
      String id = DispatchIds.ofTime(draft.schedule.id(), at);
      await(at, reason(), false, at + DispatchIds.spread(id, definition.jitterMs()));
    }
    if (definition.isOnce() && times.madeUp().isEmpty() && times.onTime().isEmpty()) {
      draft.schedule = draft.schedule.in(Status.COMPLETED, null);
    }
  }

  private Reason reason() {
    return draft.schedule.definition().kind() == Kind.PERIODIC ? Reason.PERIODIC : Reason.DELAYED;
  }

  private void await(long at, Reason reason, boolean catchUp, long notBefore) {
    String id = DispatchIds.ofTime(draft.schedule.id(), at);
    draft.arrive(
        new Due(id, at, reason, null, catchUp, Map.of(), Map.of(), Phase.WAITS, notBefore));
  }

  void pause(String reason, Long until) {
    for (Due due : draft.schedule.waiting()) {
      if (due.phase() == Phase.WAITS && due.reason() != Reason.MANUAL) {
        draft.notes.skipped(due, "the schedule was paused");
        draft.schedule = draft.schedule.changing(due.dispatchId(), gone -> null);
      }
    }
    new GatherTurn(draft).drop("the schedule was paused");
    draft.schedule =
        draft.schedule.in(Status.PAUSED, until).counting(draft.schedule.counters(), told(reason));
  }

  /** Jobs that it has made go on. */
  void delete(String reason) {
    draft.schedule = draft.schedule.deleted().counting(draft.schedule.counters(), told(reason));
  }

  private Schedule.Told told(String reason) {
    return draft.schedule.told().because(reason == null || reason.isBlank() ? null : reason);
  }

  void resume(String reason) {
    boolean wasPaused = !draft.schedule.isActive();
    draft.schedule =
        draft.schedule.in(Status.ACTIVE, null).counting(draft.schedule.counters(), told(reason));
    if (wasPaused) {
      aim();
    }
  }

  void redefine(Definition definition, boolean enabled, String reason) {
    boolean isOver =
        draft.schedule.status() == Status.COMPLETED && definition.kind() != Kind.DELAYED;
    Status status = isOver ? Status.COMPLETED : enabled ? Status.ACTIVE : Status.PAUSED;
    Definition.Trigger before = draft.schedule.definition().trigger();
    if (!enabled || before != null && !before.waitsAs(definition.trigger())) {
      new GatherTurn(draft).drop("the schedule was changed");
    }
    draft.schedule =
        draft
            .schedule
            .with(definition)
            .in(status, null)
            .counting(draft.schedule.counters(), told(reason));
    draft.tell("schedule_updated", ScheduleDraft.because(reason), 0);
    if (draft.schedule.isActive()) {
      aim();
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
            draft.now));
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
              draft.now,
              Reason.EVENT,
              null,
              false,
              event.event().payload(),
              ScheduleInput.Happened.told(event.event()),
              Phase.WAITS,
              draft.now));
    }
  }
}
