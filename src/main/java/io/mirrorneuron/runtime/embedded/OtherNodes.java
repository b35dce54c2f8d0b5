package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.NodeRegistry.Described;
import io.mirrorneuron.wire.NodeRecord;
import io.mirrorneuron.wire.OtherNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the store knows of the other nodes. A node that never saw one reads nothing. */
final class OtherNodes implements Supplier<List<OtherNode>> {
  private final NodeRegistry nodes;
  private final String owner;
  private final BooleanSupplier hasMet;
  private volatile boolean isToldOf;

  /**
   * @param owner this node, among those that told of themselves
   * @param hasMet whether any heartbeat was told of others
   */
  OtherNodes(NodeRegistry nodes, String owner, BooleanSupplier hasMet) {
    this.nodes = nodes;
    this.owner = owner;
    this.hasMet = hasMet;
  }

  @Override
  public List<OtherNode> get() {
    return isToldOf || hasMet.getAsBoolean() ? others() : List.of();
  }

  /** Whether lists tell that the node lives; it has been seen on the store, or was told to come. */
  boolean tellOf(String node) {
    isToldOf = true;
    return Answers.await(nodes.described()).stream()
        .anyMatch(other -> other.lives() && NodeRegistry.nameOf(other.owner()).equals(node));
  }

  /**
   * One of each name but that of this node: a server that came back with a new home stands for the
   * one that it was before.
   */
  private List<OtherNode> others() {
    Map<String, Described> byName = new LinkedHashMap<>();
    for (Described other : Answers.await(nodes.described())) { // the dead in the order of death
      byName.merge(
          NodeRegistry.nameOf(other.owner()),
          other,
          (before, later) -> before.lives() ? before : later);
    }
    byName.remove(NodeRegistry.nameOf(owner));
    return byName.values().stream()
        .map(other -> new OtherNode(record(other), other.lives()))
        .toList();
  }

  private static NodeRecord record(Described other) {
    return other.record().isEmpty()
        ? NodeRecord.untold(NodeRegistry.nameOf(other.owner()))
        : NodeRecord.read(other.record());
  }
}
