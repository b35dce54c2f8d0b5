package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Leases that lapse: whatever befalls two nodes, a job ends as on one without faults, and no work
 * runs at two places unless the server of one stands still.
 */
@Proof.Histories
class TwoOwnersTest {
  private static final Seeds SEEDS = Seeds.of(120);
  private static final int TROUBLE_MS = 150_000;
  private static final int LONGEST_MS = 40_000;
  private static final int LONGEST_LIFE_MS = 1_000_000;

  private int overlaps;
  private int moves;

  @Test
  void everyHistoryEndsLikeTheOneWithoutFaults() {
    SEEDS.each(
        seed -> {
          TwoOwners pair = check(seed);
          overlaps += pair.overlaps;
          moves += epoch(pair) > 1 ? 1 : 0;
        });
    if (SEEDS.atLeast(100)) {
      assertThat(moves)
          .as("histories in which the job changed hands")
          .isGreaterThan(SEEDS.count() / 4);
      assertThat(overlaps).as("copies beside a server that stood still").isPositive();
    }
  }

  private static long epoch(TwoOwners pair) {
    return pair.disk.load(SimulationTest.JOB).toCompletableFuture().join().orElseThrow().epoch();
  }

  private static TwoOwners check(long seed) throws Exception {
    Workflow workflow = RandomSteps.workflow(new Random(seed));
    Simulation calm = new Simulation(seed, workflow, Simulation.Faults.NONE, 64 * 1024);
    calm.submit(SimulationTest.JOB);
    calm.run();

    TwoOwners pair = new TwoOwners(seed, workflow);
    Random random = new Random(seed * 17);
    pair.nodes
        .getFirst()
        .engine()
        .creation()
        .submit(
            new NewJob(SimulationTest.JOB, pair.nodes.getFirst().owner, "{}", null, null, null),
            workflow,
            null,
            Simulation.SUBMITTER,
            null,
            List.of());
    for (int i = 0; i < 6; i++) {
      TwoOwners.Node node = pair.nodes.get(random.nextInt(2));
      int at = 1000 + random.nextInt(TROUBLE_MS);
      int length = random.nextInt(LONGEST_MS);
      switch (random.nextInt(5)) {
        case 0, 1 -> pair.later(at, () -> node.cut(length));
        case 2, 3 -> pair.later(at, () -> node.standStill(length));
        default -> pair.later(at, node::die);
      }
    }
    for (int at = 1000; at < LONGEST_LIFE_MS; at += 5000) { // it may be in doubt after a crash
      int begin = at;
      pair.nodes.forEach(
          node ->
              pair.later(begin, () -> node.engine().commands().resume(SimulationTest.JOB, null)));
    }
    pair.run(SimulationTest.JOB, LONGEST_LIFE_MS);

    assertThat(SimulationTest.result(pair.disk, workflow))
        .as("result")
        .isEqualTo(SimulationTest.result(calm.disk(), workflow));
    SimulationTest.assertHistory(
        pair.disk.events(SimulationTest.JOB, 0, Integer.MAX_VALUE).toCompletableFuture().join());
    assertThat(pair.programs()).as("programs left").isZero();
    return pair;
  }
}
