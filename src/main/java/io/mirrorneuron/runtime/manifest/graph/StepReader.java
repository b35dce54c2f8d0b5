package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.StepGraph.FailurePolicy;
import io.mirrorneuron.runtime.workflow.StepGraph.Retry;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
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
          .with(null, UnsafeMarkers.ALL)
          .with(Shape.STRING, "label", "goal", "kind", "action")
          .with(Shape.NAME, "run")
          .with(Shape.OBJECT, "on", "human");

  private final Map<String, Node> nodes;
  private final Bindings bindings;
  private final Set<String> plainSteps;
  private final StepAgents agents;

  /**
   * @param plainSteps those that were written in the short form
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

  /** In a loop there is no first or last step, so then only the loop is reported. */
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
        UnsafeMarkers.is(place.value())
            || UnsafeMarkers.is(declared.control().value())
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

  /**
   * The first and the last step of a graph.
   *
   * @param source null when it was refused; the first of several where several are allowed
   * @param sink null when it was refused, or where there are several and that is allowed
   */
  private record SourceAndSink(String source, String sink) {

    /** Derived from the edges. */
    static SourceAndSink derive(Set<String> steps, List<StepEdge> edges) {
      List<String> first = without(steps, edges, StepEdge::to);
      List<String> last = without(steps, edges, StepEdge::from);
      return new SourceAndSink(
          first.isEmpty() ? null : first.getFirst(), last.size() == 1 ? last.getFirst() : null);
    }

    static SourceAndSink read(ProblemGraph graph, Set<String> steps, List<StepEdge> edges) {
      ManifestValue entrypoint = graph.entrypoint();
      ManifestValue source = graph.source().or(entrypoint);
      boolean differ = !entrypoint.isAbsent() && !source.asText().equals(entrypoint.asText());
      if (differ) {
        source.error(
            ManifestProblem.CONFLICT,
            "%s must be %s, like %s"
                .formatted(source.label(), entrypoint.shown(), entrypoint.label()));
      }
      return new SourceAndSink(
          end(source, steps, edges, StepEdge::to, "predecessor"),
          end(graph.sink(), steps, edges, StepEdge::from, "successor"));
    }

    /** The named step, else the only step without edges on that side. */
    private static String end(
        ManifestValue place,
        Set<String> steps,
        List<StepEdge> edges,
        Function<StepEdge, String> inner,
        String neighbour) {
      if (!place.isAbsent()) {
        String named = place.asText();
        if (steps.contains(named)) {
          return named;
        }
        place.error(
            ManifestProblem.REFERENCE,
            "%s must name a workflow step: %s".formatted(place.label(), place.shown()));
        return null;
      }
      List<String> ends = without(steps, edges, inner);
      if (ends.size() == 1) {
        return ends.getFirst();
      }
      place.error(
          ManifestProblem.REQUIRED,
          "%s is required: %d steps have no %s".formatted(place.label(), ends.size(), neighbour));
      return null;
    }

    private static List<String> without(
        Set<String> steps, List<StepEdge> edges, Function<StepEdge, String> inner) {
      Set<String> others = edges.stream().map(inner).collect(Collectors.toSet());
      return steps.stream().filter(id -> !others.contains(id)).toList();
    }
  }

  private static final class StepAgents {
    private final Set<String> nodes;
    private final Bindings bindings;
    private final Map<String, DeclaredStep> withoutAgents = new LinkedHashMap<>();
    private final NearNames near;
    private boolean someHaveAgents;

    StepAgents(Set<String> nodes, Bindings bindings) {
      this.nodes = nodes;
      this.bindings = bindings;
      this.near = new NearNames(nodes);
    }

    /** The node that the step runs, else the workers bound to it, else the node of its name. */
    List<String> of(String id, DeclaredStep step) {
      List<String> agents = find(id, step.run().asText());
      if (agents.isEmpty()) {
        withoutAgents.put(id, step);
      } else {
        someHaveAgents = true;
      }
      return agents;
    }

    private static String name(String id, DeclaredStep step) {
      return step.run().isAbsent() ? id : step.run().asText();
    }

    private List<String> find(String id, String run) {
      if (nodes.contains(run)) {
        return List.of(run);
      }
      for (String binding : new String[] {run, id}) {
        List<String> workers =
            bindings.workerIds(binding).stream().filter(nodes::contains).distinct().toList();
        if (!workers.isEmpty()) {
          return workers;
        }
      }
      return nodes.contains(id) ? List.of(id) : List.of();
    }

    /**
     * Whether every requested step has agents; else no step can be tracked, which is a warning. A
     * step without agents is an error when other steps have some and no binding lists workers for
     * it. Listed workers that are no nodes, as in many catalogues, are no error.
     */
    boolean areComplete() {
      if (withoutAgents.isEmpty()) {
        return true;
      }
      ManifestValue first = withoutAgents.values().iterator().next().place();
      first.warn(
          "no agent works for step "
              + first.name()
              + ", so steps are not tracked: the messages between agents alone drive the job");
      withoutAgents.forEach(
          (id, step) -> {
            boolean described =
                !bindings.workerIds(step.run().asText()).isEmpty()
                    || !bindings.workerIds(id).isEmpty();
            if (someHaveAgents && !described) {
              ManifestValue place = step.place();
              place.error(
                  ManifestProblem.REFERENCE,
                  "step %s has no agent: no node and no binding has the name %s%s"
                      .formatted(
                          place.name(),
                          ManifestValue.shown(name(id, step)),
                          near.hint(name(id, step))));
            }
          });
      return false;
    }
  }

  /**
   * Attempts, timeouts and failure policy of a step: from the step, else from the config of its
   * agent, else the defaults.
   */
  private record StepControl(
      boolean required,
      FailurePolicy failurePolicy,
      Retry retry,
      long timeoutMs,
      long beaconTimeoutMs) {
    private static final double TIMEOUT_SECONDS = 300;
    private static final long BEACON_TIMEOUT_MS = 45_000;
    private static final long BACKOFF_MS = 1000;
    private static final double MULTIPLIER = 2;

    private static final Members MEMBERS =
        Members.closed("failure_policy", "uncertainty", "trigger_rule", "quorum", "min_success")
            .with(null, UnsafeMarkers.ALL)
            .with(Shape.BOOLEAN, "required")
            .with(Shape.SECONDS, "timeout_seconds")
            .with(Shape.POSITIVE, "max_attempts")
            .with(Shape.OBJECT, "retry")
            .with(Shape.MILLIS, "retry_backoff_ms", "beacon_timeout_ms")
            .with(Shape.AMOUNT, "retry_backoff_multiplier");
    private static final Members RETRY =
        Members.closed()
            .with(Shape.POSITIVE, "max_attempts")
            .with(Shape.SECONDS, "backoff_seconds")
            .with(Shape.AMOUNT, "backoff_multiplier");
    private static final Map<String, FailurePolicy> FAILURE_POLICIES =
        Map.of(
            "fail_workflow", FailurePolicy.FAIL_WORKFLOW,
            "fail_run", FailurePolicy.FAIL_WORKFLOW,
            "fail_job", FailurePolicy.FAIL_WORKFLOW,
            "fail", FailurePolicy.FAIL_WORKFLOW,
            "fail_closed", FailurePolicy.FAIL_WORKFLOW,
            "continue_partial", FailurePolicy.CONTINUE_PARTIAL,
            "continue", FailurePolicy.CONTINUE,
            "skip", FailurePolicy.SKIP);

    /**
     * Reports errors in the step.
     *
     * @param control of the step
     * @param config of the agent that works for the step, checked already
     */
    static StepControl read(ManifestValue control, ManifestValue config) {
      ManifestValue retry = control.at("retry");
      if (control.check(Shape.OBJECT)) {
        control.checkMembers(MEMBERS);
        retry.checkMembers(RETRY);
      }
      double multiplier =
          retry
              .at("backoff_multiplier")
              .or(inherited("retry_backoff_multiplier", control, config))
              .value()
              .asDouble(MULTIPLIER);
      return new StepControl(
          control.asBoolean("required", true),
          failurePolicy(control.at("failure_policy")),
          new Retry(
              attempts(control.find("retry.max_attempts", "max_attempts"), config),
              backoffMs(retry.at("backoff_seconds"), control, config),
              multiplier),
          timeoutMs(inherited("timeout_seconds", control, config)),
          inherited("beacon_timeout_ms", control, config).value().asLong(BEACON_TIMEOUT_MS));
    }

    /** The same for a step without a program: people have time limits of their own. */
    StepControl withoutProgram() {
      return new StepControl(required, failurePolicy, new Retry(1, BACKOFF_MS, MULTIPLIER), 0, 0);
    }

    /** The member of the step, else of its agent. */
    private static ManifestValue inherited(
        String member, ManifestValue control, ManifestValue config) {
      return control.at(member).or(config.at(member));
    }

    /**
     * A step that says 1, as compilers write it into every step, leaves the number to its agent.
     */
    private static int attempts(ManifestValue own, ManifestValue config) {
      int said = own.value().asInt(1);
      return said > 1 ? said : Math.max(1, config.asInt("max_attempts", 1));
    }

    private static long backoffMs(
        ManifestValue seconds, ManifestValue control, ManifestValue config) {
      return seconds.isAbsent()
          ? inherited("retry_backoff_ms", control, config).value().asLong(BACKOFF_MS)
          : Math.round(seconds.value().asDouble() * 1000);
    }

    /** Exactly zero means no limit; any positive time is a limit. */
    private static long timeoutMs(ManifestValue seconds) {
      double given = seconds.value().asDouble(TIMEOUT_SECONDS);
      return given > 0 ? Math.max(1, Math.round(given * 1000)) : 0;
    }

    private static FailurePolicy failurePolicy(ManifestValue place) {
      if (place.isAbsent()) {
        return FailurePolicy.FAIL_WORKFLOW;
      }
      FailurePolicy known = FAILURE_POLICIES.get(place.asText().trim().toLowerCase(Locale.ROOT));
      if (known == null) {
        place.error(
            ManifestProblem.UNSUPPORTED,
            "%s must be fail_workflow, continue_partial, continue or skip: %s"
                .formatted(place.label(), place.shown()));
      }
      return known;
    }
  }

  /**
   * A step as written, with the members that several readers need.
   *
   * @param run the node or binding that does its work
   * @param control attempts and timeouts
   */
  record DeclaredStep(
      ManifestValue place, ManifestValue id, ManifestValue run, ManifestValue control) {

    static DeclaredStep of(ManifestValue place) {
      return new DeclaredStep(place, place.at("id"), place.at("run"), place.at("control"));
    }
  }
}
