package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.NodeRegistry.Described;
import io.mirrorneuron.wire.cluster.NodeRecord;
import io.mirrorneuron.wire.cluster.OtherNode;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the store knows of the other nodes. A node that never saw one reads nothing. */
final class OtherNodes implements Supplier<List<OtherNode>> {
  private final NodeRegistry nodes;
  private final String owner;
  private final BooleanSupplier seesOthers;
  private volatile boolean sawOthers;

  /**
   * @param owner this node, among those that told of themselves
   * @param seesOthers whether the last heartbeat was told of others
   */
  OtherNodes(NodeRegistry nodes, String owner, BooleanSupplier seesOthers) {
    this.nodes = nodes;
    this.owner = owner;
    this.seesOthers = seesOthers;
  }

  @Override
  public List<OtherNode> get() {
    sawOthers |= seesOthers.getAsBoolean();
    return sawOthers ? others() : List.of();
  }

  /** Whether lists tell that the node lives; it has been seen on the store, or was told to come. */
  boolean tellOf(String node) {
    sawOthers = true;
    return Answers.await(nodes.described()).stream()
        .anyMatch(other -> other.lives() && NodeRegistry.nameOf(other.owner()).equals(node));
  }

  private List<OtherNode> others() {
    return Answers.await(nodes.described()).stream()
        .filter(other -> !other.owner().equals(owner))
        .map(other -> new OtherNode(record(other), other.lives()))
        .toList();
  }

  private static NodeRecord record(Described other) {
    return other.record().isEmpty()
        ? NodeRecord.untold(NodeRegistry.nameOf(other.owner()))
        : NodeRecord.read(other.record());
  }
}
