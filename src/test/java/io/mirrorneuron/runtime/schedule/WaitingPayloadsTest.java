package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What waits for its jobs is written with each turn, so there is a bound to it. */
class WaitingPayloadsTest {
  private static final int MEBIBYTE = 1 << 20;
  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);

  private ScheduleState reported(ScheduleState state, String id, int chars) {
    var event =
        new TriggerEvent(
            id, "x", "test", Map.of("text", "a".repeat(chars)), "2026-06-20T10:00:00.000Z");
    return decided(state, new ScheduleInput.Happened(DispatchIds.ofEvent("s", id), event));
  }

  private ScheduleState decided(ScheduleState state, ScheduleInput input) {
    return machine.decide(Optional.of(state), input, 1_000).orElseThrow();
  }

  @Test
  void moreThanFourMebibytesOfEventsAreBlockedUntilThereIsRoom() {
    var definition =
        DefinitionReader.read(
            ScheduleWorld.CALENDAR,
            Map.of("trigger", Map.of("event_type", "x"), "prohibit_overlap", false),
            0);
    ScheduleState state = ScheduleState.of(ScheduleWorld.schedule("s", definition, 0));
    for (int i = 0; i < 5; i++) {
      state = reported(state, "e" + i, MEBIBYTE);
    }
    state = reported(state, "late", 10);
    assertThat(state.schedule().waiting().size()).isEqualTo(4);
    assertThat(state.schedule().counters().blocked()).isEqualTo(2);
    assertThat(state.news().getLast().statusReason()).contains("has 4 MB already");
    assertThat(machine.write(state).length()).isLessThan(6 * MEBIBYTE);

    String first = state.schedule().waiting().getFirst().dispatchId();
    state = decided(state, new ScheduleInput.Started(first, "job-1"));
    state = reported(state, "late", 10);
    assertThat(state.schedule().waiting().size()).as("told again").isEqualTo(4);
    assertThat(state.schedule().counters().blocked()).isEqualTo(2);
  }
}
