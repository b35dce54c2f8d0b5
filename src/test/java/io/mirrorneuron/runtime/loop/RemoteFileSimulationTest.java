package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.remote.FarNet;
import io.mirrorneuron.runtime.remote.FarNode;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job whose programs run on any of three nodes, while its owner and they are cut off from the
 * store and from each other, stand still and die, and streams between them break: it ends as on one
 * node without faults. Each thing that a program tells is heard once and in order, no work runs at
 * two places unless the server of one stands still, and an owner that has been replaced ends no
 * program.
 */
@Proof.Histories
class RemoteFileSimulationTest {
  private static final Seeds SEEDS = Seeds.of(150);
  private static final int TROUBLE_MS = 150_000;
  private static final int LONGEST_MS = 40_000;
  private static final int LONGEST_LIFE_MS = 1_500_000;

  @TempDir Path folder;
  private int begun;
  private int adopted;
  private int broken;
  private int fenced;
  private int late;
  private int lost;

  @Test
  void aJobWhoseProgramsRunElsewhereEndsLikeOneThatStays() {
    SEEDS.each(seed -> count(check(seed)));
    String seen =
        "%d programs elsewhere, %d taken over, %d given up, %d streams broken, %d late, %d fenced"
            .formatted(begun, adopted, lost, broken, late, fenced);
    if (SEEDS.atLeast(100)) {
      assertThat(begun).as(seen).isGreaterThan(SEEDS.count());
      assertThat(adopted).as(seen).isGreaterThan(SEEDS.count() / 4);
      assertThat(lost).as(seen).isGreaterThan(SEEDS.count() / 4);
      assertThat(broken).as(seen).isGreaterThan(SEEDS.count());
      assertThat(late).as(seen).isGreaterThan(SEEDS.count() / 20);
      assertThat(fenced).as(seen).isPositive();
    }
  }

  private void count(FarNet net) {
    begun += net.begun;
    adopted += net.adopted;
    broken += net.broken;
    fenced += net.fenced;
    late += net.late;
    lost += net.lost;
  }

  private FarNet check(long seed) throws Exception {
    Workflow workflow = RandomSteps.workflow(new Random(seed));
    Simulation calm = new Simulation(seed, workflow, Simulation.Faults.NONE, 64 * 1024);
    calm.submit(SimulationTest.JOB);
    calm.run();

    FarNet[] net = new FarNet[1];
    TwoOwners[] world = new TwoOwners[1];
    TwoOwners nodes =
        new TwoOwners(
            seed,
            workflow,
            3,
            (one, node, runner) -> {
              if (net[0] == null) {
                net[0] = new FarNet(seed * 7, one.disk);
                world[0] = one;
              }
              return new FarNode(
                  net[0],
                  new FarLife(one, node, node.life()),
                  runner,
                  folder.resolve(node.owner.substring(14)));
            });
    TwoOwners.Node first = nodes.nodes.getFirst();
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
    trouble(nodes, net[0], new Random(seed * 37));
    for (int at = 1000; at < LONGEST_LIFE_MS; at += 5000) { // it may be in doubt after a crash
      int begin = at;
      nodes.nodes.forEach(
          node ->
              nodes.later(begin, () -> node.engine().commands().resume(SimulationTest.JOB, null)));
    }
    nodes.run(SimulationTest.JOB, LONGEST_LIFE_MS);

    assertThat(SimulationTest.result(nodes.disk, workflow))
        .as("result")
        .isEqualTo(SimulationTest.result(calm.disk(), workflow));
    SimulationTest.assertHistory(
        nodes.disk.events(SimulationTest.JOB, 0, Integer.MAX_VALUE).toCompletableFuture().join());
    assertThat(nodes.programs()).as("programs left").isZero();
    return net[0];
  }

  private static void trouble(TwoOwners nodes, FarNet net, Random random) {
    for (int i = 0; i < 8; i++) {
      TwoOwners.Node node = nodes.nodes.get(random.nextInt(3));
      TwoOwners.Node other = nodes.nodes.get(random.nextInt(3));
      int at = 1000 + random.nextInt(TROUBLE_MS);
      int length = random.nextInt(LONGEST_MS);
      switch (random.nextInt(7)) {
        case 0 -> nodes.later(at, () -> node.cut(length));
        case 1, 2 -> nodes.later(at, () -> net.down(node.owner, other.owner, at(nodes, length)));
        case 3 -> // from all
            nodes.later(
                at,
                () -> {
                  node.cut(length);
                  nodes.nodes.forEach(any -> net.down(node.owner, any.owner, at(nodes, length)));
                });
        case 4, 5 -> nodes.later(at, () -> node.standStill(length));
        default -> nodes.later(at, node::die);
      }
    }
  }

  private static long at(TwoOwners nodes, int length) {
    return nodes.now() + length;
  }
}
