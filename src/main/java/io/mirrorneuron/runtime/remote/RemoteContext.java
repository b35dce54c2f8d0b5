package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.store.ElsewhereIndex;

/**
 * What all share that follow programs on other nodes.
 *
 * @param owner this node as the owner of jobs
 * @param index is asked before what may have been begun elsewhere is begun again
 */
record RemoteContext(
    String owner, KnownPeers nodes, PeerPrograms peers, ElsewhereIndex index, RemoteClock clock) {

  /** Milliseconds since the epoch. */
  interface RemoteClock {
    long now();
  }
}
