package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.Maintenance;
import io.mirrorneuron.port.node.NodeCondition;
import io.mirrorneuron.port.node.NodeState;

/** What orders make of the state of a node. */
final class NodeOrders {
  private NodeOrders() {}

  /**
   * @throws MnException PRECONDITION when its operator has taken the node out
   */
  static void requireMember(NodeState node) {
    if (node.operatorDisconnect()) {
      throw MnException.precondition(
          "node %s was taken out of the cluster; add it again first".formatted(node.node()));
    }
  }

  static NodeState maintained(NodeState before, boolean enabled, String reason, String now) {
    if (before.drain().isOpen()) {
      throw MnException.precondition(
          "node %s is being drained; end that first (undrain)".formatted(before.node()));
    }
    requireMember(before);
    return before
        .with(enabled ? NodeCondition.MAINTENANCE : NodeCondition.HEALTHY, !enabled, reason)
        .with(new Maintenance(enabled, reason, now, enabled ? null : now));
  }

  static NodeState undrained(NodeState before, boolean markEligible, String reason, String now) {
    requireMember(before);
    boolean takesWork = before.status() == NodeCondition.HEALTHY && !before.drain().isOpen();
    if (takesWork) {
      return before; // there is nothing to end
    }
    NodeState after =
        markEligible
            ? before
                .with(NodeCondition.HEALTHY, true, reason)
                .with(before.maintenance().ended(reason, now))
            : before.with(NodeCondition.MAINTENANCE, false, reason);
    return before.drain().isOpen() ? after.with(before.drain().cancelled(now)) : after;
  }

  /**
   * What the end of a drain leaves to know, for people; null for nothing.
   *
   * @param wasDrained whether there was a drain to end
   */
  static String remains(NodeState after, boolean wasDrained) {
    String none = wasDrained ? "" : "no drain was under way";
    String kept =
        after.status() == NodeCondition.MAINTENANCE
            ? "node %s is in maintenance and takes no work until that is ended (mn node maintenance %s --disable)"
                .formatted(after.node(), after.node())
            : "";
    String both = none.isEmpty() || kept.isEmpty() ? none + kept : none + "; " + kept;
    return both.isEmpty() ? null : both;
  }
}
