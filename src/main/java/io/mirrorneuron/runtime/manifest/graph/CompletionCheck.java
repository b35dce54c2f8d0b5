package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Follow;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
      if (node.flag("collect_all") && node.type() != AgentType.AGGREGATOR) {
        root.warn("collect_all means nothing on node " + id);
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

  /**
   * Warns of aggregators that wait for more messages than there are agents that send them: of one
   * agent only the first counts.
   */
  public static void checkCollections(
      ManifestValue root, Map<String, Node> nodes, Collection<Edge> edges) {
    for (Node node : nodes.values()) {
      int wanted = wanted(node);
      if (node.type() != AgentType.AGGREGATOR || node.flag("collect_all") || wanted <= 1) {
        continue;
      }
      List<Edge> incoming = edges.stream().filter(edge -> node.id().equals(edge.to())).toList();
      boolean known =
          incoming.stream().allMatch(edge -> carriesResults(nodes.get(edge.from()), edge));
      Set<String> senders =
          incoming.stream().map(Edge::from).collect(Collectors.toCollection(TreeSet::new));
      if (known && !senders.isEmpty() && senders.size() < wanted) {
        root.warn(
            "node %s counts one message of each agent, and only %s: complete_after %d is not reached; collect_all: true counts every message"
                .formatted(
                    ManifestValue.shown(node.id()),
                    senders.size() == 1
                        ? senders.iterator().next() + " sends to it"
                        : String.join(", ", senders) + " send to it",
                    wanted));
      }
    }
  }

  /**
   * Whether the edge carries only the executor's results, not messages that its program sends
   * itself.
   */
  private static boolean carriesResults(Node sender, Edge edge) {
    return sender != null
        && sender.type() == AgentType.EXECUTOR
        && edge.messageType().equals(sender.config().path("output_message_type").asText());
  }

  /** People's decisions can branch only where there are steps. */
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

  /** The agents that work only for steps with children. */
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
    return node.flag("complete_on_message") || wanted(node) > 0;
  }

  private static int wanted(Node node) {
    return node.config().path("complete_after").asInt();
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
