package io.mirrorneuron.runtime.port;

import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;

/**
 * Port: decides on which nodes the agents of a job run. Called with every commit of a job, from any
 * thread; answers from memory.
 */
public interface Scheduler {

  Plan plan(Workflow workflow);

  /**
   * Places the agents of a job that this node takes over; the result becomes part of the job's
   * state.
   *
   * @param workflow of a system job the copy for its target
   * @param now milliseconds since the epoch
   */
  StoredPlan place(Workflow workflow, long now);

  /**
   * Where a job runs; the {@code scheduler} of a job, {@code runtime.md} section 5.7.
   *
   * @param policy how far from the node that accepted it a job may run
   * @param strategy how nodes were preferred
   * @param mode over how many nodes was planned
   * @param placements how many agents have a place
   * @param nodes names of the nodes that run any of them
   */
  record Plan(String policy, String strategy, String mode, int placements, List<String> nodes) {
    public Plan {
      nodes = List.copyOf(nodes);
    }
  }
}
