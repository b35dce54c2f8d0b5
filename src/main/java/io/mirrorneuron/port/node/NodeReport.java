package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.NodeUpkeep.Maintenance;
import java.util.Objects;

/**
 * A node as who asks for it is told.
 *
 * @param nodeState of a node that nobody has heard of: {@code reason} names those that there are
 */
public record NodeReport(
    String node,
    NodeCondition status,
    boolean schedulingEligible,
    DrainState drain,
    Maintenance maintenance,
    NodeState nodeState) {
  /** The machine word of the failure that there is no such node. */
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

  /** Whether nobody has heard of it, nor decided anything of it. */
  @JsonIgnore
  public boolean isMissing() {
    return status == NodeCondition.UNKNOWN && nodeState.updatedAt() == null;
  }

  /** Whether it lives and belongs to the cluster. */
  @JsonIgnore
  public boolean isThere() {
    return switch (status) {
      case HEALTHY, MAINTENANCE, DRAINING, QUARANTINED -> true;
      case JOINING, DISCONNECTED, OFFLINE, UNKNOWN -> false;
    };
  }

  /**
   * This report.
   *
   * @throws MnException NOT_FOUND when there is no such node; names those that there are
   */
  public NodeReport orNotFound() {
    if (isMissing()) {
      throw new MnException(ErrorCode.NOT_FOUND, NOT_FOUND, missing());
    }
    return this;
  }

  /** That there is no such node, for people. */
  public String missing() {
    return Objects.requireNonNullElse(nodeState.reason(), "there is no node " + node);
  }
}
