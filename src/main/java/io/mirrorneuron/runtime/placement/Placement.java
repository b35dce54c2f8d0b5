package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.List;
import java.util.Locale;

/** Port: chooses nodes for the agents of a job. Pure; the order of the nodes does not matter. */
public interface Placement {

  /**
   * An agent holds resources only while its program runs, so it fits a node with enough total
   * capacity, whatever is in use.
   *
   * @param nodes with different names
   * @param requests each with its effective strategy
   */
  PlacementPlan plan(List<Machine> nodes, List<PlacementRequest> requests);

  /**
   * The same for a job with a copy on every node: for each agent one copy, called {@code
   * agent@node}, on each node that may take it.
   */
  PlacementPlan planEach(List<Machine> nodes, List<PlacementRequest> requests);

  /**
   * An agent to be placed.
   *
   * @param agentType in lower case
   */
  public record PlacementRequest(String agentId, String agentType, Wish wish) {

    /**
     * The requests of an agent; many agents of a job share them.
     *
     * @param pool of its program's slots; null when it runs no program
     */
    public record Wish(ResourceRequest request, Scheduling scheduling, String pool, int slots) {}

    /** In manifest order. */
    public static List<PlacementRequest> of(Workflow workflow) {
      return of(workflow, Integer.MAX_VALUE);
    }

    /** The first {@code most} of them. Their places do not depend on the rest. */
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

  /**
   * A request that a node can never meet.
   *
   * @param members of the agent's node in a manifest, in all spellings; one of them makes the
   *     request
   * @param mentions a text that identifies the right member; empty when any will do
   * @param words a phrase that follows "agent X asks for"
   * @param help what to do, for people
   */
  public record Missing(List<String> members, String mentions, String words, String help) {
    public static final String LESS =
        "Run it where there is more, or ask for less in the manifest.";

    static Missing of(String words, String... members) {
      return new Missing(List.of(members), "", words, LESS);
    }

    Missing helping(String other) {
      return new Missing(members, mentions, words, other);
    }
  }
}
