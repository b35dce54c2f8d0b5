package io.mirrorneuron.port;

import io.mirrorneuron.testing.FakeCluster;

class FakeClusterTest implements ClusterPortContract {
  private final FakeCluster cluster = new FakeCluster();

  @Override
  public ClusterPort cluster() {
    return cluster;
  }
}
