package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.HumanTask.Follow;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks that some agent of a graph can end the job. */
public final class CompletionCheck {
  private static final Set<AgentType> COUNTING = Set.of(AgentType.AGGREGATOR, AgentType.SENSOR);

  private CompletionCheck() {}

  /**
   * @param senders the nodes that have outgoing edges
   */
  public static void check(
      ManifestValue root,
      JobType jobType,
      Map<String, Node> nodes,
      Set<String> senders,
      StepGraph steps) {
    for (Node node : nodes.values()) {
      String id = ManifestValue.shown(node.id());
      if (node.flag("terminal_sink") && senders.contains(node.id())) {
        node.configPlace()
            .at("terminal_sink")
            .error(
                ManifestProblem.CONFLICT,
                "terminal_sink node " + id + " must not have outgoing edges");
      }
      if (node.type() != null && countsMessages(node) && !COUNTING.contains(node.type())) {
        root.warn("complete_on_message and complete_after mean nothing on node " + id);
      }
    }
    checkBranches(nodes, steps);
    boundToInnerSteps(steps).stream().map(nodes::get).forEach(CompletionCheck::checkInner);
    boolean ends = jobType == JobType.BATCH || jobType == JobType.SYSBATCH;
    boolean endsWithSteps = !steps.isEmpty();
    if (ends && !endsWithSteps && !nodes.isEmpty() && !canEndTheJob(nodes.values())) {
      root.warn("no agent can complete this job: it ends when every message is handled");
    }
  }

  /** What people decide can choose among steps only where there are steps. */
  private static void checkBranches(Map<String, Node> nodes, StepGraph steps) {
    Set<String> bound =
        steps.steps().values().stream()
            .flatMap(step -> step.agentIds().stream())
            .collect(Collectors.toSet());
    nodes.values().stream()
        .filter(node -> node.human() != null && !bound.contains(node.id()))
        .filter(
            node ->
                node.human().decisions().values().stream()
                    .anyMatch(Follow.Branch.class::isInstance))
        .forEach(
            node ->
                node.configPlace()
                    .at("decisions")
                    .error(
                        ManifestProblem.CONFLICT,
                        "node %s works for no step, so no decision can branch; put conditions on its edges"
                            .formatted(ManifestValue.shown(node.id()))));
  }

  /** The agents that work only for steps after which others come. */
  private static Set<String> boundToInnerSteps(StepGraph steps) {
    Set<String> inner = new HashSet<>();
    Set<String> last = new HashSet<>();
    for (Step step : steps.steps().values()) {
      boolean isLast = step.outgoing().isEmpty() || step.id().equals(steps.sink());
      (isLast ? last : inner).addAll(step.agentIds());
    }
    inner.removeAll(last);
    return inner;
  }

  private static void checkInner(Node node) {
    String id = ManifestValue.shown(node.id());
    ManifestValue config = node.configPlace();
    if (node.flag("complete_run")) {
      ManifestValue said = config.find("complete_run", "complete_job", "complete_job?");
      said.error(
          ManifestProblem.CONFLICT, "workflow step node " + id + " cannot declare complete_run");
    } else if (endsByCounting(node)) {
      config.error(
          ManifestProblem.REQUIRED,
          "workflow step node %s collects messages and needs output_message_type".formatted(id));
    }
  }

  private static boolean countsMessages(Node node) {
    return node.flag("complete_on_message") || node.config().path("complete_after").asInt() > 0;
  }

  /** An aggregator without output type ends the job when it has what it waits for. */
  private static boolean endsByCounting(Node node) {
    return node.type() == AgentType.AGGREGATOR
        && countsMessages(node)
        && !node.config().hasNonNull("output_message_type");
  }

  /** An executor may always print {@code complete_run}. */
  private static boolean canEndTheJob(Collection<Node> nodes) {
    return nodes.stream()
        .anyMatch(
            node ->
                node.type() == AgentType.EXECUTOR
                    || node.flag("complete_run")
                    || endsByCounting(node));
  }
}
