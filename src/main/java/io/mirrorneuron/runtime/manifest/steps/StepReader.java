package io.mirrorneuron.runtime.manifest.steps;

import io.mirrorneuron.runtime.manifest.graph.Nodes;
import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.graph.UnsafeWords;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the problem graph: {@code workflow.steps} and {@code workflow.edges}, in older manifests
 * {@code flow.steps} and {@code flow.graph.edges}.
 */
public final class StepReader {
  private static final int MAX_STEPS = Nodes.MAX_NODES;
  private static final Map<String, Shape> MEMBERS =
      Map.of(
          "label", Shape.STRING,
          "goal", Shape.STRING,
          "kind", Shape.STRING,
          "action", Shape.STRING,
          "run", Shape.NAME,
          "on", Shape.OBJECT);

  private final Map<String, Node> nodes;
  private final Bindings bindings;
  private final StepAgents agents;

  public StepReader(Map<String, Node> nodes, Bindings bindings) {
    this.nodes = nodes;
    this.bindings = bindings;
    this.agents = new StepAgents(nodes.keySet(), bindings);
  }

  /**
   * An empty graph when there are no steps, when no agent works for them or when they are switched
   * off.
   */
  public StepGraph read(ManifestValue root) {
    ManifestValue graph = root.at("workflow");
    ManifestValue list = graph.at("steps");
    ManifestValue entrypoint = graph.at("entrypoint");
    if (list.isAbsent() && !root.at("flow").at("steps").isAbsent()) {
      list = root.at("flow").at("steps");
      graph = root.at("flow").at("graph");
      entrypoint = root.at("flow").at("entrypoint");
    }
    checkGraph(graph);
    if (!list.is(Shape.LIST) || list.value().isEmpty() || !list.isAtMost(MAX_STEPS)) {
      return StepGraph.NONE;
    }
    Map<String, ManifestValue> places = places(list);
    checkBindings(places);
    StepEdges edgeReader = new StepEdges(places);
    List<StepEdge> edges = edgeReader.read(graph.at("edges"));
    SourceAndSink ends = SourceAndSink.read(graph, entrypoint, places.keySet(), edges);
    if (edgeReader.isSound() && ends.source() != null) {
      new StepOrder(edges).check(graph, places.keySet(), ends.source());
    }
    int maxParallel = maxParallel(graph.at("execution"));
    Map<String, Step> steps = steps(places, edges, graph);
    return agents.areComplete() && isTracked(root)
        ? new StepGraph(steps, ends.source(), ends.sink(), maxParallel)
        : StepGraph.NONE;
  }

  private static boolean isTracked(ManifestValue root) {
    ManifestValue control = root.at("runtime").at("workflow_control");
    return control.at("state_ledger").at("enabled").value().asBoolean(true);
  }

  private static void checkGraph(ManifestValue graph) {
    ManifestValue schema = graph.at("schema");
    if (schema.is(Shape.STRING) && !schema.shown().equals("mn.workflow.problem_graph/v1")) {
      schema.warn(schema.label() + " is read as mn.workflow.problem_graph/v1");
    }
    graph.at("mode").oneOf(Set.of("static_dag"));
    for (String member : List.of("state", "policy", "dynamic")) {
      graph.at(member).is(Shape.OBJECT);
    }
  }

  private static Map<String, ManifestValue> places(ManifestValue list) {
    Map<String, ManifestValue> places = new LinkedHashMap<>();
    for (ManifestValue item : list.items()) {
      String id =
          item.isRequired(Shape.OBJECT)
              ? NameRules.read(item.at("id"), "id is required for every workflow step")
              : null;
      if (id == null) {
        continue;
      }
      ManifestValue step = item.named(ManifestValue.shown(id));
      step.members(MEMBERS);
      if (places.putIfAbsent(id, step) != null) {
        step.error(ManifestProblem.DUPLICATE, "duplicate workflow step id " + step.name());
      }
    }
    return places;
  }

  private void checkBindings(Map<String, ManifestValue> steps) {
    Set<String> names = new HashSet<>(steps.keySet());
    steps.values().forEach(step -> names.add(step.at("run").value().asText()));
    bindings.checkNames(names);
  }

  private Map<String, Step> steps(
      Map<String, ManifestValue> places, List<StepEdge> edges, ManifestValue graph) {
    Map<String, List<StepEdge>> incoming =
        edges.stream().collect(Collectors.groupingBy(StepEdge::to));
    Map<String, List<StepEdge>> outgoing =
        edges.stream().collect(Collectors.groupingBy(StepEdge::from));
    Map<String, Step> steps = new LinkedHashMap<>();
    places.forEach(
        (id, place) ->
            steps.put(
                id,
                step(
                    id,
                    place,
                    graph,
                    incoming.getOrDefault(id, List.of()),
                    outgoing.getOrDefault(id, List.of()))));
    return steps;
  }

  private Step step(
      String id,
      ManifestValue place,
      ManifestValue graph,
      List<StepEdge> incoming,
      List<StepEdge> outgoing) {
    List<String> agentIds = agents.of(id, place);
    ManifestValue config =
        agentIds.isEmpty()
            ? place.at("config")
            : nodes.get(agentIds.getFirst()).place().at("config");
    StepControl control = StepControl.read(place, config);
    Trigger trigger = StepTriggers.read(place, graph);
    if (trigger.quorum() > incoming.size()) {
      place.warn(
          "step %s waits for %d successes and has %d parents"
              .formatted(place.name(), trigger.quorum(), incoming.size()));
    }
    boolean unsafe =
        UnsafeWords.is(place.value())
            || UnsafeWords.is(place.at("control").value())
            || agentIds.stream().map(nodes::get).anyMatch(Node::isUnsafe);
    return new Step(
        id,
        place.at("label").value().asText(id),
        place.at("run").value().textValue(),
        agentIds,
        control.required(),
        control.failurePolicy(),
        trigger,
        control.retry(),
        control.timeoutMs(),
        control.beaconTimeoutMs(),
        unsafe,
        incoming,
        outgoing);
  }

  /** Zero is no limit. */
  private static int maxParallel(ManifestValue execution) {
    boolean isObject = execution.value().isObject();
    ManifestValue strategy = isObject ? execution.at("strategy") : execution;
    strategy.oneOf(Set.of("parallel", "serial"));
    ManifestValue most = execution.at("max_parallel_steps");
    most.is(Shape.POSITIVE);
    return strategy.value().asText().equals("serial") ? 1 : most.value().asInt();
  }
}
