package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.NodeSettings.QuarantineLimits;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.drain.LocalMaintenance;
import io.mirrorneuron.runtime.drain.NodeDrains;
import io.mirrorneuron.runtime.drain.NodeStore;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.remote.FarNet;
import io.mirrorneuron.runtime.remote.FarNode;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.testing.InMemoryLeaderLease;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes that are told to end in turns, and are back some time later, while they are cut off,
 * stand still and die between any two steps of that. Their job, whose programs run on any of them,
 * ends as on one node without faults; afterwards each node takes work as before; and who came, went
 * and led is told once each.
 */
@Proof.Histories
class ShutdownDrainSimulationTest {
  private static final Seeds SEEDS = Seeds.of(20);
  private static final int TROUBLE_MS = 200_000;
  private static final int LONGEST_MS = 25_000;
  private static final int LONGEST_LIFE_MS = 1_500_000;
  private static final int QUIET_MS = 120_000;

  @TempDir Path folder;
  private int ends;
  private int moves;

  @Test
  void serversThatAreToldToEndLoseNothingWhateverBefallsThem() {
    SEEDS.each(this::check);
    if (SEEDS.atLeast(100)) {
      assertThat(ends).as("servers that ended").isGreaterThan(2 * SEEDS.count());
      assertThat(moves).as("changes of owners").isGreaterThan(SEEDS.count());
    }
  }

  private void check(long seed) throws Exception {
    Workflow workflow = RandomSteps.workflow(new Random(seed));
    Simulation calm = new Simulation(seed, workflow, Simulation.Faults.NONE, 64 * 1024);
    calm.submit(SimulationTest.JOB);
    calm.run();

    Upkept upkept = new Upkept(seed);
    TwoOwners nodes = new TwoOwners(seed, workflow, 3, upkept);
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
    trouble(nodes, upkept, new Random(seed * 41));
    for (int at = 1000; at < LONGEST_LIFE_MS; at += 5000) { // it may be in doubt after a crash
      int begin = at;
      nodes.nodes.forEach(node -> nodes.later(begin, () -> resume(node)));
    }
    nodes.run(SimulationTest.JOB, LONGEST_LIFE_MS);
    nodes.settle(TROUBLE_MS + QUIET_MS);

    assertThat(SimulationTest.result(nodes.disk, workflow))
        .as("result")
        .isEqualTo(SimulationTest.result(calm.disk(), workflow));
    SimulationTest.assertHistory(
        nodes.disk.events(SimulationTest.JOB, 0, Integer.MAX_VALUE).toCompletableFuture().join());
    assertThat(nodes.programs()).as("programs left").isZero();
    assertAsBefore(nodes);
    assertReportedOnce(nodes);
    moves += (int) nodes.disk.load(SimulationTest.JOB).toCompletableFuture().join().get().epoch();
  }

  private static void resume(TwoOwners.Node node) {
    if (node.isUp()) {
      node.engine().commands().resume(SimulationTest.JOB, null);
    }
  }

  private void trouble(TwoOwners nodes, Upkept upkept, Random random) {
    for (int i = 0; i < 5; i++) {
      TwoOwners.Node node = nodes.nodes.get(random.nextInt(3));
      int at = 5000 + random.nextInt(TROUBLE_MS);
      Duration patience = Duration.ofMillis(1000 + random.nextInt(LONGEST_MS));
      int away = random.nextInt(LONGEST_MS);
      boolean isOrderly = random.nextInt(3) > 0;
      nodes.later(at, () -> end(nodes, node, upkept, patience, isOrderly ? away : -away));
    }
    int troubles = random.nextInt(4) > 0 ? 5 : 0;
    for (int i = 0; i < troubles; i++) {
      TwoOwners.Node node = nodes.nodes.get(random.nextInt(3));
      int at = 1000 + random.nextInt(TROUBLE_MS);
      int length = random.nextInt(LONGEST_MS);
      switch (random.nextInt(4)) {
        case 0 -> nodes.later(at, () -> node.cut(length));
        case 1 -> nodes.later(at, () -> node.standStill(length));
        default ->
            nodes.later(
                at,
                () -> {
                  if (node.isUp()) {
                    node.die();
                  }
                });
      }
    }
  }

  /**
   * @param away for how long; when it is negative, others are not told that it has ended
   */
  private void end(
      TwoOwners nodes, TwoOwners.Node node, Upkept upkept, Duration patience, int away) {
    if (!node.isUp() || upkept.isLeaving(node)) {
      return;
    }
    int life = node.life();
    upkept
        .go(node, patience)
        .thenAccept(
            done ->
                nodes.later(
                    0,
                    () -> {
                      if (life == node.life()) {
                        ends++;
                        if (away >= 0) {
                          nodes.registry().leave(node.owner);
                        }
                        node.end(Math.abs(away));
                      }
                    }));
  }

  private static void assertAsBefore(TwoOwners nodes) {
    NodeStore book = new NodeStore(nodes.records(), nodes.nodes.getFirst().timers());
    for (NodeState state : book.all().toCompletableFuture().join().values()) {
      assertThat(state.drain().isOpen()).as("an open drain: " + state).isFalse();
      assertThat(state.status()).as("status: " + state).isEqualTo(NodeCondition.HEALTHY);
      assertThat(state.schedulingEligible()).as("takes work: " + state).isTrue();
    }
  }

  /** Each comes and goes in turns, and who leads was told to lead. */
  private static void assertReportedOnce(TwoOwners nodes) {
    Set<String> there = new HashSet<>();
    String leader = "";
    for (RecordStore.News one :
        nodes
            .records()
            .news(RecordStore.NODES, 0, Integer.MAX_VALUE)
            .toCompletableFuture()
            .join()) {
      var event = Json.parseObject(one.json(), "event");
      String node = event.path("node").asText();
      switch (event.path("type").asText()) {
        case "node_joined" -> assertThat(there.add(node)).as(one.json()).isTrue();
        case "node_left" -> assertThat(there.remove(node)).as(one.json()).isTrue();
        case "leader_changed" -> {
          assertThat(event.at("/state/from").asText()).as(one.json()).isEqualTo(leader);
          leader = event.at("/state/to").asText();
        }
        default -> {}
      }
    }
    assertThat(there).as("all are back").hasSize(3);
  }

  /** The real upkeep of each node, and programs that run on any of them. */
  private final class Upkept implements TwoOwners.Front {
    private final long seed;
    private final Map<String, NodeDrains> drains = new HashMap<>();
    private final Map<String, LocalMaintenance> upkeeps = new HashMap<>();
    private final Map<String, FarNode> remote = new HashMap<>();
    private FarNet net;
    private TwoOwners world;
    private InMemoryLeaderLease leases;

    Upkept(long seed) {
      this.seed = seed;
    }

    boolean isLeaving(TwoOwners.Node node) {
      return drains.get(node.owner).isLeaving();
    }

    CompletionStage<Void> go(TwoOwners.Node node, Duration patience) {
      return upkeeps.get(node.owner).departure().go(patience);
    }

    @Override
    public Executions of(TwoOwners one, TwoOwners.Node node, Executions runner) {
      if (net == null) {
        world = one;
        net = new FarNet(seed * 7, one.disk);
        leases = new InMemoryLeaderLease(one::now);
      }
      FarLife life = new FarLife(one, node, node.life());
      Path home = folder.resolve(node.owner.substring(node.owner.length() - 1));
      remote.put(node.owner, new FarNode(net, life, runner, home));
      return remote.get(node.owner);
    }

    @Override
    public boolean booted(TwoOwners.Node node) {
      NodeDrains here =
          new NodeDrains(
              node.owner,
              new NodeDrains.Shared(
                  node.through(NodeRegistry.class, world.registry()),
                  node.through(RecordStore.class, world.records()),
                  node.through(LeaderLease.class, leases())),
              new QuarantineLimits(3, 0, Duration.ofSeconds(30), Duration.ofSeconds(60)),
              () -> world.registry().sawOthers(),
              List::of,
              false,
              node.timers());
      drains.put(node.owner, here);
      upkeeps.put(
          node.owner,
          here.upkeep(
              node.owner,
              node.engine(),
              node.through(JobStore.class, world.disk),
              remote.get(node.owner).visitors(),
              () -> null));
      here.start();
      return true;
    }

    /** Who takes the lead is known to the store of records from then on. */
    private LeaderLease leases() {
      return new LeaderLease() {
        @Override
        public CompletionStage<Answer> take(
            String kind, String owner, long lastsMs, long term, String over) {
          return leases
              .take(kind, owner, lastsMs, term, over)
              .thenApply(
                  answer -> {
                    if (answer.term() != NONE) {
                      world.records().lead(kind, answer.term());
                    }
                    return answer;
                  });
        }

        @Override
        public CompletionStage<Void> leave(String kind, String owner, long term) {
          return leases.leave(kind, owner, term);
        }
      };
    }
  }
}
