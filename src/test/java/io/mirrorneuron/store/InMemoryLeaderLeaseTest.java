package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryLeaderLease;

class InMemoryLeaderLeaseTest implements LeaderLeaseContract {
  private long now = 1_000;
  private final LeaderLease lease = new InMemoryLeaderLease(() -> now);

  @Override
  public LeaderLease lease() {
    return lease;
  }

  @Override
  public void pass(long millis) {
    now += millis;
  }
}
