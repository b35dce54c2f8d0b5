package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import io.mirrorneuron.port.ClusterView;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * All nodes of one store: this one as it is now, the others by their last descriptions. A dead node
 * is shown as offline and adds no capacity; a removed node is left out.
 *
 * @param here this node alone; each of its answers is made anew
 * @param others may block
 * @param decided operator decisions by node name; may block
 */
public record AllNodes(
    ClusterView here,
    Supplier<List<OtherNode>> others,
    Supplier<Map<String, NodeState>> decided,
    NodeMaintenance upkeep,
    NodeMembers members)
    implements ClusterPort {
  @Override
  public ClusterSummary summary() {
    return in(here.summary());
  }

  @Override
  public ClusterSummary overview() {
    return in(here.overview());
  }

  private ClusterSummary in(ClusterSummary own) {
    DecidedNodes nodes = new DecidedNodes(decided.get());
    return nodes.in(OtherNode.in(own, nodes.without(others.get())));
  }

  @Override
  public CapacityReport resource() {
    return in(here.resource());
  }

  @Override
  public CapacityReport setResource(ObjectNode limits) {
    return in(here.setResource(limits));
  }

  private CapacityReport in(CapacityReport own) {
    DecidedNodes nodes = new DecidedNodes(decided.get());
    return nodes.in(OtherNode.in(own, nodes.without(others.get())));
  }

  /**
   * Applies decisions about nodes, which nodes do not report themselves.
   *
   * @param states of decided nodes by name
   */
  private record DecidedNodes(Map<String, NodeState> states) {
    /** Fields that nodes report. */
    private record NodeFields(
        String name, String status, boolean schedulingEligible, String reason) {}

    /** Leaves out removed nodes. */
    List<OtherNode> without(List<OtherNode> others) {
      return states.isEmpty()
          ? others
          : others.stream().filter(other -> !isOut(other.record().node())).toList();
    }

    private boolean isOut(JsonNode node) {
      NodeState state = state(node);
      return state != null && state.operatorDisconnect();
    }

    private NodeState state(JsonNode node) {
      return states.get(Objects.requireNonNullElse(reported(node).name(), ""));
    }

    private static NodeFields reported(JsonNode node) {
      return LenientJson.read(node, NodeFields.class);
    }

    /**
     * @param all changed by this call
     */
    ClusterSummary in(ClusterSummary all) {
      return decide(all.json()) ? ClusterForm.read(all.json()) : all;
    }

    /**
     * @param all changed by this call
     */
    CapacityReport in(CapacityReport all) {
      decide(all.json());
      return all;
    }

    private boolean decide(ObjectNode document) {
      boolean isAny = false;
      for (JsonNode node : document.withArray("nodes")) {
        NodeState state = state(node);
        if (state != null) {
          decide((ObjectNode) node, state);
          isAny = true;
        }
      }
      return isAny;
    }

    private static void decide(ObjectNode node, NodeState state) {
      NodeFields reported = reported(node);
      if (!NodeCondition.OFFLINE.word().equals(reported.status())) {
        node.put("status", state.status().word());
        node.put(
            "scheduling_eligible", reported.schedulingEligible() && state.schedulingEligible());
      }
      // Clients take any object for a drain in progress.
      node.set("drain", state.drain().isOpen() ? Json.MAPPER.valueToTree(state.drain()) : null);
      if (Boolean.TRUE.equals(state.maintenance().enabled())) {
        node.set("maintenance", Json.MAPPER.valueToTree(state.maintenance()));
      }
      boolean isOwn =
          reported.reason() != null && state.schedulingEligible(); // why it takes no work
      if (state.reason() != null && !isOwn) {
        node.put("reason", state.reason());
      }
    }
  }
}
