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
 * The node of each agent, or why no node can ever take it.
 *
 * @param placements in the order of the requests
 * @param refusals of agents that fit no node
 */
public record PlacementPlan(List<Placed> placements, List<Unplaced> refusals) {
  /** Limit of nodes in a sentence. */
  private static final int MOST_TOLD = 5;

  public PlacementPlan {
    placements = List.copyOf(placements);
    refusals = List.copyOf(refusals);
  }

  /** Names of the nodes that get an agent, each once. */
  public List<String> nodes() {
    return placements.stream().map(Placed::node).distinct().toList();
  }

  /** Availability of an agent's resources at a node. */
  public enum Room {
    /** Free for all agents of the job together. */
    NOW("fits now"),
    /** Free, but the agents of the job take turns. */
    TURNS("takes turns with other agents of the job"),
    /** A port is in use, perhaps by a process outside this runtime. */
    PORT("waits: a port that it asks for is in use"),
    /** In use. */
    LATER("waits until others give back what they have"),
    /** Beyond the limits of the node. */
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
   * @param source the original of a copy, for jobs that run on each node; else null
   * @param amounts allocated to its program
   * @param devices its devices if no other program came
   * @param score 0 to 1; the highest among nodes with equal availability
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
   * An agent that fits no node.
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
