package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.List;
import java.util.Locale;

/**
 * An agent that looks for a node.
 *
 * @param agentType in lower case
 */
public record PlacementRequest(String agentId, String agentType, Wish wish) {

  /**
   * What it looks for; many agents of a job have the same.
   *
   * @param pool whose slots its program takes; null when it runs none
   */
  public record Wish(ResourceRequest request, Scheduling scheduling, String pool, int slots) {}

  /** Those of a job, in manifest order. */
  public static List<PlacementRequest> of(Workflow workflow) {
    return of(workflow, Integer.MAX_VALUE);
  }

  /** The first of them. Their places do not depend on those that follow. */
  public static List<PlacementRequest> of(Workflow workflow, int most) {
    return workflow.agents().values().stream().limit(most).map(PlacementRequest::of).toList();
  }

  private static PlacementRequest of(Agent agent) {
    boolean runs = agent.type() == AgentType.EXECUTOR;
    return new PlacementRequest(
        agent.id(),
        agent.type().name().toLowerCase(Locale.ROOT),
        new Wish(
            agent.request(),
            agent.policies().scheduling(),
            runs ? agent.settings().pool() : null,
            runs ? agent.settings().slots() : 0));
  }
}
