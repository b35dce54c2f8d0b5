package io.mirrorneuron.runtime.workflow;

import io.mirrorneuron.runtime.workflow.Workflow.RecoveryMode;
import java.util.List;
import java.util.Locale;

/**
 * How failures of nodes are met in a job: what its author asked for, and what that came to.
 *
 * @param requestedRecoveryPolicy {@code recovery_mode} of the manifest
 * @param effectiveRecoveryPolicy {@code cluster_recover} where its agents may move to other nodes
 * @param mode over how many nodes: {@code cluster} or {@code single_node}
 * @param degraded whether it is less than was asked for
 * @param reason why that is so; null where it is not
 * @param observedNodes names of the nodes that were known to live
 */
public record RecoveryStrategy(
    String requestedRecoveryPolicy,
    String effectiveRecoveryPolicy,
    String mode,
    boolean degraded,
    String reason,
    List<String> observedNodes) {
  public RecoveryStrategy {
    observedNodes = List.copyOf(observedNodes);
  }

  /**
   * @param moves whether agents may go to other nodes, as there were some when the job was made
   */
  public static RecoveryStrategy of(Workflow workflow, boolean moves, List<String> observedNodes) {
    RecoveryMode asked = workflow.recoveryMode();
    boolean isDegraded = asked == RecoveryMode.CLUSTER_RECOVER && !moves;
    return new RecoveryStrategy(
        asked.name().toLowerCase(Locale.ROOT),
        asked == RecoveryMode.MANUAL_RECOVER
            ? "manual_recover"
            : moves ? "cluster_recover" : "local_restart",
        moves ? "cluster" : "single_node",
        isDegraded,
        isDegraded ? "there was no second node to recover on" : null,
        observedNodes);
  }
}
