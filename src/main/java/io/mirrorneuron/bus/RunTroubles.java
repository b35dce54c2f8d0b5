package io.mirrorneuron.bus;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeMembers.NodeAddress;

/** Errors for runs on other nodes that cannot be read. */
final class RunTroubles {
  private static final long REACHED_AGAIN_MS = 3000;

  private RunTroubles() {}

  static MnException unknown(RunRoute.Question asked, NodeAddress node) {
    return new MnException(
            ErrorCode.UNAVAILABLE,
            "may_have_happened",
            "node %s, where run %s is, did not answer: what was asked of it may have happened; look at the run before you ask again"
                .formatted(node.name(), asked.runId()))
        .withRetryAfter(REACHED_AGAIN_MS);
  }

  static MnException unreached(RunRoute.Question asked, NodeAddress node, String why) {
    return new MnException(
            ErrorCode.UNAVAILABLE,
            RemoteReads.UNREACHED,
            "run %s is on node %s, which this one does not reach: %s"
                .formatted(asked.runId(), node.name(), why))
        .withRetryAfter(REACHED_AGAIN_MS);
  }

  static MnException gone(RunRoute.Question asked, NodeAddress node, Throwable cause) {
    return new MnException(
        ErrorCode.GONE,
        "node_gone",
        "node %s, where run %s was, is gone, and with it what only that node has; this can be read again when it is back"
            .formatted(node.name(), asked.runId()),
        null,
        cause);
  }
}
