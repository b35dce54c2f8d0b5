package io.mirrorneuron.e2e;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** Workflows of steps whose last step hands on what it was given, so that it can be counted. */
final class StepManifests {
  /** One run of four fails: whether this one does is left to the clock. */
  private static final String LUCK = "[ $(( $(date +%s%N) / 1000 % 4 )) != 0 ] || exit 7; ";

  private final ObjectNode manifest = Json.object();
  private final ObjectNode workflow;
  private final ObjectNode agents;

  private StepManifests(String graph, String first, String last) {
    manifest.put("apiVersion", "mn.workflow/v1").put("kind", "Workflow");
    manifest.put("manifest_version", "1.0").put("id", graph).put("name", graph);
    workflow = manifest.putObject("workflow").put("workflow_id", graph);
    workflow.put("entrypoint", first).put("source", first).put("sink", last);
    agents = manifest.putObject("agents");
    agents.putArray("entrypoints").add(first);
  }

  /** A step before some that may fail and are tried again, and one that joins them. */
  static String join(String graph, List<String> steps, String pause) {
    StepManifests made = new StepManifests(graph, "start", "join");
    made.step("start", "true");
    for (String step : steps) {
      made.step(step, pause + "; " + LUCK + "echo '{\"complete_step\":1}'").edge("start", step);
    }
    made.step("join", answer("context_file"));
    steps.forEach(step -> made.edge(step, "join"));
    return Json.write(made.manifest);
  }

  /** A step that scatters items, a step for each of them, and one that joins these. */
  static String scatter(String graph, int items, String pause) {
    ObjectNode event = Json.object().put("type", "workflow_step_scatter");
    ArrayNode list = event.putObject("payload").put("target", "map").putArray("items");
    for (int i = 0; i < items; i++) {
      list.add(i);
    }
    ObjectNode answer = Json.object();
    answer.putArray("events").add(event);
    StepManifests made = new StepManifests(graph, "split", "reduce");
    made.step("split", "echo '" + Json.write(answer) + "'");
    made.step("map", pause + "; " + LUCK + answer("input_file")).edge("split", "map");
    made.step("reduce", answer("context_file")).edge("map", "reduce");
    return Json.write(made.manifest);
  }

  /** Prints a file as the step's output. */
  private static String answer(String file) {
    return "printf '{\"complete_step\":%s}' \"$(cat {" + file + "})\"";
  }

  private StepManifests step(String id, String script) {
    ObjectNode control =
        workflow.withArray("steps").addObject().put("id", id).put("run", id).putObject("control");
    control.put("retry_backoff_ms", 20).putObject("retry").put("max_attempts", 30);
    ObjectNode node = agents.withArray("nodes").addObject();
    ObjectNode config = node.put("node_id", id).put("agent_type", "executor").putObject("config");
    config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
    config.putArray("command").add("sh").add("-c").add(script);
    return this;
  }

  private StepManifests edge(String from, String to) {
    workflow.withArray("edges").addObject().put("from", from).put("to", to);
    ObjectNode edge = agents.withArray("edges").addObject();
    edge.put("from_node", from).put("to_node", to).put("message_type", "*");
    return this;
  }
}
