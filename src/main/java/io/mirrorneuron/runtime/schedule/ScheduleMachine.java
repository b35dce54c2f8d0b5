package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.Schedule.Foresight;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The state machine of schedules. Pure. */
final class ScheduleMachine implements StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> {
  static final String KIND = "schedules";

  private static final long MOST_AHEAD_MS = 3_600_000;

  /** Shorter notice would reach no person in time. */
  private static final long LEAST_AHEAD_MS = 120_000;

  private final Calendar calendar;

  ScheduleMachine(Calendar calendar) {
    this.calendar = calendar;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Optional<ScheduleState> decide(
      Optional<ScheduleState> state, ScheduleInput input, long now) {
    if (input instanceof ScheduleInput.Create create) {
      return state.isPresent() ? state : Optional.of(begun(create, now));
    }
    if (state.isPresent() && input instanceof ScheduleInput.EventDelivered(String eventId)) {
      Schedule reported = state.get().schedule().reported(eventId);
      boolean isOver = isGone(reported) && reported.work().news().unreported().isEmpty();
      return isOver
          ? Optional.empty()
          : Optional.of(
              ScheduleState.of(isGone(reported) ? reported : WaitLimits.of(reported, now)));
    }
    return state.map(
        known ->
            isGone(known.schedule())
                ? ScheduleState.of(known.schedule())
                : decide(known.schedule(), input, now));
  }

  /** Whether it was deleted, and is kept only until that was published. */
  static boolean isGone(Schedule schedule) {
    return schedule.status() == Status.DELETED;
  }

  private ScheduleState begun(ScheduleInput.Create create, long now) {
    ScheduleDraft draft = new ScheduleDraft(create.schedule(), now);
    draft.tell("schedule_created", Map.of(), 0);
    new ScheduleTurn(draft, calendar).begin();
    return draft.end(create.manifest());
  }

  private ScheduleState decide(Schedule schedule, ScheduleInput input, long now) {
    ScheduleDraft draft = new ScheduleDraft(schedule, now);
    draft.schedule = WaitLimits.of(schedule, now); // not woken while an effect is pending
    ScheduleTurn turn = new ScheduleTurn(draft, calendar);
    BackfillTurn backfill = new BackfillTurn(draft, calendar);
    switch (input) {
      case ScheduleInput.Wake() -> turn.wake();
      case ScheduleInput.Pause(String reason, Long until) -> {
        requireOpen(schedule);
        turn.pause(reason, until);
      }
      case ScheduleInput.Resume(String reason) -> {
        requireOpen(schedule);
        turn.resume(reason);
      }
      case ScheduleInput.Redefine redefine -> {
        backfill.requireSameTimes(redefine.definition());
        turn.redefine(redefine.definition(), redefine.enabled(), redefine.reason());
      }
      case ScheduleInput.Replace replace -> {
        backfill.requireSameTimes(replace.definitionOf(schedule));
        turn.replace(replace);
      }
      case ScheduleInput.RollBack back -> turn.rollBack(back);
      case ScheduleInput.RunNow run -> {
        requireNewOrSame(schedule, run);
        turn.runNow(run);
      }
      case ScheduleInput.Happened event -> turn.happened(event);
      case ScheduleInput.Outcome outcome -> learn(draft, outcome);
      case ScheduleInput.BeginBackfill(var range, long total) -> backfill.begin(range, total);
      case ScheduleInput.CancelBackfill() -> backfill.cancel();
      case ScheduleInput.Delete(String reason) -> turn.delete(reason);
      case ScheduleInput.Create _, ScheduleInput.EventDelivered _ ->
          throw new IllegalStateException("decided on before");
    }
    backfill.advance();
    turn.foresee();
    return draft.end(draft.manifest);
  }

  private void learn(ScheduleDraft draft, ScheduleInput.Outcome outcome) {
    DispatchTurn dispatch = new DispatchTurn(draft, calendar);
    BackfillTurn backfill = new BackfillTurn(draft, calendar);
    switch (outcome) {
      case ScheduleInput.Seen(String id, var open, var asking) -> dispatch.seen(id, open, asking);
      case ScheduleInput.Foreseen(long due, var asking) -> dispatch.foreseen(due, asking);
      case ScheduleInput.Started(String id, String job) -> {
        dispatch.started(id, job);
        backfill.started(id, job);
      }
      case ScheduleInput.NotStarted(String id, String why, boolean mayPass) -> {
        dispatch.notStarted(id, why, mayPass);
        backfill.notStarted(id, why, mayPass);
      }
      case ScheduleInput.Closed(String job, boolean wasOpen) -> {
        dispatch.closed(job, wasOpen);
        backfill.closed(job, wasOpen);
      }
      case ScheduleInput.Surveyed(String id, var ended, boolean had) ->
          backfill.surveyed(id, ended, had);
    }
  }

  private static void requireNewOrSame(Schedule schedule, ScheduleInput.RunNow run) {
    if (schedule.work().isOfOther(run.dispatchId(), run.payload())) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "idempotency_key_in_use",
          "another dispatch of schedule %s with this idempotency key had another payload"
              .formatted(schedule.id()));
    }
    if (schedule.waiting().size() >= ScheduleDraft.MOST_WAITING) {
      throw new MnException(
          ErrorCode.EXHAUSTED,
          "retry_later",
          "the schedule has %d jobs to make already".formatted(schedule.waiting().size()));
    }
  }

  private static void requireOpen(Schedule schedule) {
    if (schedule.status() == Status.COMPLETED) {
      throw MnException.precondition("schedule " + schedule.id() + " is completed");
    }
  }

  @Override
  public List<ScheduleEffect> pending(ScheduleState state) {
    Schedule schedule = state.schedule();
    List<String> jobs = schedule.children().stream().map(Child::jobId).toList();
    Backfill backfill = schedule.work().backfill();
    List<ScheduleEffect> pending = new ArrayList<>();
    for (Due due : schedule.waiting()) {
      switch (due.phase()) {
        case WAITS -> {}
        case LOOKS -> {
          boolean isTime = due.reason() == Reason.PERIODIC;
          boolean asks = isTime && schedule.definition().prohibitOverlap();
          pending.add(new ScheduleEffect.Look(due.dispatchId(), jobs, asks));
        }
        case STARTS ->
            pending.add(new ScheduleEffect.Start(due, schedule.definition(), schedule.origin(due)));
      }
    }
    Foresight ahead = schedule.when().foresight();
    if (ahead != null && ahead.looking()) {
      pending.add(new ScheduleEffect.Foresee(ahead.due(), jobs));
    }
    if (backfill != null) {
      backfill.pending(schedule).ifPresent(pending::add);
    }
    schedule
        .work()
        .jobs()
        .filter(Child::closing)
        .forEach(child -> pending.add(new ScheduleEffect.Close(child.jobId())));
    schedule.work().news().unreported().forEach(news -> pending.add(new ScheduleEffect.Tell(news)));
    return pending;
  }

  /**
   * Consumers of a published event may trigger this schedule again and would wait for themselves;
   * the look ahead at a later time does not concern a waiting caller.
   */
  @Override
  public boolean isAwaited(ScheduleEffect effect) {
    return !(effect instanceof ScheduleEffect.Tell || effect instanceof ScheduleEffect.Foresee);
  }

  @Override
  public OptionalLong wakeAt(ScheduleState state) {
    Schedule schedule = state.schedule();
    Backfill backfill = schedule.work().backfill();
    Stream<Long> times =
        Stream.of(
            backfill == null ? null : backfill.wakesAt(),
            schedule.isActive() ? schedule.nextDue() : null,
            foresees(schedule),
            schedule.status() == Status.PAUSED ? schedule.pausedUntil() : null);
    LongStream dues =
        schedule.waiting().stream()
            .filter(due -> due.phase() == Phase.WAITS && !CatchUpQueue.isHeldUp(schedule, due))
            .mapToLong(Due::notBefore);
    LongStream windows =
        schedule
            .work()
            .jobs()
            .filter(child -> child.windowEnd() != null && !child.closing())
            .mapToLong(Child::windowEnd);
    return Stream.of(
            times.filter(time -> time != null).mapToLong(Long::longValue),
            dues,
            windows,
            gathered(schedule).stream())
        .flatMapToLong(all -> all)
        .min();
  }

  /**
   * When to look ahead whether the next time will be blocked by a job that waits for a person: an
   * hour before it, or a quarter of the time since the previous one if that is less. Null for
   * never, also when that is too short a notice.
   */
  static Long foresees(Schedule schedule) {
    Definition definition = schedule.definition();
    Long due = schedule.nextDue();
    Foresight ahead = schedule.when().foresight();
    if (!schedule.isActive()
        || definition.kind() != Definition.Kind.PERIODIC
        || !definition.prohibitOverlap()
        || due == null
        || schedule.children().isEmpty()
        || ahead != null && (ahead.due() == due || ahead.looking())) {
      return null;
    }
    long before = schedule.lastDue() == null ? schedule.made().at() : schedule.lastDue();
    long early = Math.min((due - before) / 4, MOST_AHEAD_MS);
    return early < LEAST_AHEAD_MS ? null : Long.valueOf(due - early);
  }

  /** When the wait of gathered events ends. */
  static OptionalLong gathered(Schedule schedule) {
    Definition.Trigger trigger = schedule.definition().trigger();
    if (!schedule.isActive() || trigger == null || !trigger.gathers()) {
      return OptionalLong.empty();
    }
    return trigger.debounce() != null
        ? schedule.gathered().wakeAt(trigger.debounce())
        : schedule.gathered().wakeAt(trigger.correlate());
  }

  @Override
  public ScheduleInput wake() {
    return new ScheduleInput.Wake();
  }

  @Override
  public Beside beside(ScheduleState state) {
    return new Beside(
        0,
        isGone(state.schedule()) ? List.of() : EventIndex.groups(state.schedule().definition()),
        state.manifest(),
        state.news().stream().map(Json::write).toList());
  }

  @Override
  public String write(ScheduleState state) {
    return Json.write(state.schedule());
  }

  @Override
  public ScheduleState read(String json) {
    return ScheduleState.of(Json.read(json, Schedule.class, "a stored schedule"));
  }
}
