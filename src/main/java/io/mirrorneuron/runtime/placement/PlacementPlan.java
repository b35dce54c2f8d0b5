package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.Placement.Missing;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where each agent of a job goes, or why no node will ever take it.
 *
 * @param placements in the order of the requests
 * @param refusals of those that fit no node
 */
public record PlacementPlan(List<Placed> placements, List<Unplaced> refusals) {
  /** Who reads of a hundred nodes knows that there is none. */
  private static final int MOST_TOLD = 5;

  public PlacementPlan {
    placements = List.copyOf(placements);
    refusals = List.copyOf(refusals);
  }

  /** Names of the nodes that get any agent, each once. */
  public List<String> nodes() {
    return placements.stream().map(Placed::node).distinct().toList();
  }

  /** What an agent finds at the node. */
  public enum Room {
    /** It is free, also beside the other agents of the job. */
    NOW("fits now"),
    /** It is free, and the agents of the job take turns with it. */
    TURNS("takes turns with other agents of the job"),
    /** A port has another user, which may be no program of ours. */
    PORT("waits: a port that it asks for is in use"),
    /** Others have it. */
    LATER("waits until others give back what they have"),
    /** The limits of the node do not leave it. */
    LIMITED("waits until the limits of the node are raised");

    private final String words;

    Room(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /**
   * One agent and its node.
   *
   * @param source the agent that this is a copy of, for jobs that run on each node; else null
   * @param amounts what its program is given
   * @param devices those that it would get if nobody else came
   * @param score 0 to 1; the highest of the nodes that have equal room
   * @param reasons for people
   */
  public record Placed(
      PlacementRequest request,
      String source,
      String node,
      Amounts amounts,
      List<NodeDevice> devices,
      Room room,
      double score,
      List<String> reasons) {
    public Placed {
      devices = List.copyOf(devices);
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * One agent that fits nowhere.
   *
   * @param lacks by node
   */
  public record Unplaced(String agentId, Map<String, List<Missing>> lacks) {
    public Unplaced {
      lacks = Collections.unmodifiableMap(new LinkedHashMap<>(lacks));
    }

    /** For people. */
    public String sentence() {
      if (lacks.size() == 1) {
        return "agent %s asks for %s"
            .formatted(agentId, joined("; for ", lacks.values().iterator().next()));
      }
      String nodes =
          lacks.entrySet().stream()
              .limit(MOST_TOLD)
              .map(node -> node.getKey() + ": " + joined("; ", node.getValue()))
              .collect(Collectors.joining(" | "));
      String more = lacks.size() > MOST_TOLD ? " | and %d more".formatted(more()) : "";
      return lacks.isEmpty()
          ? "agent %s finds no node".formatted(agentId)
          : "agent %s fits none of %d nodes. %s%s".formatted(agentId, lacks.size(), nodes, more);
    }

    private static String joined(String between, List<Missing> missing) {
      return missing.stream().map(Missing::words).collect(Collectors.joining(between));
    }

    private int more() {
      return lacks.size() - MOST_TOLD;
    }
  }
}
