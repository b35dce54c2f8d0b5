package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Events that belong together wait, in their order, while an earlier job of the schedule runs. */
class GatheredSetsWaitTest {
  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private ScheduleState state =
      ScheduleState.of(
          ScheduleWorld.schedule(
              "s",
              DefinitionReader.read(
                  ScheduleWorld.CALENDAR,
                  Map.of(
                      "trigger",
                      Map.of(
                          "event_type",
                          "changed",
                          "debounce",
                          Map.of("wait_ms", 1_000, "key", "file"))),
                  0),
              0));

  private void input(ScheduleInput input, long now) {
    state = machine.decide(Optional.of(state), input, now).orElseThrow();
  }

  private void changed(String file, String id, long now) {
    var event =
        new TriggerEvent(id, "changed", "test", Map.of("file", file), "2026-06-20T10:00:00.000Z");
    input(new ScheduleInput.Happened(DispatchIds.ofEvent("s", id), event), now);
  }

  private List<String> waiting(Phase phase) {
    return state.schedule().waiting().stream()
        .filter(due -> due.phase() == phase)
        .map(due -> (String) due.payload().get("key"))
        .toList();
  }

  private Due first() {
    return state.schedule().waiting().getFirst();
  }

  private void firstJobRuns() {
    changed("zero", "e0", 0);
    input(new ScheduleInput.Wake(), 1_000);
    input(new ScheduleInput.Started(first().dispatchId(), "job-0"), 1_100);
  }

  private String why() {
    return ScheduleViews.full(state.schedule(), null, List.of(), Set.of("job-0"), Map.of()).why();
  }

  @Test
  void setsOfEachKeyWaitForTheJobAndHaveTheirsAfterItInOrder() {
    firstJobRuns();
    changed("a", "e1", 2_000);
    changed("b", "e2", 2_500);
    input(new ScheduleInput.Wake(), 3_600);
    assertThat(waiting(Phase.LOOKS)).containsExactly("a");

    input(new ScheduleInput.Seen(first().dispatchId(), Set.of("job-0")), 3_700);
    assertThat(waiting(Phase.WAITS)).as("one look tells of both").containsExactly("a", "b");
    assertThat(state.schedule().counters().blocked()).isZero();
    assertThat(why()).endsWith("last time: job job-0 still runs").contains("is tried at");
    assertThat(machine.wakeAt(state)).hasValue(8_700);

    changed("b", "e2", 4_000); // told again
    changed("c", "e3", 4_000);
    input(new ScheduleInput.Wake(), 5_100);
    assertThat(waiting(Phase.WAITS)).as("none overtakes").containsExactly("a", "b", "c");

    input(new ScheduleInput.Wake(), 8_700);
    input(new ScheduleInput.Seen(first().dispatchId(), Set.of()), 8_800);
    assertThat(waiting(Phase.STARTS)).containsExactly("a");
    input(new ScheduleInput.Started(first().dispatchId(), "job-1"), 8_900);
    assertThat(state.schedule().counters().dispatched()).isEqualTo(2);
    assertThat(waiting(Phase.LOOKS)).containsExactly("b");
  }

  @Test
  void eventsOfASetWhoseJobCouldNotBeMadeCountAgainWhenToldAgain() {
    changed("zero", "e0", 0);
    input(new ScheduleInput.Wake(), 1_000);
    input(new ScheduleInput.NotStarted(first().dispatchId(), "it is broken", false), 1_100);
    assertThat(state.schedule().counters().failed()).isEqualTo(1);

    changed("zero", "e0", 2_000);
    input(new ScheduleInput.Wake(), 3_000);
    assertThat(waiting(Phase.STARTS)).containsExactly("zero");
  }
}
