package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Child;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Decides what schedules do. Pure. */
final class ScheduleMachine implements StateMachine<ScheduleState, ScheduleInput, ScheduleDeed> {
  /** Where schedules are kept. */
  static final String KIND = "schedules";

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
    if (input instanceof ScheduleInput.Delete) {
      return Optional.empty();
    }
    return state.map(known -> decide(known.schedule(), input, now));
  }

  private ScheduleState begun(ScheduleInput.Create create, long now) {
    ScheduleDraft draft = new ScheduleDraft(create.schedule(), now);
    new ScheduleTurn(draft, calendar).begin();
    return draft.end(create.manifest());
  }

  private ScheduleState decide(Schedule schedule, ScheduleInput input, long now) {
    ScheduleDraft draft = new ScheduleDraft(schedule, now);
    ScheduleTurn turn = new ScheduleTurn(draft, calendar);
    DispatchTurn dispatch = new DispatchTurn(draft);
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
      case ScheduleInput.Redefine redefine ->
          turn.redefine(redefine.definition(), redefine.enabled(), redefine.reason());
      case ScheduleInput.RunNow run -> {
        requireNewOrSame(schedule, run);
        turn.runNow(run);
      }
      case ScheduleInput.Happened event -> turn.happened(event);
      case ScheduleInput.Seen(String id, var open) -> dispatch.seen(id, open);
      case ScheduleInput.Started(String id, String job) -> dispatch.started(id, job);
      case ScheduleInput.NotStarted(String id, String why, boolean mayPass) ->
          dispatch.notStarted(id, why, mayPass);
      case ScheduleInput.Closed(String job, boolean wasOpen) -> dispatch.closed(job, wasOpen);
      case ScheduleInput.Create _, ScheduleInput.Delete _ ->
          throw new IllegalStateException("decided on before");
    }
    return draft.end(null);
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
  public List<ScheduleDeed> owed(ScheduleState state) {
    Schedule schedule = state.schedule();
    List<String> jobs = schedule.children().stream().map(Child::jobId).toList();
    var origin =
        new ScheduleDeed.Origin(
            schedule.id(),
            schedule.made().bundle(),
            schedule.made().graphId(),
            schedule.made().by());
    List<ScheduleDeed> owed = new ArrayList<>();
    for (Due due : schedule.waiting()) {
      switch (due.phase()) {
        case WAITS -> {}
        case LOOKS -> owed.add(new ScheduleDeed.Look(due.dispatchId(), jobs));
        case STARTS -> owed.add(new ScheduleDeed.Start(due, schedule.definition(), origin));
      }
    }
    schedule.children().stream()
        .filter(Child::closing)
        .forEach(child -> owed.add(new ScheduleDeed.Close(child.jobId())));
    return owed;
  }

  @Override
  public OptionalLong wakeAt(ScheduleState state) {
    Schedule schedule = state.schedule();
    Stream<Long> times =
        Stream.of(
            schedule.isActive() ? schedule.nextDue() : null,
            schedule.status() == Status.PAUSED ? schedule.pausedUntil() : null);
    LongStream dues =
        ScheduleDraft.isHeldUp(schedule)
            ? LongStream.empty()
            : schedule.waiting().stream()
                .filter(due -> due.phase() == Phase.WAITS)
                .mapToLong(Due::notBefore);
    LongStream windows =
        schedule.children().stream()
            .filter(child -> child.windowEnd() != null && !child.closing())
            .mapToLong(Child::windowEnd);
    return LongStream.concat(
            times.filter(time -> time != null).mapToLong(Long::longValue),
            LongStream.concat(dues, windows))
        .min();
  }

  @Override
  public ScheduleInput wake() {
    return new ScheduleInput.Wake();
  }

  @Override
  public Beside beside(ScheduleState state) {
    return new Beside(
        0,
        state.schedule().definition().kind().word(),
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
