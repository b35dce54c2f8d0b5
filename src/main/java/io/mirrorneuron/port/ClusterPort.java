package io.mirrorneuron.port;

import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMembers;

/** The nodes of a runtime and their capacity. Blocking. Thread-safe. */
public interface ClusterPort extends ClusterView {

  /** Maintenance, drains and take-over. */
  NodeMaintenance upkeep();

  /** Membership of nodes. */
  NodeMembers members();
}
