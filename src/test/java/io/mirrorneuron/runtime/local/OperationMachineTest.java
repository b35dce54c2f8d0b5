package io.mirrorneuron.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.OperationsPort.ItemOutcome;
import io.mirrorneuron.port.OperationsPort.OperationEvent;
import io.mirrorneuron.port.OperationsPort.OperationKind;
import io.mirrorneuron.port.OperationsPort.OperationOptions;
import io.mirrorneuron.port.OperationsPort.OperationView;
import io.mirrorneuron.runtime.local.Operation.OperationEffect;
import io.mirrorneuron.runtime.local.Operation.OperationInput;
import io.mirrorneuron.runtime.local.Operation.OperationInput.Done;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OperationMachineTest {
  private static final long NOW = 1_000_000;
  private static final OperationOptions NODE =
      new OperationOptions("mirror_neuron@b", null, null, null, null);

  private final OperationMachine machine = new OperationMachine();

  private Operation started(OperationKind kind, OperationOptions options, List<String> jobs) {
    var order = new Operation.Order(kind, options, "anna", jobs, 0, NOW);
    return machine.decide(Optional.empty(), new OperationInput.Start(order), NOW).orElseThrow();
  }

  private Operation started(OperationKind kind, String... jobs) {
    return started(kind, kind.isOfNode() ? NODE : OperationOptions.NONE, List.of(jobs));
  }

  /** As it is written and read again. */
  private Operation done(Operation state, Function<String, String> status, long now) {
    OperationEffect effect = machine.pending(state).getFirst();
    Map<String, ItemOutcome> outcomes =
        effect.jobs().stream()
            .collect(Collectors.toMap(job -> job, job -> ItemOutcome.of(status.apply(job))));
    Operation stored = machine.read(machine.write(state));
    return machine.decide(Optional.of(stored), Done.of(effect, outcomes, null), now).orElseThrow();
  }

  private static OperationView reported(Operation state) {
    return new OperationViews("op-1", state).whole();
  }

  private static OperationEvent reported(Operation state, int place) {
    return new OperationViews("op-1", state).events(0).get(place);
  }

  private static List<String> types(Operation state) {
    return new OperationViews("op-1", state).events(0).stream().map(OperationEvent::type).toList();
  }

  @Test
  void whatIsStoredIsReadAgainAsItWas() {
    Operation state = started(OperationKind.DRAIN_NODE, "a", "b");
    Operation waiting = done(state, job -> ItemOutcome.DEFERRED, NOW + 5);

    assertThat(machine.read(machine.write(state))).isEqualTo(state);
    assertThat(machine.read(machine.write(waiting))).isEqualTo(waiting);
  }

  @Test
  void withoutJobsItIsOverAtOnceButANodeIsDrainedAllTheSame() {
    assertThat(types(started(OperationKind.CLEAR_JOBS)))
        .containsExactly("operation_created", "operation_started", "operation_completed");
    Operation drain = started(OperationKind.DRAIN_NODE);
    assertThat(machine.pending(drain)).hasSize(1);
    assertThat(reported(drain).status()).isEqualTo("running");
    assertThat(reported(done(drain, job -> null, NOW)).status()).isEqualTo("completed");
  }

  @Test
  void jobsAreBegunBatchByBatchAndEachIsToldOnce() {
    String[] jobs = IntStream.range(0, 20).mapToObj(i -> "job-" + i).toArray(String[]::new);
    Operation state = started(OperationKind.CANCEL_ALL_JOBS, jobs);
    assertThat(machine.pending(state).getFirst().jobs()).hasSize(8).startsWith("job-0");
    int rounds = 0;
    while (!machine.pending(state).isEmpty()) {
      state = done(state, job -> ItemOutcome.CANCELLED, NOW + rounds++);
    }

    assertThat(rounds).isEqualTo(3);
    List<OperationEvent> events = new OperationViews("op-1", state).events(0);
    assertThat(events).extracting(OperationEvent::sequence).isSorted().hasSize(43);
    assertThat(events.getLast().sequence()).isEqualTo(43);
    assertThat(events)
        .filteredOn(event -> event.itemId() == null)
        .allMatch(event -> event.status() == null)
        .hasSize(3);
    assertThat(types(state)).filteredOn("item_completed"::equals).hasSize(20);
    assertThat(reported(state).counters())
        .isEqualTo(new OperationView.Counters(20, 20, 20, 20, 0, 0, 0));
    assertThat(reported(state).items()).hasSize(20);
    assertThat(reported(state).status()).isEqualTo("completed");
  }

  @Test
  void whatHasToWaitIsLookedAtAgainAndToldAsItIs() {
    Operation state = started(OperationKind.CANCEL_ALL_JOBS, "a", "b");
    Operation waiting =
        done(
            state,
            job -> job.equals("a") ? ItemOutcome.CANCELLED : ItemOutcome.CANCELLATION_PENDING,
            NOW + 10);

    assertThat(reported(waiting).status()).isEqualTo("waiting");
    assertThat(reported(waiting).counters())
        .isEqualTo(new OperationView.Counters(2, 2, 1, 1, 0, 1, 0));
    assertThat(machine.pending(waiting)).isEmpty();
    long at = machine.wakeAt(waiting).orElseThrow();
    assertThat(at).isEqualTo(NOW + 10 + 1_000);
    assertThat(machine.decide(Optional.of(waiting), machine.wake(), at - 1)).contains(waiting);
    Operation looking = machine.decide(Optional.of(waiting), machine.wake(), at).orElseThrow();
    assertThat(machine.pending(looking).getFirst().jobs()).containsExactly("b");
    Operation again = done(looking, job -> ItemOutcome.CANCELLATION_PENDING, at);
    assertThat(types(again)).as("the same again is no news").isEqualTo(types(waiting));
    Operation last = machine.decide(Optional.of(again), machine.wake(), NOW + 60_000).orElseThrow();
    Operation over = done(last, job -> ItemOutcome.CANCELLED, NOW + 60_000);

    assertThat(types(over))
        .containsExactly(
            "operation_created",
            "operation_started",
            "item_started",
            "item_started",
            "item_completed",
            "item_deferred",
            "operation_deferred",
            "item_completed",
            "operation_completed");
    List<OperationEvent> events = new OperationViews("op-1", over).events(0);
    assertThat(new OperationViews("op-1", over).events(7)).isEqualTo(events.subList(7, 9));
    assertThat(events.get(6)).as("what was told stays told").isEqualTo(reported(waiting, 6));
    assertThat(events.get(6).counters()).isEqualTo(new OperationView.Counters(2, 2, 1, 1, 0, 1, 0));
    assertThat(reported(over).status()).isEqualTo("completed");
  }

  @Test
  void aRoundThatIsDoneTwiceCountsOnce() {
    Operation state = started(OperationKind.CLEAR_JOBS, "a");
    OperationEffect effect = machine.pending(state).getFirst();
    Operation over = done(state, job -> ItemOutcome.CLEARED, NOW);

    Done late = Done.of(effect, Map.of("a", ItemOutcome.of(ItemOutcome.FAILED)), null);
    assertThat(machine.decide(Optional.of(over), late, NOW + 1)).contains(over);
  }

  @Test
  void failuresAreToldAndWhatCannotBeDoneEnds() {
    Operation state = started(OperationKind.CANCEL_ALL_JOBS, "a", "b");
    Operation over =
        done(state, job -> job.equals("a") ? ItemOutcome.FAILED : ItemOutcome.SKIPPED, NOW);
    assertThat(reported(over).status()).isEqualTo("completed_with_failures");
    assertThat(reported(over).counters())
        .isEqualTo(new OperationView.Counters(2, 2, 2, 1, 1, 0, 1));

    Operation drain = started(OperationKind.DRAIN_NODE);
    Done impossible = Done.failed(machine.pending(drain).getFirst(), "the node is gone");
    OperationView reported =
        reported(machine.decide(Optional.of(drain), impossible, NOW).orElseThrow());
    assertThat(reported.status()).isEqualTo("failed");
    assertThat(reported.errors()).containsExactly("the node is gone");
  }

  @Test
  void anOperationIsForgottenAWeekAfterItsEnd() {
    Operation over = done(started(OperationKind.CLEAR_JOBS, "a"), job -> "cleared", NOW);
    long at = NOW + OperationMachine.KEPT_MS;

    assertThat(machine.wakeAt(over)).hasValue(at);
    assertThat(machine.decide(Optional.of(over), machine.wake(), at - 1)).contains(over);
    assertThat(machine.decide(Optional.of(over), machine.wake(), at)).isEmpty();
  }

  @Test
  void itIsToldInTheFormThatPublishedClientsRead() {
    var options = new OperationOptions("mirror_neuron@b", "a new disk", false, 60_000L, true);
    Operation state = started(OperationKind.DRAIN_NODE, options, List.of("a"));

    assertThat(Json.write(new OperationViews("op-1", state).outline()))
        .isEqualTo(
            """
            {"operation_id":"op-1","kind":"drain_node","status":"running",\
            "node_name":"mirror_neuron@b","reason":"a new disk","dry_run":false,\
            "deadline_ms":60000,"ignore_system_jobs":true,\
            "targets":[{"id":"a","job_id":"a","node_name":"mirror_neuron@b"}],"target_count":1,\
            "counters":{"total":1,"started":1,"finished":0,"succeeded":0,"failed":0,"deferred":0,\
            "skipped":0},"errors":[],"created_at":"1970-01-01T00:16:40.000Z",\
            "updated_at":"1970-01-01T00:16:40.000Z","started_at":"1970-01-01T00:16:40.000Z",\
            "completed_at":null}\
            """);
  }

  @Test
  void optionsThatAKindHasNotAreRefusedAndAnInterfaceVersionIsPassedOver() {
    assertThat(OperationOptions.of(OperationKind.CLEAR_JOBS, Map.of("version", 1)))
        .isEqualTo(OperationOptions.NONE);
    assertThatThrownBy(() -> OperationOptions.of(OperationKind.CLEAR_JOBS, Map.of("force", true)))
        .isInstanceOf(MnException.class)
        .hasMessage("options_json of clear_jobs has the unknown member force; it has none");
    assertThatThrownBy(() -> OperationOptions.of(OperationKind.DRAIN_NODE, Map.of()))
        .hasMessage("node_name is required");
    assertThatThrownBy(
            () ->
                OperationOptions.of(
                    OperationKind.DRAIN_NODE, Map.of("node_name", "a@b", "deadline_ms", "30m")))
        .hasMessage("deadline_ms must be an integer");
    assertThatThrownBy(() -> OperationKind.of("x"))
        .hasMessageStartingWith("unsupported operation kind \"x\"");
  }
}
