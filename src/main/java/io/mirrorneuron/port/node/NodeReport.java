package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeMaintenance.Maintenance;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import java.util.Objects;

/**
 * A node's status as shown to callers.
 *
 * @param nodeState for an unknown node, {@code reason} names the known nodes
 */
public record NodeReport(
    String node,
    NodeCondition status,
    boolean schedulingEligible,
    DrainState drain,
    Maintenance maintenance,
    NodeState nodeState) {
  /** Error code: no such node. */
  public static final String NOT_FOUND = "node_not_found";

  public static NodeReport of(NodeState state) {
    return new NodeReport(
        state.node(),
        state.status(),
        state.schedulingEligible(),
        state.drain(),
        state.maintenance(),
        state);
  }

  /** Whether the node was never seen and has no stored decisions. */
  @JsonIgnore
  public boolean isMissing() {
    return status == NodeCondition.UNKNOWN && nodeState.updatedAt() == null;
  }

  /** Whether it is alive and belongs to the cluster. */
  @JsonIgnore
  public boolean isThere() {
    return switch (status) {
      case HEALTHY, MAINTENANCE, DRAINING, QUARANTINED -> true;
      case JOINING, DISCONNECTED, OFFLINE, UNKNOWN -> false;
    };
  }

  /**
   * @throws MnException NOT_FOUND when there is no such node; names the known nodes
   */
  public NodeReport orNotFound() {
    if (isMissing()) {
      throw new MnException(ErrorCode.NOT_FOUND, NOT_FOUND, missing());
    }
    return this;
  }

  /** The sentence for an unknown node. */
  public String missing() {
    return Objects.requireNonNullElse(nodeState.reason(), "there is no node " + node);
  }
}
