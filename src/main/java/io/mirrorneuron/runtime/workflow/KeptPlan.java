package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import java.util.List;

/**
 * Where the agents of a job run, as it was decided, and as the job's state has it: what does not
 * follow from the manifest. The first agents of a job with thousands are enough for who looks.
 *
 * @param node that has the job
 * @param madeAt milliseconds since the epoch
 * @param runtimeDriver what runs programs there unless they ask for another; null when nothing does
 * @param places in manifest order
 */
public record KeptPlan(String node, long madeAt, String runtimeDriver, List<Place> places) {
  /** As many as compact lists of the original have; the state and details stay small. */
  public static final int MOST_PLACES = 50;

  public KeptPlan {
    places = places == null ? List.of() : List.copyOf(places);
  }

  /**
   * One agent and its node.
   *
   * @param source the agent that this is a copy of, where each node runs one; else null
   * @param devices those that it gets if nobody else comes
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

    /** As the manifest calls it. */
    public String declared() {
      return source == null ? agentId : source;
    }
  }
}
