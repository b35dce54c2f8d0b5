package io.mirrorneuron.runtime.workflow;

/**
 * What holds for an agent, or for all of a workflow.
 *
 * @param whenMoving what holds of restarts in a job that moves its agents to other nodes
 */
public record AgentPolicies(
    RestartPolicy restart,
    RestartPolicy reschedule,
    Backpressure backpressure,
    Scheduling scheduling,
    Restarting whenMoving) {
  AgentPolicies moving() {
    return new AgentPolicies(
        whenMoving.restart(), whenMoving.reschedule(), backpressure, scheduling, whenMoving);
  }
}
