package io.mirrorneuron.runtime.cluster;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.testing.InMemoryResourceLimits;
import io.mirrorneuron.testing.TurnedClock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NodeLimitsTest {
  private final InMemoryResourceLimits stored = new InMemoryResourceLimits();
  private final AtomicInteger reported = new AtomicInteger();
  private final TurnedClock clock = new TurnedClock(Instant.EPOCH);
  private final NodeLimits limits = new NodeLimits(stored, clock);

  @Test
  void whatIsSetHereIsKnownAndToldAtOnce() {
    limits.onChange(reported::incrementAndGet);

    limits.merge(Map.of(Resource.CPU, 50));

    assertThat(limits.known()).isEqualTo(Map.of(Resource.CPU, 50));
    assertThat(reported).hasValue(1);
    limits.merge(Map.of(Resource.CPU, 50));
    assertThat(reported).as("nothing has changed").hasValue(1);
  }

  @Test
  void whatAnotherNodeSetsIsKnownWhenSomebodyAsksLater() {
    limits.onChange(reported::incrementAndGet);
    stored.merge(Map.of(Resource.GPU, 25));
    assertThat(limits.known()).isEmpty();

    clock.turn(NodeLimits.KEEP.plusMillis(1));

    eventually("it is read", () -> limits.known().equals(Map.of(Resource.GPU, 25)));
    eventually("it is told", () -> reported.get() == 1);
  }
}
