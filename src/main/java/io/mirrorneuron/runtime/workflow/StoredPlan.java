package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import java.util.List;

/**
 * Where the agents of a job run, as decided and stored with the job's state. Of a job with
 * thousands of agents only the first ones are kept.
 *
 * @param node that has the job
 * @param madeAt milliseconds since the epoch
 * @param runtimeDriver default runner of programs there; null when there is none
 * @param places in manifest order
 */
public record StoredPlan(String node, long madeAt, String runtimeDriver, List<Place> places) {
  /** As many as compact lists of the original have; state and details stay small. */
  public static final int MOST_PLACES = 50;

  public StoredPlan {
    places = places == null ? List.of() : List.copyOf(places);
  }

  /**
   * An agent and its node.
   *
   * @param source the agent that this is a copy of, where each node runs a copy; else null
   * @param devices that it gets if they are still free
   * @param score 0 to 1: how well the node fits the strategy
   * @param reasons for people
   */
  @JsonInclude(Include.NON_EMPTY)
  public record Place(
      String agentId,
      String source,
      String node,
      List<Allocation.Device> devices,
      double score,
      List<String> reasons) {
    public Place {
      devices = devices == null ? List.of() : List.copyOf(devices);
      reasons = reasons == null ? List.of() : List.copyOf(reasons);
    }

    /** The agent's id in the manifest. */
    public String declared() {
      return source == null ? agentId : source;
    }
  }
}
