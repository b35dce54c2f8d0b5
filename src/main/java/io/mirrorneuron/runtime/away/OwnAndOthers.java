package io.mirrorneuron.runtime.away;

import io.mirrorneuron.port.node.PeerPrograms;
import java.io.InputStream;

/** Reaches other nodes, and this one, whose own guests may be those of its own jobs by now. */
record OwnAndOthers(Cluster cluster) implements PeerPrograms {
  @Override
  public Talk open(Peer peer, Opening opening, byte[] record) {
    return peer.owner().equals(cluster.owner())
        ? new OwnTalk(cluster.guests().open(opening, record))
        : cluster.peers().open(peer, opening, record);
  }

  @Override
  public byte[] describe(Peer peer) {
    return cluster.peers().describe(peer);
  }

  @Override
  public InputStream bundle(Peer peer, String fingerprint) {
    return cluster.peers().bundle(peer, fingerprint);
  }
}
