package io.mirrorneuron.port;

import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeUpkeep;

/** The nodes of a runtime and their capacity. Blocking. Thread-safe. */
public interface ClusterPort extends ClusterView {

  /** Maintenance, drains and take-over. */
  NodeUpkeep upkeep();

  /** Membership of nodes. */
  NodeMembers members();
}
