package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.loop.Simulation.Faults;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Programs that fail on some nodes whenever they run there, while servers die between any two
 * steps: an agent leaves each such node once, for good, and the job ends as without crashes.
 */
@Proof.Histories
class RescheduleSimulationTest {
  private static final Seeds SEEDS = Seeds.of(30);
  private static final String JOB = SimulationTest.JOB;
  private static final List<String> NODES = List.of(Simulation.OWNER, "n1", "n2", "n3");

  @Test
  void anAgentLeavesEachNodeOnWhichItsRestartsAreUsedUp() {
    AtomicInteger crashes = new AtomicInteger();
    SEEDS.each(seed -> crashes.addAndGet(history(seed, UnaryOperator.identity())));
    if (SEEDS.atLeast(30)) {
      assertThat(crashes)
          .as("the faults that were meant to happen")
          .hasValueGreaterThan(SEEDS.count() / 4);
    }
  }

  @Test
  void aNodeThatWasLeftAndIsForgottenIsFound() throws Exception {
    Seeds.find(50, seed -> history(seed, RescheduleSimulationTest::forgetting));
  }

  private static Commit forgetting(Commit commit) {
    Map<String, String> set = new HashMap<>();
    commit.set().forEach((key, json) -> set.put(key, json.replaceAll("\"left\":\\[[^]]*],?", "")));
    return new Commit(
        commit.jobId(),
        commit.epoch(),
        set,
        commit.delete(),
        commit.blobs(),
        commit.dropped(),
        commit.events(),
        commit.lastSeq(),
        commit.row(),
        commit.updatedAt(),
        commit.status(),
        commit.terminal(),
        commit.allocations(),
        commit.manifest());
  }

  private static int history(long seed, UnaryOperator<Commit> distortion) throws Exception {
    Random random = new Random(seed);
    int restarts = 1 + random.nextInt(2);
    int moves = random.nextInt(4);
    Map<String, Set<String>> broken = new HashMap<>(); // by agent
    Graph graph = new Graph().router("start");
    graph.with(
        "policies",
        ("{'recovery_mode':'cluster_recover','restart':{'attempts':%d,'interval_ms':10000000,"
                + "'delay_ms':20},'reschedule':{'attempts':%d,'delay_ms':300}}")
            .formatted(restarts, moves));
    for (String agent : List.of("w0", "w1")) {
      Set<String> nodes = new HashSet<>(NODES.subList(0, random.nextInt(NODES.size())));
      broken.put(agent, nodes);
      graph.program(agent, "{'output_message_type':'done'}").edge("start", agent, "*");
      graph.edge(agent, "all", "done");
    }
    graph.agent("all", "aggregator", "{'complete_after':2,'complete_run':true}");
    Workflow workflow = new Manifests(DefaultRunner.HOST_LOCAL).parse(graph.toString());
    Simulation world = new Simulation(seed, workflow, new Faults(0.01, 0.03, 0.05), 64);
    world.distortion = distortion;
    world.places = RescheduleSimulationTest::place;
    world.endings =
        (execution, node) ->
            broken.get(execution.agentId()).contains(node == null ? Simulation.OWNER : node)
                ? Ending.FAILED
                : Ending.SUCCEEDED;
    world.submit(JOB);
    world.run();
    for (int i = 0; i < 50 && world.isPaused(JOB); i++) { // in doubt after a crash
      world.later(1000, engine -> engine.commands().resume(JOB, null));
      world.run();
    }
    check(world, broken, moves);
    return world.crashes;
  }

  /** The first of the nodes that its agent has not left; null for that of its job. */
  private static String place(Execution execution) {
    Set<String> left = execution.placing().left();
    String node = NODES.stream().filter(one -> !left.contains(one)).findFirst().orElseThrow();
    return node.equals(Simulation.OWNER) ? null : node;
  }

  private static void check(Simulation world, Map<String, Set<String>> broken, int moves)
      throws Exception {
    JsonNode row = row(world);
    if (row == null) {
      return; // the submission itself was lost, and its caller was not told "yes"
    }
    boolean mayComplete = broken.values().stream().allMatch(nodes -> nodes.size() <= moves);
    assertThat(row.path("status").asText()).isEqualTo(mayComplete ? "completed" : "failed");
    for (String agent : broken.keySet()) {
      Set<String> left = new HashSet<>();
      for (var stored : world.events(JOB)) {
        JsonNode event = Json.parse(stored.json());
        if (event.path("agent_id").asText().equals(agent)
            && event.path("type").asText().equals("agent_reschedule_scheduled")) {
          String node = event.path("failed_node").asText();
          assertThat(left.add(node)).as("%s leaves %s once", agent, node).isTrue();
          assertThat(broken.get(agent)).contains(node);
        }
      }
      if (mayComplete) {
        assertThat(left).isEqualTo(broken.get(agent));
      } else {
        assertThat(left).hasSizeLessThanOrEqualTo(moves);
      }
    }
    assertThat(world.openPrograms()).as("programs left").isZero();
  }

  private static JsonNode row(Simulation world) throws Exception {
    String row = world.disk().row(JOB).toCompletableFuture().join();
    return row == null ? null : Json.parse(row);
  }
}
