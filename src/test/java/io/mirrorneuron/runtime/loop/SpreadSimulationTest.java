package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.loop.Simulation.Faults;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Jobs of which each node runs a copy, while nodes come and are left and servers die between any
 * two steps: each node that stays completes once, its copy runs on it only, and none begins on a
 * node that was left.
 */
@Proof.Histories
class SpreadSimulationTest {
  private static final Seeds SEEDS = Seeds.of(30);
  private static final String JOB = SimulationTest.JOB;
  private static final List<String> OTHERS = List.of("n@1", "n@2", "n@3");

  private int crashes;
  private int left;
  private int all;

  @Test
  void eachNodeThatStaysCompletesOnce() {
    SEEDS.each(
        seed -> {
          Sysbatch one = new Sysbatch(seed, UnaryOperator.identity());
          crashes += one.world.crashes;
          left += one.wereLeft;
          all += one.isWhole ? 1 : 0;
        });
    if (SEEDS.atLeast(30)) {
      int count = SEEDS.count();
      assertThat(crashes).as("the faults that were meant to happen").isGreaterThan(count / 4);
      assertThat(left).as("nodes that are left before they complete").isGreaterThan(count / 10);
      assertThat(all).as("histories in which all that came were in time").isGreaterThan(count / 2);
    }
  }

  @Test
  void aCompletionThatIsForgottenIsFound() throws Exception {
    Seeds.find(50, seed -> new Sysbatch(seed, SpreadSimulationTest::forgetting));
  }

  private static Commit forgetting(Commit commit) {
    Map<String, String> set = new HashMap<>();
    commit
        .set()
        .forEach(
            (key, json) ->
                set.put(key, json.replace("\"phase\":\"completed\"", "\"phase\":\"open\"")));
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

  private static final class Sysbatch {
    private final Simulation world;
    private final Set<String> left = new HashSet<>();
    private int wereLeft;
    private boolean isWhole;

    Sysbatch(long seed, UnaryOperator<Commit> distortion) throws Exception {
      Random random = new Random(seed);
      Graph graph = new Graph().with("policies", "{'job_type':'sysbatch'}").router("start");
      int width = 1 + random.nextInt(3);
      boolean completes = random.nextBoolean();
      for (int i = 0; i < width; i++) {
        graph.program("w" + i, "{'output_message_type':'done'}").edge("start", "w" + i, "*");
        graph.edge("w" + i, "all", "done");
      }
      graph.agent(
          "all",
          "aggregator",
          "{'complete_after':%d%s}".formatted(width, completes ? ",'complete_run':true" : ""));
      Workflow workflow = new Manifests(DefaultRunner.HOST_LOCAL).parse(graph.toString());
      world = new Simulation(seed, workflow, new Faults(0.01, 0.03, 0.05), 64);
      world.distortion = distortion;
      world.endings = (execution, node) -> Ending.SUCCEEDED;
      world.begins =
          execution -> assertThat(execution.agentId()).endsWith("@" + execution.placing().target());
      Set<String> stay = new TreeSet<>(Set.of(Simulation.OWNER));
      if (random.nextInt(3) == 0) {
        left.add(OTHERS.getLast());
      }
      int come = 1 + random.nextInt(OTHERS.size() - left.size());
      stay.addAll(OTHERS.subList(0, come));
      List<String> coming = new ArrayList<>(stay);
      coming.addAll(left);
      world.submit(JOB);
      // All come while the first programs run, and some of them are left a moment later.
      for (int at = 0; at < 60_000; at += 1 + random.nextInt(at < 200 ? 10 : 3_000)) {
        boolean isLate = at > 15;
        Input.Spread order =
            new Input.Spread(
                isLate ? List.copyOf(stay) : coming,
                isLate ? reasons() : Map.of(),
                random.nextBoolean() ? Set.of() : Set.copyOf(coming));
        world.later(
            at,
            engine -> {
              engine.moves().spread(plain -> order);
              return engine.commands().resume(JOB, null); // in doubt after a crash
            });
      }
      world.run();
      check(stay);
    }

    private Map<String, String> reasons() {
      Map<String, String> reasons = new HashMap<>();
      left.forEach(node -> reasons.put(node, "it is drained"));
      return reasons;
    }

    private void check(Set<String> stay) throws Exception {
      String text = world.disk().row(JOB).toCompletableFuture().join();
      if (text == null) {
        return; // the submission itself was lost, and its caller was not told "yes"
      }
      JsonNode row = Json.parse(text);
      assertThat(row.path("status").asText()).isEqualTo("completed");
      Map<String, Integer> completed = new HashMap<>();
      JsonNode end = null;
      for (StoredEvent stored : world.events(JOB)) {
        JsonNode event = Json.parse(stored.json());
        String type = event.path("type").asText();
        if (type.equals("sysbatch_target_completed")) {
          completed.merge(event.path("system_target").asText(), 1, Integer::sum);
        } else if (type.equals("job_completed")) {
          assertThat(end).as("a second end").isNull();
          end = event.path("result");
        }
      }
      assertThat(completed.values()).as("how often each completes").containsOnly(1);
      Set<String> added = events("system_target_added");
      added.add(Simulation.OWNER);
      Set<String> gone = events("system_target_left");
      assertThat(left).containsAll(gone);
      added.removeAll(gone);
      assertThat(completed.keySet()).isEqualTo(added);
      wereLeft = gone.size();
      isWhole = added.containsAll(stay);
      Set<String> reported = new TreeSet<>();
      end.path("completed_targets").forEach(node -> reported.add(node.asText()));
      assertThat(reported).isEqualTo(new TreeSet<>(completed.keySet()));
      for (String node : reported) {
        assertThat(end.path("target_results").path(node).path("output").isMissingNode()).isFalse();
      }
      assertThat(world.openPrograms()).as("programs left").isZero();
    }

    private Set<String> events(String type) throws Exception {
      Set<String> nodes = new TreeSet<>();
      for (StoredEvent stored : world.events(JOB)) {
        JsonNode event = Json.parse(stored.json());
        if (event.path("type").asText().equals(type)) {
          nodes.add(event.path("system_target").asText());
        }
      }
      return nodes;
    }
  }
}
