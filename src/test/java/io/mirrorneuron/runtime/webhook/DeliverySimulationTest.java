package io.mirrorneuron.runtime.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.DeliveryQueue;
import io.mirrorneuron.store.DeliveryQueue.Entry;
import io.mirrorneuron.store.DeliveryQueue.State;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Two servers with the real loop and rules, which crash between any two steps, lose calls and
 * answers, and now and then both believe that they lead, before a target that fails, answers into
 * the void and is down for a while.
 */
@Proof.Histories
class DeliverySimulationTest {
  private static final Seeds SEEDS = Seeds.of(60);
  private static final int EVENTS = 40;
  private static final String TARGET = "t";

  @Test
  void whateverCrashesNothingIsLostAndTheOrderIsKept() {
    SEEDS.each(
        seed -> {
          DeliverySimulation simulation = new DeliverySimulation(seed, seed % 4 * 0.02);
          for (int i = 0; i < EVENTS; i++) {
            simulation.tell(i * 20_000L, "e" + i, TARGET);
          }
          simulation.runMinutes(30);
          simulation.settle(TARGET);

          String which = "seed " + seed;
          DeliveryQueue queue = simulation.disk();
          assertThat(ids(queue, State.PENDING)).as(which + " waiting").isEmpty();
          List<String> dead = ids(queue, State.DEAD);
          List<String> all = new ArrayList<>(simulation.reported());
          all.removeAll(dead);
          Set<String> accepted = new LinkedHashSet<>(simulation.accepted(TARGET));
          dead.forEach(accepted::remove);
          assertThat(new ArrayList<>(accepted)).as(which + " in order, none lost").isEqualTo(all);
          assertThat(simulation.overtaken()).as(which + " came before its turn").isEmpty();
          assertThat(simulation.mostTries()).as(which + " tries").isLessThanOrEqualTo(10);
        });
  }

  @Test
  void aTargetThatIsDownCostsTheOtherNothing() {
    DeliverySimulation simulation = new DeliverySimulation(7, 0);
    simulation.isDown(TARGET, true);
    for (int i = 0; i < EVENTS; i++) {
      simulation.tell(i * 1_000L, "e" + i, TARGET, "other");
    }
    simulation.runMinutes(10);
    assertThat(simulation.accepted("other")).startsWith("e0").contains("e39");
    assertThat(simulation.accepted(TARGET)).isEmpty();
    assertThat(simulation.sends(TARGET)).as("no storm").isLessThanOrEqualTo(5);

    simulation.isDown(TARGET, false);
    simulation.settle(TARGET);
    assertThat(new LinkedHashSet<>(simulation.accepted(TARGET)))
        .containsExactlyElementsOf(simulation.reported());
  }

  @Test
  void tenTriesInADayThenItIsDeadAndTheNextOneHasItsTurn() {
    DeliverySimulation simulation = new DeliverySimulation(1, 0);
    simulation.isDown(TARGET, true);
    simulation.tell(0, "e0", TARGET);
    simulation.tell(1, "e1", TARGET);
    simulation.runMinutes(24 * 60);

    assertThat(ids(simulation.disk(), State.DEAD)).containsExactly("e0");
    Entry dead = simulation.disk().list(TARGET, State.DEAD, 1).toCompletableFuture().join().get(0);
    assertThat(dead.tries()).isEqualTo(10);
    assertThat(dead.why()).startsWith("none of 10 tries was a success");
    assertThat(ids(simulation.disk(), State.PENDING)).containsExactly("e1");

    simulation.isDown(TARGET, false);
    simulation.disk().replay(TARGET, "");
    simulation.settle(TARGET);
    assertThat(new LinkedHashSet<>(simulation.accepted(TARGET))).containsExactly("e1", "e0");
  }

  private static List<String> ids(DeliveryQueue queue, State state) {
    return queue.list(TARGET, state, 1000).toCompletableFuture().join().stream()
        .map(Entry::id)
        .toList();
  }
}
