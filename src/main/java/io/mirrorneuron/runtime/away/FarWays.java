package io.mirrorneuron.runtime.away;

import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.store.ElsewhereIndex;

/**
 * What all share that follow programs on other nodes.
 *
 * @param owner this node as the owner of jobs
 * @param index is asked before what may have been begun elsewhere is begun again
 */
record FarWays(
    String owner, KnownPeers nodes, PeerPrograms peers, ElsewhereIndex index, FarClock clock) {

  /** Milliseconds since the epoch. */
  interface FarClock {
    long now();
  }
}
