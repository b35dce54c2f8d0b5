package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Schedules of builds that had no index are found before it is complete, and afterwards. */
class EventIndexTest {
  private static final int OLD = 450;

  private final TurnedTimers timers =
      new TurnedTimers(new TurnedClock(Instant.parse("2026-01-01T00:00:00Z")));
  private final InMemoryRecordStore store = new InMemoryRecordStore();
  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private final EventIndex index = new EventIndex(store, machine, timers);

  private ScheduleState state(String id, Object types) {
    Definition definition =
        DefinitionReader.read(
            ScheduleWorld.CALENDAR, Map.of("trigger", Map.of("event_type", types)), 0);
    Schedule schedule = ScheduleWorld.schedule(id, definition, 0);
    return machine
        .decide(Optional.empty(), new ScheduleInput.Create(schedule, "{}"), 0)
        .orElseThrow();
  }

  private void write(ScheduleState state, Beside beside) {
    assertThat(
            store
                .write(
                    ScheduleMachine.KIND, state.schedule().id(), 0, machine.write(state), 0, beside)
                .toCompletableFuture()
                .join())
        .isPresent();
  }

  private List<String> found(String type) {
    return index.page(type, "", 1_000).toCompletableFuture().join().stream()
        .map(StoredRecord::id)
        .toList();
  }

  @Test
  void whatEarlierBuildsHaveLeftIsBroughtIn() {
    for (int i = 0; i < OLD; i++) {
      ScheduleState old = state("old%03d".formatted(i), i == 7 ? "wanted" : "other");
      write(old, new Beside(0, List.of("event"), null, List.of("told")));
    }
    ScheduleState fresh = state("new", List.of("wanted", "else"));
    write(fresh, machine.beside(fresh));
    assertThat(found("wanted")).hasSize(OLD + 1).contains("old007", "new");

    index.complete();
    assertThat(found("wanted")).containsExactly("new", "old007");
    assertThat(found("else")).containsExactly("new");
    assertThat(found("other")).hasSize(OLD - 1);
    assertThat(found("nobody")).isEmpty();
    assertThat(store.history(ScheduleMachine.KIND, "old007").toCompletableFuture().join())
        .containsExactly("told");
    assertThat(store.list(ScheduleMachine.KIND, "event", "", 1_000).toCompletableFuture().join())
        .hasSize(OLD + 1);
  }

  @Test
  void anotherTypeMovesIt() {
    ScheduleState old = state("a", "one");
    write(old, machine.beside(old));
    index.complete();
    Definition other = state("b", "two").schedule().definition();
    ScheduleState moved =
        machine
            .decide(Optional.of(old), new ScheduleInput.Redefine(other, true, null), 5)
            .orElseThrow();
    long revision =
        store.read(ScheduleMachine.KIND, "a").toCompletableFuture().join().get().revision();
    store.write(
        ScheduleMachine.KIND, "a", revision, machine.write(moved), 0, machine.beside(moved));

    assertThat(found("one")).isEmpty();
    assertThat(found("two")).containsExactly("a");
    assertThat(machine.beside(moved).groups()).containsExactly("event", "on:two");
  }
}
