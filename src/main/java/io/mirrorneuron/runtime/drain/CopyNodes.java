package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementRequest;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which nodes run copies of a system job. Pure. A node that lives, takes work, has room on its
 * disks and what all agents ask for gets one. One that is dead, or takes no new work, keeps its
 * copy; one that is drained of system jobs too, or was taken out, loses it.
 *
 * @param living nodes, as they describe themselves
 * @param states of nodes of which something is decided, by name
 * @param known names of all nodes, alive or dead within an hour
 */
record CopyNodes(
    List<Machine> living, Map<String, NodeState> states, Set<String> known, Instant now) {
  private static final Placement PLACEMENT = new BestNode();

  /**
   * @param workflow as its author wrote it
   */
  Input.Spread of(Workflow workflow) {
    List<Machine> takers = living.stream().filter(this::takesWork).toList();
    List<String> nodes =
        PLACEMENT.planEach(takers, PlacementRequest.of(workflow)).placements().stream()
            .map(Placed::node)
            .distinct()
            .toList();
    boolean mayEnd = workflow.jobType() == JobType.SYSBATCH;
    Map<String, String> left = new TreeMap<>();
    states.forEach(
        (name, state) -> {
          if (state.operatorDisconnect()) {
            left.put(name, "its node was taken out of the cluster");
          } else if (isDrained(state, mayEnd)) {
            left.put(name, "its node is drained of system jobs too");
          }
        });
    return new Input.Spread(nodes, left, known);
  }

  private boolean takesWork(Machine node) {
    NodeState state = states.get(node.name());
    return node.fullDisk() == null && (state == null || state.schedulingEligible());
  }

  /** What ends by itself may do so until the deadline of the drain. */
  private boolean isDrained(NodeState state, boolean mayEnd) {
    DrainState drain = state.drain();
    boolean isMeant =
        Boolean.FALSE.equals(drain.ignoreSystemJobs())
            && !drain.isOfEnd() // it will be back, as one that died may be
            && !state.schedulingEligible();
    return isMeant
        && (drain.isOpen()
            ? !mayEnd || drain.isOver(now)
            : DrainState.COMPLETE.equals(drain.status()));
  }
}
