package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.HumanTask;
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
  private static final Members GRAPH =
      Members.closed("schema", "workflow_id", "id", "name", "version", "mode", "execution")
          .with(null, "entrypoint", "source", "sink", "steps", "edges", "nodes", "join_default")
          .with(null, "observers")
          .with(Shape.OBJECT, "state", "policy", "dynamic");
  private static final Members EXECUTION =
      Members.closed("strategy").with(Shape.POSITIVE, "max_parallel_steps");
  private static final Members STEP =
      Members.closed("id", "name", "emits", "trigger_rule", "quorum", "min_success", "join")
          .with(null, "control", "config")
          .with(null, UnsafeWords.ALL)
          .with(Shape.STRING, "label", "goal", "kind", "action")
          .with(Shape.NAME, "run")
          .with(Shape.OBJECT, "on", "human");

  private final Map<String, Node> nodes;
  private final Bindings bindings;
  private final Set<String> plainSteps;
  private final StepAgents agents;

  /**
   * @param plainSteps those that were written short
   */
  public StepReader(Map<String, Node> nodes, Bindings bindings, Set<String> plainSteps) {
    this.nodes = nodes;
    this.plainSteps = plainSteps;
    this.bindings = bindings;
    this.agents = new StepAgents(nodes.keySet(), bindings);
  }

  /**
   * An empty graph when there are no steps, when no agent works for them or when they are switched
   * off.
   */
  public StepGraph read(ManifestValue root) {
    ProblemGraph graph = ProblemGraph.find(root);
    ManifestValue list = graph.steps();
    checkGraph(graph.place());
    if (!list.check(Shape.LIST) || list.value().isEmpty() || !list.checkLength(MAX_STEPS)) {
      return StepGraph.NONE;
    }
    Map<String, DeclaredStep> declared = declaredSteps(list);
    checkBindings(declared);
    StepEdges edgeReader = new StepEdges(declared);
    List<StepEdge> edges = edgeReader.read(graph.edges());
    SourceAndSink ends = ends(graph, declared.keySet(), edges, edgeReader.isSound());
    int maxParallel = maxParallel(graph.place().at("execution"));
    Map<String, Step> steps = steps(declared, edges, graph.place());
    boolean isTracked = root.asBoolean("runtime.workflow_control.state_ledger.enabled", true);
    return agents.areComplete() && isTracked
        ? new StepGraph(steps, ends.source(), ends.sink(), maxParallel)
        : StepGraph.NONE;
  }

  /** In a loop nothing is first or last, so then only the loop is told. */
  private SourceAndSink ends(
      ProblemGraph graph, Set<String> steps, List<StepEdge> edges, boolean sound) {
    StepOrder order = new StepOrder(edges);
    if (order.hasLoop(graph, steps) || plainSteps.containsAll(steps)) {
      return SourceAndSink.derive(steps, edges);
    }
    SourceAndSink ends = SourceAndSink.read(graph, steps, edges);
    if (sound) {
      order.checkReached(graph, steps, ends.source());
    }
    return ends;
  }

  private static void checkGraph(ManifestValue graph) {
    ManifestValue schema = graph.at("schema");
    if (schema.check(Shape.STRING) && !schema.shown().equals("mn.workflow.problem_graph/v1")) {
      schema.warn(schema.label() + " is read as mn.workflow.problem_graph/v1");
    }
    graph.checkWords(Set.of("static_dag"), "mode");
    graph.checkMembers(GRAPH);
  }

  /** By id, in the author's order. */
  private static Map<String, DeclaredStep> declaredSteps(ManifestValue list) {
    Map<String, DeclaredStep> steps = new LinkedHashMap<>();
    list.objects()
        .forEach(
            item -> {
              ManifestValue idPlace = DeclaredStep.of(item).id();
              String id = NameRules.read(idPlace, "id is required for every workflow step");
              if (id != null) {
                add(id, item.named(ManifestValue.shown(id)), steps);
              }
            });
    return steps;
  }

  private static void add(String id, ManifestValue step, Map<String, DeclaredStep> steps) {
    step.checkMembers(STEP);
    if (steps.putIfAbsent(id, DeclaredStep.of(step)) != null) {
      step.error(ManifestProblem.DUPLICATE, "duplicate workflow step id " + step.name());
    }
  }

  private void checkBindings(Map<String, DeclaredStep> steps) {
    Set<String> names = new HashSet<>(steps.keySet());
    steps.values().forEach(step -> names.add(step.run().asText()));
    bindings.checkNames(names);
  }

  private Map<String, Step> steps(
      Map<String, DeclaredStep> declared, List<StepEdge> edges, ManifestValue graph) {
    Map<String, List<StepEdge>> incoming =
        edges.stream().collect(Collectors.groupingBy(StepEdge::to));
    Map<String, List<StepEdge>> outgoing =
        edges.stream().collect(Collectors.groupingBy(StepEdge::from));
    Map<String, Step> steps = new LinkedHashMap<>();
    declared.forEach(
        (id, step) ->
            steps.put(
                id,
                step(
                    id,
                    step,
                    graph,
                    incoming.getOrDefault(id, List.of()),
                    outgoing.getOrDefault(id, List.of()))));
    steps.forEach((id, step) -> StepTriggers.checkStart(declared.get(id).place(), step, steps));
    return steps;
  }

  private Step step(
      String id,
      DeclaredStep declared,
      ManifestValue graph,
      List<StepEdge> incoming,
      List<StepEdge> outgoing) {
    ManifestValue place = declared.place();
    List<String> agentIds = agents.of(id, declared);
    ManifestValue config =
        agentIds.isEmpty() ? place.at("config") : nodes.get(agentIds.getFirst()).configPlace();
    StepControl control = control(declared, agentIds, config, incoming, outgoing);
    Trigger trigger = StepTriggers.read(declared, graph);
    if (trigger.quorum() > incoming.size()) {
      place.warn(
          "step %s waits for %d successes and has %d parents"
              .formatted(place.name(), trigger.quorum(), incoming.size()));
    }
    boolean unsafe =
        UnsafeWords.is(place.value())
            || UnsafeWords.is(declared.control().value())
            || agentIds.stream().map(nodes::get).anyMatch(Node::isUnsafe);
    return new Step(
        id,
        place.at("label").value().asText(id),
        declared.run().text(),
        agentIds,
        control.required(),
        control.failurePolicy(),
        trigger,
        control.retry(),
        control.timeoutMs(),
        control.beaconTimeoutMs(),
        unsafe,
        plainSteps.contains(id),
        incoming,
        outgoing);
  }

  private StepControl control(
      DeclaredStep declared,
      List<String> agentIds,
      ManifestValue config,
      List<StepEdge> incoming,
      List<StepEdge> outgoing) {
    HumanSteps.check(declared);
    HumanTask human = HumanSteps.task(agentIds, nodes);
    StepControl control = StepControl.read(declared.control(), config);
    if (human == null) {
      return control;
    }
    HumanSteps.warnUnused(declared);
    HumanSteps.checkBranches(declared.place(), human, outgoing);
    HumanSteps.checkPrompt(declared.place(), human, incoming);
    return control.withoutProgram();
  }

  /** Zero is no limit. */
  private static int maxParallel(ManifestValue execution) {
    boolean isObject = execution.value().isObject();
    ManifestValue strategy = isObject ? execution.at("strategy") : execution;
    strategy.checkWord(Set.of("parallel", "serial"));
    execution.checkMembers(EXECUTION);
    return strategy.asText().equals("serial") ? 1 : execution.asInt("max_parallel_steps", 0);
  }
}
