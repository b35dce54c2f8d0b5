package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.Nodes.Node;
import io.mirrorneuron.runtime.manifest.StepGraph.Step;
import io.mirrorneuron.runtime.manifest.StepGraph.StepEdge;
import io.mirrorneuron.runtime.manifest.StepGraph.Trigger;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the problem graph: {@code workflow.steps} and {@code workflow.edges}, in older manifests
 * {@code flow.steps} and {@code flow.graph.edges}.
 */
final class StepReader {
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

  StepReader(Map<String, Node> nodes, Bindings bindings) {
    this.nodes = nodes;
    this.bindings = bindings;
  }

  /** No graph when there are no steps, when no agent works for them or when they are off. */
  StepGraph read(Place root) {
    Place graph = root.at("workflow");
    Place list = graph.at("steps");
    Place entrypoint = graph.at("entrypoint");
    if (list.isAbsent() && !root.at("flow").at("steps").isAbsent()) {
      list = root.at("flow").at("steps");
      graph = root.at("flow").at("graph");
      entrypoint = root.at("flow").at("entrypoint");
    }
    checkGraph(graph);
    if (!list.is(Shape.LIST) || list.value().isEmpty() || !list.isAtMost(MAX_STEPS)) {
      return StepGraph.NONE;
    }
    Map<String, Place> places = places(list);
    checkBindings(places);
    StepEdges edgeReader = new StepEdges(places);
    List<StepEdge> edges = edgeReader.read(graph.at("edges"));
    String source = source(graph, entrypoint, places, edges);
    String sink = sink(graph, places, edges);
    if (edgeReader.isSound() && source != null) {
      new StepOrder(edges).check(graph, places.keySet(), source);
    }
    Map<String, Step> steps = steps(places, edges, graph);
    return isTracked(root, list, steps)
        ? new StepGraph(steps, source, sink, maxParallel(graph.at("execution")))
        : StepGraph.NONE;
  }

  private static void checkGraph(Place graph) {
    Place schema = graph.at("schema");
    if (schema.is(Shape.STRING) && !schema.shown().equals("mn.workflow.problem_graph/v1")) {
      schema.warn(schema.label() + " is read as mn.workflow.problem_graph/v1");
    }
    graph.at("mode").oneOf(Set.of("static_dag"));
    for (String member : List.of("state", "policy", "dynamic")) {
      graph.at(member).is(Shape.OBJECT);
    }
  }

  private static Map<String, Place> places(Place list) {
    Map<String, Place> places = new LinkedHashMap<>();
    for (Place item : list.items()) {
      String id =
          item.isRequired(Shape.OBJECT)
              ? Ids.read(item.at("id"), "id is required for every workflow step")
              : null;
      if (id == null) {
        continue;
      }
      Place step = item.named(Place.shown(id));
      step.members(MEMBERS);
      if (places.putIfAbsent(id, step) != null) {
        step.error(Problem.DUPLICATE, "duplicate workflow step id " + step.name());
      }
    }
    return places;
  }

  private void checkBindings(Map<String, Place> steps) {
    Set<String> names = new HashSet<>(steps.keySet());
    steps.values().forEach(step -> names.add(step.at("run").value().asText()));
    bindings.checkNames(names);
  }

  private static String source(
      Place graph, Place entrypoint, Map<String, Place> steps, List<StepEdge> edges) {
    Place given = Place.first(graph.at("source"), entrypoint);
    boolean differ =
        !entrypoint.isAbsent() && !given.value().asText().equals(entrypoint.value().asText());
    if (differ) {
      given.error(
          Problem.CONFLICT,
          "%s must be %s, like %s"
              .formatted(given.label(), entrypoint.shown(), entrypoint.label()));
    }
    return end(given, steps, edges, StepEdge::to, "predecessor");
  }

  private static String sink(Place graph, Map<String, Place> steps, List<StepEdge> edges) {
    return end(graph.at("sink"), steps, edges, StepEdge::from, "successor");
  }

  /** The named step, else the only one that no edge has at its other side. */
  private static String end(
      Place place,
      Map<String, Place> steps,
      List<StepEdge> edges,
      Function<StepEdge, String> inner,
      String neighbour) {
    if (!place.isAbsent()) {
      boolean known = steps.containsKey(place.value().asText());
      if (!known) {
        place.error(
            Problem.REFERENCE,
            "%s must name a workflow step: %s".formatted(place.label(), place.shown()));
      }
      return known ? place.value().textValue() : null;
    }
    Set<String> others = edges.stream().map(inner).collect(Collectors.toSet());
    List<String> ends = steps.keySet().stream().filter(id -> !others.contains(id)).toList();
    if (ends.size() != 1) {
      place.error(
          Problem.REQUIRED,
          "%s is required: %d steps have no %s".formatted(place.label(), ends.size(), neighbour));
      return null;
    }
    return ends.getFirst();
  }

  private Map<String, Step> steps(Map<String, Place> places, List<StepEdge> edges, Place graph) {
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
      String id, Place place, Place graph, List<StepEdge> incoming, List<StepEdge> outgoing) {
    String run = place.at("run").value().textValue();
    List<String> agents = agents(id, run);
    Place config =
        agents.isEmpty() ? place.at("config") : nodes.get(agents.getFirst()).place().at("config");
    StepControl control = StepControl.read(place, config);
    Trigger trigger = StepTriggers.read(place, graph);
    if (trigger.quorum() > incoming.size()) {
      place.warn(
          "step %s waits for %d successes and has %d parents"
              .formatted(place.name(), trigger.quorum(), incoming.size()));
    }
    boolean unsafe =
        Unsafe.is(place.value())
            || Unsafe.is(place.at("control").value())
            || agents.stream().map(nodes::get).anyMatch(Node::isUnsafe);
    return new Step(
        id,
        place.at("label").value().asText(id),
        run,
        agents,
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

  /** The node that the step runs, else the workers bound to it, else the node of its name. */
  private List<String> agents(String id, String run) {
    if (nodes.containsKey(run)) {
      return List.of(run);
    }
    for (String binding : new String[] {run, id}) {
      List<String> workers =
          bindings.workerIds(binding).stream().filter(nodes::containsKey).distinct().toList();
      if (!workers.isEmpty()) {
        return workers;
      }
    }
    return nodes.containsKey(id) ? List.of(id) : List.of();
  }

  /**
   * A step whose workers are only described, as in many catalogues, cannot be followed: then none
   * is. A step that names nothing at all is an error, unless none names anything.
   */
  private boolean isTracked(Place root, Place list, Map<String, Step> steps) {
    List<Step> idle = steps.values().stream().filter(step -> step.agentIds().isEmpty()).toList();
    if (idle.isEmpty()) {
      JsonNode ledger = root.value().path("runtime").path("workflow_control").path("state_ledger");
      return ledger.path("enabled").asBoolean(true);
    }
    list.warn(
        "no agent works for step %s, so steps are not tracked: the messages between agents alone drive the job"
            .formatted(Place.shown(idle.getFirst().id())));
    idle.stream()
        .filter(step -> idle.size() < steps.size() && !isDescribed(step))
        .forEach(
            step ->
                list.error(
                    Problem.REFERENCE,
                    "step %s has no agent: no node and no binding has the name it runs"
                        .formatted(Place.shown(step.id()))));
    return false;
  }

  private boolean isDescribed(Step step) {
    return !bindings.workerIds(step.run()).isEmpty() || !bindings.workerIds(step.id()).isEmpty();
  }

  /** Zero is no limit. */
  private static int maxParallel(Place execution) {
    boolean isObject = execution.value().isObject();
    Place strategy = isObject ? execution.at("strategy") : execution;
    strategy.oneOf(Set.of("parallel", "serial"));
    Place most = execution.at("max_parallel_steps");
    most.is(Shape.POSITIVE);
    return strategy.value().asText().equals("serial") ? 1 : most.value().asInt();
  }
}
