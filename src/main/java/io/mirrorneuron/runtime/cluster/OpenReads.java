package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.port.node.NodeReads;

/** Data that other nodes may read here, once the areas serve. Thread-safe. */
public final class OpenReads implements NodeReads {
  private volatile NodeReads areas = NONE;

  public void open(NodeReads reads) {
    areas = reads;
  }

  @Override
  public byte[] read(String area, String operation, String call, boolean isFile) {
    return areas.read(area, operation, call, isFile);
  }
}
