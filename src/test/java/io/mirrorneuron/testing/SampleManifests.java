package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Manifests that several tests submit. */
public final class SampleManifests {
  private SampleManifests() {}

  /** One program and a sink for its answer. */
  public static String program(String graph, String... command) {
    ObjectNode manifest = manifest(graph, "work");
    executor(manifest, "work", command);
    sink(manifest, 1);
    edge(manifest, "work", "sink", "done");
    return Json.write(manifest);
  }

  /** The same; it is not begun again when it fails. */
  public static String once(String graph, String... command) {
    return program(graph, command).replace("\"command\":", "\"max_attempts\":1,\"command\":");
  }

  /** Programs {@code p1}, {@code p2} … in a row before a sink. */
  public static String programs(String graph, int length, Function<String, String[]> commands) {
    ObjectNode manifest = manifest(graph, "p1");
    for (int i = 1; i <= length; i++) {
      executor(manifest, "p" + i, commands.apply("p" + i));
      edge(manifest, "p" + i, i == length ? "sink" : "p" + (i + 1), "done");
    }
    sink(manifest, 1);
    return Json.write(manifest);
  }

  /** A chain of {@code length} routers before a sink. */
  public static String routers(String graph, int length) {
    ObjectNode manifest = manifest(graph, "r1");
    for (int i = 1; i <= length; i++) {
      nodes(manifest).addObject().put("node_id", "r" + i).put("agent_type", "router");
      edge(manifest, "r" + i, i == length ? "sink" : "r" + (i + 1), "*");
    }
    sink(manifest, 1);
    return Json.write(manifest);
  }

  /** A router hands its input to all workers; a sink waits for all answers. */
  public static String fanOut(
      String graph, Collection<String> workers, Function<String, String[]> commands) {
    ObjectNode manifest = manifest(graph, "plan");
    nodes(manifest).addObject().put("node_id", "plan").put("agent_type", "router");
    for (String worker : workers) {
      executor(manifest, worker, commands.apply(worker));
      edge(manifest, "plan", worker, "*");
      edge(manifest, worker, "sink", "done");
    }
    sink(manifest, workers.size());
    return Json.write(manifest);
  }

  /** Steps in a row, each with a program of the same name that {@code sh} runs. */
  public static String steps(String graph, List<String> ids, UnaryOperator<String> scripts) {
    ObjectNode manifest = Json.object().put("apiVersion", "mn.workflow/v1").put("kind", "Workflow");
    manifest.put("manifest_version", "1.0").put("id", graph).put("name", graph);
    ObjectNode workflow = manifest.putObject("workflow").put("workflow_id", graph);
    workflow.put("entrypoint", ids.getFirst()).put("source", ids.getFirst());
    workflow.put("sink", ids.getLast());
    ObjectNode agents = manifest.putObject("agents");
    agents.putArray("entrypoints").add(ids.getFirst());
    for (String id : ids) {
      workflow.withArray("steps").addObject().put("id", id).put("run", id);
      executor(agents, id, "sh", "-c", scripts.apply(id));
    }
    workflow.putArray("edges");
    for (int i = 1; i < ids.size(); i++) {
      String before = ids.get(i - 1);
      workflow.withArray("edges").addObject().put("from", before).put("to", ids.get(i));
      edge(agents, before, ids.get(i), "*");
    }
    return Json.write(manifest);
  }

  private static ObjectNode manifest(String graph, String entrypoint) {
    ObjectNode manifest = Json.object().put("manifest_version", "1.0").put("graph_id", graph);
    manifest.putArray("entrypoints").add(entrypoint);
    manifest.putObject("initial_inputs").putArray(entrypoint).addObject().put("question", "6x7");
    return manifest;
  }

  private static void executor(ObjectNode manifest, String id, String... command) {
    ObjectNode config =
        nodes(manifest)
            .addObject()
            .put("node_id", id)
            .put("agent_type", "executor")
            .putObject("config");
    config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
    config.put("output_message_type", "done");
    ArrayNode words = config.putArray("command");
    for (String word : command) {
      words.add(word);
    }
  }

  private static void sink(ObjectNode manifest, int answers) {
    nodes(manifest)
        .addObject()
        .put("node_id", "sink")
        .put("agent_type", "aggregator")
        .putObject("config")
        .put("complete_after", answers)
        .put("complete_run", true)
        .put("terminal_sink", true);
  }

  private static void edge(ObjectNode manifest, String from, String to, String type) {
    manifest
        .withArray("edges")
        .addObject()
        .put("from_node", from)
        .put("to_node", to)
        .put("message_type", type);
  }

  private static ArrayNode nodes(ObjectNode manifest) {
    return manifest.withArray("nodes");
  }
}
