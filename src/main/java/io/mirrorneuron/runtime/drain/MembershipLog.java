package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** Notes which nodes belong to the cluster, in the records of nodes. Blocking; thread-safe. */
public record MembershipLog(NodeStore book, NodeRegistry nodes) {
  /** So long a node that was announced may take to begin anew. */
  private static final long JOINING_MS = 60_000;

  /**
   * Takes the node out of the cluster: nothing is placed there any more. Of a node that nobody
   * knows nothing is noted.
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

  /** The node has agreed to come. What is decided of it besides stays. */
  public void announce(String node) {
    change(
        node,
        before ->
            before.operatorDisconnect() || before.status() == NodeCondition.HEALTHY
                ? before.disconnected(false).with(NodeCondition.JOINING, true, null)
                : before);
  }

  /** The node is there: lets it in, when it was taken out before or announced. */
  public void readmit(String node) {
    change(node, MembershipLog::back);
  }

  /** The same, taken out no more. */
  static NodeState back(NodeState before) {
    return arrived(before.disconnected(false), before.operatorDisconnect());
  }

  /**
   * One that was announced is there.
   *
   * @param wasOut whether its operator had taken it out
   */
  static NodeState arrived(NodeState before, boolean wasOut) {
    return wasOut || before.status() == NodeCondition.JOINING
        ? before.with(NodeCondition.HEALTHY, true, null)
        : before;
  }

  /** Whether it was announced and may still come. */
  static boolean isComing(NodeState state, long now) {
    return state.status() == NodeCondition.JOINING
        && state.updatedAt() != null
        && now - Instant.parse(state.updatedAt()).toEpochMilli() < JOINING_MS;
  }

  private void change(String node, UnaryOperator<NodeState> next) {
    Answers.await(book.change(node, next));
  }
}
