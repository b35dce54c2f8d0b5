package io.mirrorneuron.store;

import io.mirrorneuron.store.bundle.BundleIndex;
import io.mirrorneuron.testing.InMemoryBundleIndex;
import io.mirrorneuron.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;

/** The double that tests without Redis use keeps the same promises. */
class InMemoryBundleIndexTest implements BundleIndexContract {
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-06-20T10:00:00Z"));
  private final BundleIndex index = new InMemoryBundleIndex(clock);

  @Override
  public BundleIndex index() {
    return index;
  }

  @Override
  public void later() {
    clock.turn(Duration.ofMillis(1));
  }
}
