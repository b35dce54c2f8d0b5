package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The steps of one job with the instances of scattered steps. Finds the step that a message is for,
 * and the parents and children of a step. Empty for a workflow of agents only.
 */
public final class Steps {
  private static final JsonNode NOTHING = Json.object();

  private final StepGraph graph;
  private final Changes changes;
  private final Function<String, AgentState> agents;
  private final Map<String, StepState> byId = new LinkedHashMap<>();
  private final Map<String, List<StepState>> byAgent = new HashMap<>();
  private final Set<StepState> expecting = new LinkedHashSet<>();
  private final LinkedHashSet<StepState> unsettled = new LinkedHashSet<>();
  private int open;

  Steps(StepGraph graph, Changes changes, Function<String, AgentState> agents) {
    this.graph = graph;
    this.changes = changes;
    this.agents = agents;
    for (Step step : graph.steps().values()) {
      StepState state = add(new StepState(step, byId.size(), changes, agents));
      step.incoming().forEach(edge -> state.parents().expect(edge.required(), 1));
      for (String agentId : step.agentIds()) {
        byAgent.computeIfAbsent(agentId, key -> new ArrayList<>()).add(state);
      }
    }
  }

  private StepState add(StepState state) {
    byId.put(state.id(), state);
    open++;
    return state;
  }

  public boolean isEmpty() {
    return byId.isEmpty();
  }

  public Collection<StepState> all() {
    return byId.values();
  }

  /** The step, or null. */
  public StepState get(String id) {
    return id == null ? null : byId.get(id);
  }

  public StepGraph graph() {
    return graph;
  }

  /** Queues the step for evaluation: something it depends on has changed. */
  public void reconsider(StepState step) {
    unsettled.add(step);
  }

  public void reconsider(Collection<StepState> steps) {
    unsettled.addAll(steps);
  }

  /** Whether steps are queued for evaluation. */
  public boolean hasStepsToEvaluate() {
    return !unsettled.isEmpty();
  }

  /** The next step to evaluate, or null. */
  public StepState nextToEvaluate() {
    return unsettled.isEmpty() ? null : unsettled.removeFirst();
  }

  /** The step may start and has no message to start with. */
  public void expectMessage(StepState step) {
    expecting.add(step);
  }

  /** The step has a message, or needs none any more. */
  public void expectNothing(StepState step) {
    expecting.remove(step);
  }

  /** Steps that may start and have no message to start with. */
  public Set<StepState> expecting() {
    return Collections.unmodifiableSet(expecting);
  }

  public boolean areAllTerminal() {
    return open == 0;
  }

  /** Steps that the agent works for, in manifest order. */
  public List<StepState> of(String agentId) {
    return byAgent.getOrDefault(agentId, List.of());
  }

  /**
   * The step that a message to the agent is for.
   *
   * @param named the step that the sender named, or null
   * @param source the step whose work has sent it, or null
   * @return null when the agent works for no step
   */
  public StepState receiver(String agentId, StepState named, StepState source) {
    List<StepState> served = of(agentId);
    if (served.isEmpty()) {
      return null;
    }
    if (named != null && named.mailboxes().has(agentId)) {
      return named;
    }
    if (source != null && source.mailboxes().has(agentId) && !source.isTerminal()) {
      return source;
    }
    if (served.size() == 1) {
      return served.getFirst();
    }
    Stream<StepState> children =
        source == null
            ? Stream.of()
            : source.declared().outgoing().stream().map(edge -> byId.get(edge.to()));
    return Stream.concat(children.filter(served::contains), served.stream())
        .filter(step -> !step.isTerminal())
        .findFirst()
        .orElse(served.getLast());
  }

  /** The steps that wait for this one; of a scattered child all its instances. */
  public List<StepState> children(StepState step) {
    return step.declared().outgoing().stream()
        .flatMap(edge -> instancesOrSelf(byId.get(edge.to())))
        .toList();
  }

  /** The steps that this one waits for, in the order of their edges; instances in their order. */
  public List<StepState> parents(StepState step) {
    return step.declared().incoming().stream()
        .flatMap(edge -> instancesOrSelf(byId.get(edge.from())))
        .toList();
  }

  /** Why the job has not come to the step, in words; empty when it has. */
  public String unreached(StepState step) {
    return parents(step).stream()
        .filter(parent -> !parent.isDone())
        .sorted(Comparator.comparing(StepState::isTerminal))
        .map(parent -> parent.id() + (parent.isTerminal() ? " had failed" : " had not ended"))
        .collect(Collectors.joining(", "));
  }

  private Stream<StepState> instancesOrSelf(StepState step) {
    return step.instances() < 0 ? Stream.of(step) : instances(step);
  }

  /** The instances of a scattered step. */
  public Stream<StepState> instances(StepState step) {
    return IntStream.range(0, step.instances()).mapToObj(index -> byId.get(step.instanceId(index)));
  }

  /**
   * Replaces {@code template} by that many instances. The children of the template wait for all of
   * them, or for nothing when there are none.
   */
  public List<StepState> scatter(StepState template, int instances) {
    template.scatter(instances);
    if (instances > 0) {
      for (StepEdge edge : template.declared().outgoing()) {
        byId.get(edge.to()).parents().expect(edge.required(), instances - 1);
      }
    }
    return IntStream.range(0, instances).mapToObj(index -> instance(template, index)).toList();
  }

  private StepState instance(StepState template, int index) {
    return add(new StepState(template, index, agents));
  }

  /** Counts the end of a step for its children; it must be terminal by now. */
  public void ended(StepState step) {
    open--;
    boolean speaksForItself = step.instances() <= 0;
    if (speaksForItself) {
      for (StepEdge edge : step.declared().outgoing()) {
        byId.get(edge.to()).parents().add(edge.required(), ending(step, edge));
      }
    }
  }

  private static ParentOutcomes.Ending ending(StepState step, StepEdge edge) {
    if (step.outcome() == StepOutcome.MAPPED) {
      return new ParentOutcomes.Ending(true, true, false); // a scatter over no items
    }
    if (step.outcome() == StepOutcome.SUCCESS && !holds(edge, step)) {
      return new ParentOutcomes.Ending(edge.accepts().contains("skipped"), false, false);
    }
    String word = step.status() == StepPhase.COMPLETED ? "done" : step.status().word();
    return new ParentOutcomes.Ending(
        edge.accepts().contains(word),
        step.outcome() == StepOutcome.SUCCESS,
        step.outcome() == StepOutcome.FAILED);
  }

  private static boolean holds(StepEdge edge, StepState parent) {
    if (edge.condition() == Condition.ALWAYS) {
      return true;
    }
    JsonNode output = parent.output() == null ? NOTHING : parent.output();
    return edge.condition().test(new Condition.Context(NOTHING, NOTHING, output, NOTHING));
  }

  /** Outputs of the parents by step, for the program of a step. */
  ObjectNode inputs(StepState step) {
    ObjectNode inputs = Json.object();
    for (StepState parent : parents(step)) {
      if (parent.output() != null) {
        inputs.set(parent.id(), parent.output());
      }
    }
    return inputs;
  }
}
