package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.store.RecordStore.Beside;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The decider with a mistake in what it decides. */
final class MistakenMachine implements StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> {
  /** As it should be. */
  static final Mistake NONE = (before, input, after, now) -> after;

  private final ScheduleMachine right = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private final Mistake mistake;

  interface Mistake {
    Schedule in(Schedule before, ScheduleInput input, Schedule after, long now);
  }

  MistakenMachine(Mistake mistake) {
    this.mistake = mistake;
  }

  @Override
  public String kind() {
    return right.kind();
  }

  @Override
  public Optional<ScheduleState> decide(
      Optional<ScheduleState> state, ScheduleInput input, long now) {
    return right
        .decide(state, input, now)
        .map(
            next ->
                state.isEmpty()
                    ? next
                    : new ScheduleState(
                        mistake.in(state.get().schedule(), input, next.schedule(), now),
                        next.news(),
                        next.manifest()));
  }

  @Override
  public List<ScheduleEffect> pending(ScheduleState state) {
    return right.pending(state);
  }

  @Override
  public boolean isAwaited(ScheduleEffect effect) {
    return right.isAwaited(effect);
  }

  @Override
  public OptionalLong wakeAt(ScheduleState state) {
    return right.wakeAt(state);
  }

  @Override
  public ScheduleInput wake() {
    return right.wake();
  }

  @Override
  public Beside beside(ScheduleState state) {
    return right.beside(state);
  }

  @Override
  public String write(ScheduleState state) {
    return right.write(state);
  }

  @Override
  public ScheduleState read(String json) {
    return right.read(json);
  }
}
