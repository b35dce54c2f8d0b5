package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.port.node.PeerReads;

/** Data that other nodes may read here, once the areas serve. Thread-safe. */
public final class DeferredReads implements PeerReads {
  private volatile PeerReads areas = NONE;

  public void open(PeerReads reads) {
    areas = reads;
  }

  @Override
  public byte[] read(String area, String operation, String call, boolean isFile) {
    return areas.read(area, operation, call, isFile);
  }
}
