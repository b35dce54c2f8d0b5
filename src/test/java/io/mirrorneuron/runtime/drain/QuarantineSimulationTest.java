package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Nodes that are sick in turns, die between any two steps, stand still and are cut off, with an
 * operator in between.
 */
@Proof.Histories
class QuarantineSimulationTest {
  private static final Seeds SEEDS = Seeds.of(30);
  private static final int TROUBLE_MS = 400_000;

  private int quarantines;
  private int deaths;

  @Test
  void whoIsSickIsKeptFromWorkAndNobodyElseWhateverDies() {
    SEEDS.each(this::dying);
    if (SEEDS.atLeast(100)) {
      assertThat(quarantines).as("quarantines").isGreaterThan(SEEDS.count());
      assertThat(deaths).as("deaths").isGreaterThan(SEEDS.count());
    }
  }

  @Test
  void oneNodeWorksAtEachMomentWhileLeadersStandStill() {
    SEEDS.each(seed -> standing(seed, true));
  }

  @Test
  void aStoreThatTakesWhatFormerLeadersWriteIsFound() throws Exception {
    assertThat(Seeds.find(100, seed -> standing(seed, false)))
        .hasMessageContaining("somebody works");
  }

  /** Notes faults of the node of several jobs once a second, while it lives. */
  private static void sicken(QuarantineWorld world, QuarantineWorld.Node node, int seconds) {
    for (int i = 0; i < seconds; i++) {
      String job = "job-" + i;
      world.later(
          i * 1000L,
          () -> {
            if (node.isUp()) {
              node.health.notBegun(job, "no room");
            }
          });
    }
  }

  private void dying(long seed) {
    QuarantineWorld world = new QuarantineWorld(seed, 3, true, () -> {});
    world.trouble = 0.03;
    world.slow = 0.03;
    world.deadly = 0.003;
    QuarantineWorld.Node sick = world.nodes.get((int) (seed % 3));
    sicken(world, sick, TROUBLE_MS / 1000 + 120);
    if (seed % 2 == 0) { // every other history has an operator
      for (int i = 0; i < 6; i++) {
        world.later(world.random.nextInt(TROUBLE_MS), () -> operate(world, sick.name));
      }
    }
    world.run(TROUBLE_MS);
    world.trouble = 0;
    world.slow = 0;
    world.deadly = 0;
    world.run(60_000);

    assertThat(world.state(sick.name).status())
        .as("the sick one")
        .isIn(NodeCondition.QUARANTINED, NodeCondition.MAINTENANCE);
    world.nodes.stream().filter(node -> node != sick).forEach(node -> requireWell(world, node));
    requireReported(world);
    world.run(300_000); // it is well by then
    if (world.state(sick.name).status() != NodeCondition.MAINTENANCE) {
      assertThat(world.state(sick.name).status()).isEqualTo(NodeCondition.HEALTHY);
      assertThat(world.state(sick.name).schedulingEligible()).isTrue();
    }
    requireReported(world);
  }

  /** It has done nothing but die, which each time counts once. */
  private void requireWell(QuarantineWorld world, QuarantineWorld.Node node) {
    NodeState state = world.state(node.name);
    assertThat(state.status()).as(node.name).isEqualTo(NodeCondition.HEALTHY);
    List<NodeFault> faults = state.health().faults();
    assertThat(faults).allMatch(fault -> fault.kind() == NodeFault.Kind.RETURNED);
    assertThat(faults.size()).as("returns of " + node.name).isLessThanOrEqualTo(node.deaths);
    assertThat(faults.stream().map(NodeFault::about)).doesNotHaveDuplicates();
    deaths += node.deaths;
  }

  private static void operate(QuarantineWorld world, String node) {
    boolean isMaintenance = world.random.nextBoolean();
    world
        .book()
        .change(
            node,
            before ->
                before.with(
                    isMaintenance ? NodeCondition.MAINTENANCE : NodeCondition.HEALTHY,
                    !isMaintenance,
                    "operator"));
  }

  /** Each beginning and each end is told once, in turns, and as it is stored. */
  private void requireReported(QuarantineWorld world) {
    Map<String, Boolean> kept = new TreeMap<>();
    world
        .disk
        .lastNews(RecordStore.NODES, RecordStore.MOST_NEWS)
        .toCompletableFuture()
        .join()
        .stream()
        .map(news -> Json.parseObject(news.json(), "event"))
        .filter(event -> event.path("type").asText().startsWith("node_quarantine"))
        .forEach(
            event -> {
              boolean begins = event.path("type").asText().equals("node_quarantined");
              Boolean before = kept.put(event.path("node").asText(), begins);
              assertThat(Boolean.TRUE.equals(before)).as(event.toString()).isEqualTo(!begins);
              quarantines += begins ? 1 : 0;
            });
    world.nodes.forEach(
        node ->
            assertThat(world.state(node.name).status() == NodeCondition.QUARANTINED)
                .as(node.name)
                .isEqualTo(kept.getOrDefault(node.name, false)));
  }

  /** Two nodes that are sick in turns; nobody dies, so somebody works at each moment. */
  private void standing(long seed, boolean isFenced) {
    QuarantineWorld[] made = new QuarantineWorld[1];
    Runnable check =
        () -> {
          QuarantineWorld world = made[0];
          if (world != null) {
            assertThat(world.nodes)
                .as("somebody works")
                .anyMatch(node -> world.state(node.name).schedulingEligible());
          }
        };
    QuarantineWorld world = new QuarantineWorld(seed, 2, isFenced, check);
    made[0] = world;
    world.trouble = 0.02;
    world.slow = 0.1;
    for (int at = 0; at < TROUBLE_MS; at += 50_000) {
      QuarantineWorld.Node sick = world.nodes.get(world.random.nextInt(2));
      world.later(at, () -> sicken(world, sick, 10));
    }
    for (int i = 0; i < 12; i++) {
      QuarantineWorld.Node still = world.nodes.get(world.random.nextInt(2));
      world.later(
          world.random.nextInt(TROUBLE_MS),
          () -> still.standStill(5000 + world.random.nextInt(40_000)));
    }
    world.run(TROUBLE_MS);
  }
}
