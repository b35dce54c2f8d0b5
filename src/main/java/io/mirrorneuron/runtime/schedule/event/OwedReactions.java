package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.port.schedule.TriggerEvent;
import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Events on which not all schedules have acted yet: a record each, until they have. Pure. */
final class OwedReactions
    implements StateMachine<OwedReactions.Owed, OwedReactions.Input, OwedReactions.Owed> {
  /** Where they are kept. */
  static final String KIND = "event-reactions";

  /** An event, with its secrets; both what is stored and what is to be done. */
  record Owed(TriggerEvent event) {}

  sealed interface Input {}

  /** It takes longer than its teller waits. */
  record Begin(TriggerEvent event) implements Input {}

  /** All schedules have acted on it. */
  record Done() implements Input {}

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Optional<Owed> decide(Optional<Owed> state, Input input, long now) {
    return switch (input) {
      case Begin(TriggerEvent event) -> state.isPresent() ? state : Optional.of(new Owed(event));
      case Done() -> Optional.empty();
    };
  }

  @Override
  public List<Owed> owed(Owed state) {
    return List.of(state);
  }

  @Override
  public OptionalLong wakeAt(Owed state) {
    return OptionalLong.empty();
  }

  @Override
  public Input wake() {
    throw new IllegalStateException("what is owed waits for no time");
  }

  @Override
  public String write(Owed state) {
    return Json.write(state);
  }

  @Override
  public Owed read(String json) {
    return Json.read(json, Owed.class, "a stored event");
  }
}
