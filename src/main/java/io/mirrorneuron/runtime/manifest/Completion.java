package io.mirrorneuron.runtime.manifest;

import io.mirrorneuron.runtime.manifest.Nodes.Node;
import io.mirrorneuron.runtime.manifest.Workflow.AgentType;
import io.mirrorneuron.runtime.manifest.Workflow.Edge;
import io.mirrorneuron.runtime.manifest.Workflow.JobType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether and how the agents of a graph bring the job to its end. */
final class Completion {
  private static final Set<AgentType> COUNTING = Set.of(AgentType.AGGREGATOR, AgentType.SENSOR);

  private Completion() {}

  static void check(
      Place root, JobType jobType, Collection<Node> nodes, Map<String, List<Edge>> outgoing) {
    for (Node node : nodes) {
      String id = Place.shown(node.id());
      if (node.flag("terminal_sink") && outgoing.containsKey(node.id())) {
        node.place()
            .at("config")
            .at("terminal_sink")
            .error(Problem.CONFLICT, "terminal_sink node " + id + " must not have outgoing edges");
      }
      if (node.type() != null && countsMessages(node) && !COUNTING.contains(node.type())) {
        root.warn("complete_on_message and complete_after mean nothing on node " + id);
      }
    }
    boolean ends = jobType == JobType.BATCH || jobType == JobType.SYSBATCH;
    if (ends && !nodes.isEmpty() && nodes.stream().noneMatch(Completion::canEndTheJob)) {
      root.warn("no agent can complete this job: it ends when every message is handled");
    }
  }

  private static boolean countsMessages(Node node) {
    return node.flag("complete_on_message") || node.config().path("complete_after").asInt() > 0;
  }

  /**
   * An executor may always print {@code complete_run}; an aggregator without output type ends it.
   */
  private static boolean canEndTheJob(Node node) {
    return node.type() == AgentType.EXECUTOR
        || node.flag("complete_run")
        || node.type() == AgentType.AGGREGATOR
            && countsMessages(node)
            && !node.config().hasNonNull("output_message_type");
  }
}
