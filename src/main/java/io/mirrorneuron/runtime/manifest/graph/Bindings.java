package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.graph.StepReader.DeclaredStep;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.manifest.reading.Written;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code runtime.bindings}: which workers do the work of a step. In a manifest without nodes the
 * workers are the nodes.
 */
public final class Bindings {
  private static final Members RUNTIME =
      Members.closed("bindings", "initial_inputs", "store", "workflow_control", "placement")
          .with(null, "models"); // members for launchers of blueprints
  private static final Members BINDING =
      Members.closed("type", "strategy", "workers", "worker", "routes", "worker_edges")
          .with(null, "start_workers", "entrypoints", "seed_inputs", "initial_inputs");

  private final ManifestValue place;
  private final List<ManifestValue> bindings = new ArrayList<>();

  public Bindings(ManifestValue root) {
    ManifestValue runtime = root.at("runtime");
    this.place = runtime.at("bindings");
    runtime.check(Shape.OBJECT);
    runtime.checkMembers(RUNTIME);
    if (place.check(Shape.OBJECT)) {
      for (Map.Entry<String, JsonNode> member : place.value().properties()) {
        ManifestValue binding = place.at(member.getKey());
        if (binding.check(Shape.OBJECT)) {
          binding.checkMembers(BINDING);
          workers(binding).check(Shape.LIST);
          bindings.add(binding);
        }
      }
    }
  }

  /** Reports bindings for unknown names. */
  void checkNames(Set<String> names) {
    for (ManifestValue binding : bindings) {
      if (!names.contains(binding.name())) {
        binding.error(
            ManifestProblem.REFERENCE,
            "runtime.bindings.%s is the binding of no step"
                .formatted(ManifestValue.shown(binding.name())));
      }
    }
  }

  /** The ids of the workers of one binding; none when there is no such binding. */
  List<String> workerIds(String name) {
    return name == null
        ? List.of()
        : workersOf(place.at(name))
            .map(worker -> worker.find("node_id", "id").value())
            .filter(JsonNode::isTextual)
            .map(JsonNode::textValue)
            .toList();
  }

  /** The workers as nodes, each once. */
  public List<ManifestValue> nodes() {
    Map<String, ManifestValue> nodes = new LinkedHashMap<>();
    bindings.stream()
        .flatMap(Bindings::workersOf)
        .filter(worker -> worker.checkRequired(Shape.OBJECT))
        .forEach(worker -> add(worker, nodes));
    return List.copyOf(nodes.values());
  }

  /** A worker may be named by several bindings; the entry that configures it counts. */
  private static void add(ManifestValue worker, Map<String, ManifestValue> nodes) {
    String key = Nodes.key(worker);
    boolean configures = !worker.find("config", "with").isAbsent();
    if (configures || !nodes.containsKey(key)) {
      nodes.put(key, asNode(worker));
    }
  }

  /** The lists of connections between workers. */
  public List<ManifestValue> edgeLists() {
    return bindings.stream().map(binding -> binding.find("routes", "worker_edges")).toList();
  }

  /** The workers that get the first messages, by the binding of the workflow's first step. */
  public ManifestValue starts(ManifestValue root) {
    ProblemGraph graph = ProblemGraph.inWorkflow(root);
    String name = graph.entrypoint().or(graph.source()).asText();
    for (ManifestValue item : graph.steps().items()) {
      DeclaredStep step = DeclaredStep.of(item);
      String run = step.run().asText();
      if (step.id().asText().equals(name) && !place.at(run).isAbsent()) {
        name = run;
      }
    }
    return place.at(name).find("start_workers", "entrypoints");
  }

  /** The first messages that bindings give to their workers. */
  public List<ManifestValue> inputs() {
    return bindings.stream().map(binding -> binding.find("seed_inputs", "initial_inputs")).toList();
  }

  private static ManifestValue workers(ManifestValue binding) {
    return binding.at("workers");
  }

  private static Stream<ManifestValue> workersOf(ManifestValue binding) {
    ManifestValue list = workers(binding);
    if (list.isAbsent()) {
      return Stream.of(binding.at("worker")).filter(worker -> !worker.isAbsent());
    }
    return list.items().stream();
  }

  /** The worker with the members of a node: {@code config}, {@code agent_type} and {@code type}. */
  private static ManifestValue asNode(ManifestValue worker) {
    ManifestValue config = worker.find("config", "with");
    ObjectNode node = Json.object();
    node.setAll((ObjectNode) worker.value());
    Written written = new Written();
    if (!node.hasNonNull("config") && node.hasNonNull("with")) {
      node.set("config", node.get("with"));
      written.member("config").as(worker.at("with"));
    }
    String agentType = worker.at("agent_type").value().asText(agentType(worker, config));
    node.put("agent_type", agentType);
    if (!node.hasNonNull("type") && config.at("node_type").value().isMissingNode()) {
      node.put("type", template(agentType, worker));
      written.member("type").as(worker.at("kind"));
    }
    return worker.withValue(node, written);
  }

  private static String agentType(ManifestValue worker, ManifestValue config) {
    String uses = worker.at("uses").asText();
    String role = worker.at("role").asText();
    if (uses.contains("control_router") || role.equals("router")) {
      return "router";
    }
    if (uses.contains("control_join") || List.of("aggregator", "sink", "join").contains(role)) {
      return "aggregator";
    }
    boolean program = !config.at("command").isAbsent();
    boolean module = uses.contains("data_module") || isStream(worker);
    return module && !program ? "module" : "executor";
  }

  private static String template(String agentType, ManifestValue worker) {
    return switch (agentType) {
      case "router", "relay" -> "map";
      case "aggregator", "collector" -> "reduce";
      default -> isStream(worker) ? "stream" : "generic";
    };
  }

  private static boolean isStream(ManifestValue worker) {
    return worker.at("kind").asText().equals("stream");
  }
}
