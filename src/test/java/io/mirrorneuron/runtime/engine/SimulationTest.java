package io.mirrorneuron.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.engine.Simulation.Faults;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.Workflow;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Thousands of histories with crashes; each must end as the one without. */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 2000);
  private static final long FIRST_SEED = Long.getLong("simulation.first", 1);
  private static final String JOB = "job-1";

  @Test
  void everyHistoryEndsLikeTheOneWithoutFaults() throws Exception {
    int crashes = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      try {
        crashes += check(seed);
      } catch (Throwable e) {
        throw new AssertionError(
            "seed " + seed + " failed; replay with -Dsimulation.seeds=1 -Dsimulation.first=" + seed,
            e);
      }
    }
    assertThat(crashes).as("the faults that were meant to happen").isGreaterThan(SEEDS / 10);
  }

  private static int check(long seed) throws Exception {
    Workflow workflow = randomWorkflow(new Random(seed));
    Simulation calm = new Simulation(seed, workflow, Faults.NONE);
    calm.submit(JOB);
    calm.run();

    Simulation stormy = new Simulation(seed, workflow, new Faults(0.01, 0.03));
    stormy.submit(JOB);
    Random random = new Random(seed * 31);
    for (int i = random.nextInt(3); i > 0; i--) {
      stormy.later(random.nextInt(400), engine -> engine.pause(JOB));
    }
    for (int i = 0; i < 3; i++) { // whatever was paused or is in doubt goes on in the end
      stormy.later(5_000 + i * 5_000L, engine -> engine.resume(JOB));
    }
    stormy.run();

    JsonNode stored = result(stormy);
    if (stored == null) {
      return stormy.crashes; // the submission itself was lost, and its caller was not told "yes"
    }
    assertThat(stored).as("result").isEqualTo(result(calm));
    assertHistory(stormy.events(JOB));
    assertThat(stormy.openPrograms()).as("programs left").isZero();
    return stormy.crashes;
  }

  private static void assertHistory(List<StoredEvent> events) throws Exception {
    TreeMap<String, Integer> ended = new TreeMap<>();
    TreeMap<String, Integer> handled = new TreeMap<>();
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).seq()).as("numbering").isEqualTo(i + 1L);
      JsonNode event = Json.parse(events.get(i).json());
      assertThat(event.path("seq").asLong()).isEqualTo(i + 1L);
      String type = event.path("type").asText();
      switch (type) {
        case "job_completed", "job_failed", "job_cancelled" -> ended.merge("end", 1, Integer::sum);
        case "agent_message_received" ->
            handled.merge(event.path("payload").path("message_id").asText(), 1, Integer::sum);
        default -> {}
      }
    }
    assertThat(ended).as("terminal events").containsExactly(java.util.Map.entry("end", 1));
    assertThat(handled.values()).as("a message is accepted once").allMatch(n -> n == 1);
  }

  /** The result with the order of arrival taken out of what joins collected. */
  private static JsonNode result(Simulation simulation) throws Exception {
    var stored = simulation.disk().load(JOB).toCompletableFuture().join();
    if (stored.isEmpty()) {
      return null;
    }
    ObjectNode header = (ObjectNode) Json.parse(stored.get().fields().get("h"));
    assertThat(header.path("status").asText()).isIn("completed", "failed");
    assertThat(stored.get().fields().keySet()).noneMatch(field -> field.startsWith("m:"));
    return sorted(header.path("result"));
  }

  private static JsonNode sorted(JsonNode node) {
    if (node instanceof ArrayNode array) {
      List<JsonNode> items = new ArrayList<>();
      array.forEach(item -> items.add(sorted(item)));
      items.sort((a, b) -> a.toString().compareTo(b.toString()));
      return Json.MAPPER.createArrayNode().addAll(items);
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = Json.object();
      object
          .properties()
          .forEach(
              member -> {
                if (!VOLATILE.contains(member.getKey())) {
                  copy.set(member.getKey(), sorted(member.getValue()));
                }
              });
      return copy;
    }
    return node;
  }

  /** Members that name the time, the order of arrival or the start that happened to count. */
  private static final List<String> VOLATILE =
      List.of("lease", "last_message", "occurred_at", "event_id");

  private static Workflow randomWorkflow(Random random) {
    int width = 1 + random.nextInt(6);
    ObjectNode manifest = Json.object();
    manifest.put("manifest_version", "1.0").put("graph_id", "sim");
    manifest.putArray("entrypoints").add("start");
    ArrayNode seeds = manifest.putObject("initial_inputs").putArray("start");
    int inputs = 1;
    int hopeless = random.nextInt(20); // at most one: which of two fails first is chance
    for (int i = 0; i < inputs; i++) {
      seeds.addObject().put("n", i);
    }
    ArrayNode nodes = manifest.putArray("nodes");
    ArrayNode edges = manifest.putArray("edges");
    nodes.addObject().put("node_id", "start").put("agent_type", "router");
    for (int i = 0; i < width; i++) {
      String worker = "worker" + i;
      ObjectNode config =
          nodes
              .addObject()
              .put("node_id", worker)
              .put("agent_type", "executor")
              .putObject("config");
      config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
      config.putArray("command").add("true");
      config.put("output_message_type", "done").put("max_attempts", 3).put("retry_backoff_ms", 50);
      config.put("fails", i == hopeless ? 3 : random.nextInt(3));
      edge(edges, "start", worker, "init");
      if (random.nextBoolean()) {
        edge(edges, worker, "join", "done");
      } else {
        nodes.addObject().put("node_id", "relay" + i).put("agent_type", "router");
        edge(edges, worker, "relay" + i, "done");
        edge(edges, "relay" + i, "join", "*");
      }
    }
    ObjectNode join = nodes.addObject().put("node_id", "join").put("agent_type", "aggregator");
    ObjectNode config = join.putObject("config");
    config.put("complete_after", width * inputs).put("complete_run", true);
    config.put("terminal_sink", true);
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(Json.write(manifest));
  }

  private static void edge(ArrayNode edges, String from, String to, String type) {
    edges
        .addObject()
        .put("edge_id", from + "_" + to)
        .put("from_node", from)
        .put("to_node", to)
        .put("message_type", type);
  }
}
