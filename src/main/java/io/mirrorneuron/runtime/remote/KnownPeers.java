package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.PeerPrograms.Peer;
import java.util.Optional;

/** What is known of nodes that have programs of this node's jobs. */
interface KnownPeers {
  /** Whether the node is taken for alive; while the store does not answer it is as it was. */
  boolean isLiving(String node);

  /** Where a living node is reached; empty when it is dead or has told nobody. */
  Optional<Peer> peer(String node);

  /**
   * It could not be reached: it gets no programs for a while.
   *
   * @param why for people
   */
  void avoid(String node, String why);
}
