package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.documents.FolderDemandReader;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.Objects;
import java.util.Optional;

/** Whether copies of a system job can run on nodes that do not own the job. */
final class SpreadCheck {
  private SpreadCheck() {}

  /**
   * Why only the job's own node can run a copy; empty when each node can.
   *
   * @param workflow of a system job
   */
  static Optional<String> obstacle(Workflow workflow) {
    if (!workflow.steps().steps().isEmpty()) {
      return Optional.of("its steps are those of one run");
    }
    if (!FolderDemandReader.of(workflow, null).isEmpty()) {
      return Optional.of("its bundle asks for folders of the job's node");
    }
    ServiceDemands services = ServiceDemands.of(workflow);
    if (!services.offered().isEmpty() || !services.byAgent().isEmpty()) {
      return Optional.of("it offers or needs services");
    }
    return workflow.agents().values().stream()
        .map(SpreadCheck::obstacle)
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static String obstacle(Agent agent) {
    String who = "agent " + agent.id() + " ";
    if (agent.type() == AgentType.HUMAN) {
      return who + "asks people";
    }
    if (agent.type() != AgentType.EXECUTOR) {
      return null;
    }
    if (agent.unsafe()) {
      return who + "may not simply run again when its node dies";
    }
    if (!agent.request().volumes().isEmpty()) {
      return who + "asks for volumes";
    }
    return agent.config().has(Execution.MN_STORAGE) ? who + "has a folder on the job's node" : null;
  }
}
