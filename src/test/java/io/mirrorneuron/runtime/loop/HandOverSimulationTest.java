package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A job that two nodes give to each other again and again, while they are cut off from the store,
 * stand still and die between any two steps of that: it ends as on one node without faults, and no
 * work runs at two places unless the server of one stands still.
 */
@Proof.Histories
class HandOverSimulationTest {
  private static final Seeds SEEDS = Seeds.of(40);
  private static final int TROUBLE_MS = 150_000;
  private static final int LONGEST_MS = 40_000;
  private static final int LONGEST_LIFE_MS = 1_000_000;

  private int given;

  @Test
  void aJobThatIsGivenToAndFroEndsLikeOneThatStays() {
    SEEDS.each(this::check);
    if (SEEDS.atLeast(100)) {
      assertThat(given).as("hand-overs").isGreaterThan(SEEDS.count());
    }
  }

  /**
   * A server that stood still while its job was taken over, and taken back by way of a hand-over to
   * it, gives the job away by what it knew before: that must not replace the hand-over to it.
   */
  @Test
  void whoHasLostAJobSpoilsNoHandOverOfItsNextOwner() {
    for (long seed = 1; seed <= 20; seed++) {
      Workflow workflow = endless();
      TwoOwners pair = new TwoOwners(seed, workflow);
      TwoOwners.Node late = pair.nodes.getFirst();
      TwoOwners.Node next = pair.nodes.getLast();
      submit(pair, late, workflow);
      pair.later(6_000, () -> late.standStill(24_000));
      pair.later(28_000, () -> give(pair, next));
      pair.later(28_000, () -> give(pair, late));
      pair.settle(60_000);

      assertThat(pair.nodes.stream().filter(node -> node.engine().isOpen(SimulationTest.JOB)))
          .as("where the job goes on with seed %d", seed)
          .hasSize(1);
      assertThat(pair.programs()).isEqualTo(1);
    }
  }

  private static Workflow endless() {
    ObjectNode manifest = Json.parseObject(SampleManifests.program("endless", "work"), "manifest");
    ((ObjectNode) manifest.at("/nodes/0/config")).put(TwoOwners.ENDLESS, true);
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(manifest.toString());
  }

  private static void submit(TwoOwners pair, TwoOwners.Node first, Workflow workflow) {
    first
        .engine()
        .creation()
        .submit(
            new NewJob(SimulationTest.JOB, first.owner, "{}", null, null, null),
            workflow,
            null,
            Simulation.SUBMITTER,
            null,
            List.of());
  }

  private void check(long seed) throws Exception {
    Workflow workflow = RandomSteps.workflow(new Random(seed));
    Simulation calm = new Simulation(seed, workflow, Simulation.Faults.NONE, 64 * 1024);
    calm.submit(SimulationTest.JOB);
    calm.run();

    TwoOwners pair = new TwoOwners(seed, workflow);
    Random random = new Random(seed * 31);
    submit(pair, pair.nodes.getFirst(), workflow);
    for (int i = 0; i < 12; i++) {
      int at = 1000 + random.nextInt(TROUBLE_MS);
      pair.later(at, () -> pair.nodes.forEach(node -> give(pair, node)));
    }
    for (int i = 0; i < 5 * (seed % 2); i++) { // every other history is without trouble
      TwoOwners.Node node = pair.nodes.get(random.nextInt(2));
      int at = 1000 + random.nextInt(TROUBLE_MS);
      int length = random.nextInt(LONGEST_MS);
      switch (random.nextInt(4)) {
        case 0 -> pair.later(at, () -> node.cut(length));
        case 1 -> pair.later(at, () -> node.standStill(length));
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
  }

  private void give(TwoOwners pair, TwoOwners.Node node) {
    TwoOwners.Node other = pair.nodes.get(node == pair.nodes.getFirst() ? 1 : 0);
    node.handOvers()
        .give(SimulationTest.JOB, other.owner, new JobMoves.Leaving(true, 0))
        .thenAccept(isGiven -> given += isGiven ? 1 : 0);
  }
}
