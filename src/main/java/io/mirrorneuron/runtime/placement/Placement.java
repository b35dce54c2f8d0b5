package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.List;
import java.util.Locale;

/**
 * Port: chooses nodes for the agents of a job. Pure: equal questions have equal answers, in
 * whichever order the nodes come.
 */
public interface Placement {

  /**
   * Each agent is given what it asks for only while its program runs, so it fits a node that has as
   * much in all, whatever others want of it.
   *
   * @param nodes with different names
   * @param requests each with the strategy that holds for it
   */
  PlacementPlan plan(List<Machine> nodes, List<PlacementRequest> requests);

  /**
   * The same for a job of which every node runs a copy: of each agent one for each node that may
   * take it, called {@code agent@node}.
   */
  PlacementPlan planEach(List<Machine> nodes, List<PlacementRequest> requests);

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

  /**
   * Something that a node will never have.
   *
   * @param members of the agent's node in a manifest, in all spellings, one of which asks for it
   * @param mentions a text that the right one has in it; empty when any has
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
