package io.mirrorneuron.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.OperationsPort.ItemOutcome;
import io.mirrorneuron.port.OperationsPort.OperationKind;
import io.mirrorneuron.port.OperationsPort.OperationOptions;
import io.mirrorneuron.runtime.local.Operation.Entry;
import io.mirrorneuron.runtime.local.Operation.OperationEffect;
import io.mirrorneuron.runtime.local.Operation.OperationInput;
import io.mirrorneuron.runtime.local.Operation.Step;
import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Operations on two servers that crash between any two steps, lose answers and lead both at once:
 * each job is dealt with, told as begun and as done once, and what was told stays told.
 */
@Proof.Histories
class OperationSimulationTest {
  private static final long START = 1_000_000;
  private static final Seeds SEEDS = Seeds.of(200);

  private final Set<String> done = new HashSet<>();
  private final Map<String, Integer> refused = new HashMap<>();
  private final List<List<Entry>> read = new ArrayList<>();
  private Random random;
  private MachineSimulation<Operation, OperationInput, OperationEffect> simulation;

  /** Each job has to wait up to three times; what was done to it stays done. */
  private CompletionStage<OperationInput> perform(String id, OperationEffect effect) {
    simulation.stored(id).ifPresent(state -> read.add(state.log()));
    Map<String, ItemOutcome> outcomes = new HashMap<>();
    for (String job : effect.jobs()) {
      boolean waits = !done.contains(job) && random.nextInt(3) == 0;
      if (waits && refused.merge(job, 1, Integer::sum) <= 3) {
        outcomes.put(job, ItemOutcome.of(ItemOutcome.CANCELLATION_PENDING));
      } else {
        done.add(job);
        outcomes.put(job, ItemOutcome.of(ItemOutcome.CANCELLED));
      }
    }
    return CompletableFuture.completedFuture(OperationInput.Done.of(effect, outcomes, null));
  }

  @Test
  void whateverCrashesEachJobIsDoneAndToldOnce() {
    SEEDS.each(
        seed -> {
          random = new Random(seed);
          done.clear();
          refused.clear();
          read.clear();
          simulation =
              new MachineSimulation<>(seed, new OperationMachine(), this::perform, seed % 4 * 0.03);
          List<String> jobs =
              IntStream.range(0, random.nextInt(40)).mapToObj(i -> "job-" + i).toList();
          var order =
              new Operation.Order(
                  OperationKind.CANCEL_ALL_JOBS, OperationOptions.NONE, null, jobs, 0, START);
          simulation.submit(START + 10, "op", new OperationInput.Start(order));
          simulation.run(START + 60_000);

          Operation state = simulation.stored("op").orElseThrow();
          String which = "seed " + seed;
          assertThat(done).as(which).containsExactlyInAnyOrderElementsOf(jobs);
          assertThat(state.isOver()).as(which).isTrue();
          assertThat(count(state, Step.COMPLETED)).as(which).isEqualTo(1);
          for (Step step : List.of(Step.ITEM_STARTED, Step.ITEM_COMPLETED)) {
            assertThat(
                    state.log().stream()
                        .filter(entry -> entry.step() == step)
                        .map(entry -> jobs.get(entry.item())))
                .as(which + " " + step)
                .containsExactlyInAnyOrderElementsOf(jobs);
          }
          for (List<Entry> before : read) {
            assertThat(state.log().subList(0, before.size())).as(which).isEqualTo(before);
          }
        });
  }

  private static long count(Operation state, Step step) {
    return state.log().stream().filter(entry -> entry.step() == step).count();
  }
}
