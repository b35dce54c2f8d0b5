package io.mirrorneuron.port;

import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeUpkeep;

/** The nodes of a runtime and what they can carry. Blocking and thread-safe. */
public interface ClusterPort extends ClusterView {

  /** Which of them take work. */
  NodeUpkeep upkeep();

  /** Which nodes there are. */
  NodeMembers members();
}
