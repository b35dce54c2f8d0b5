package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** Records the membership of the cluster in the records of nodes. Blocking; thread-safe. */
public record MembershipLog(NodeStore book, NodeRegistry nodes) {
  /** Time for an announced node to restart. */
  private static final long JOINING_MS = 60_000;

  /**
   * Removes the node from the cluster: nothing is placed there any more. Writes nothing for an
   * unknown node.
   */
  public void disconnect(String node) {
    boolean isKnown =
        Answers.await(book.read(node)).updatedAt() != null
            || Answers.await(KnownNodes.of(nodes)).has(node);
    if (isKnown) {
      change(node, MembershipLog::out);
    }
  }

  private static NodeState out(NodeState before) {
    return before
        .disconnected(true)
        .with(NodeCondition.DISCONNECTED, false, "operator requested disconnect");
  }

  /** The node has agreed to join. Other decisions about it stay. */
  public void announce(String node) {
    change(
        node,
        before ->
            before.operatorDisconnect() || before.status() == NodeCondition.HEALTHY
                ? before.disconnected(false).with(NodeCondition.JOINING, true, null)
                : before);
  }

  /** The node is there: readmits it if it was removed or announced. */
  public void readmit(String node) {
    change(node, MembershipLog::back);
  }

  /** The same, no longer removed. */
  static NodeState back(NodeState before) {
    return arrived(before.disconnected(false), before.operatorDisconnect());
  }

  /**
   * An announced node has arrived.
   *
   * @param wasOut whether an operator had removed it
   */
  static NodeState arrived(NodeState before, boolean wasOut) {
    return wasOut || before.status() == NodeCondition.JOINING
        ? before.with(NodeCondition.HEALTHY, true, null)
        : before;
  }

  /** Whether it was announced and may still arrive. */
  static boolean isComing(NodeState state, long now) {
    return state.status() == NodeCondition.JOINING
        && state.updatedAt() != null
        && now - Instant.parse(state.updatedAt()).toEpochMilli() < JOINING_MS;
  }

  private void change(String node, UnaryOperator<NodeState> next) {
    Answers.await(book.change(node, next));
  }
}
