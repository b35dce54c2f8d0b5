package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.port.Scheduler.Plan;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;

/** Places all agents of a job on the first node, which is as full as packing can make it. */
public final class SingleNode implements Placement {

  @Override
  public Plan place(Workflow workflow, List<String> nodes) {
    return new Plan(
        "local", "binpack", "single_node", workflow.agents().size(), List.of(nodes.getFirst()));
  }
}
