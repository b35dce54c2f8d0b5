package io.mirrorneuron.store;

import static io.mirrorneuron.store.ResourceLimits.Resource.CPU;
import static io.mirrorneuron.store.ResourceLimits.Resource.DISK;
import static io.mirrorneuron.store.ResourceLimits.Resource.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.ResourceLimits.Resource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every store of limits promises. */
interface ResourceLimitsContract {
  /** One in which nothing is set. */
  ResourceLimits limits();

  @Test
  default void whatWasNeverSetIsAbsent() {
    assertThat(limits().load()).isEmpty();
  }

  @Test
  default void aChangeLeavesTheOthersAsTheyAre() {
    ResourceLimits limits = limits();
    limits.merge(Map.of(CPU, 50, MEMORY, 80));
    limits.merge(Map.of(MEMORY, 0, DISK, 100));

    assertThat(limits.load()).isEqualTo(Map.of(CPU, 50, MEMORY, 0, DISK, 100));
  }

  @Test
  default void whatWasLoadedDoesNotChange() {
    ResourceLimits limits = limits();
    limits.merge(Map.of(CPU, 50));
    Map<Resource, Integer> before = limits.load();
    limits.merge(Map.of(CPU, 60));

    assertThat(before).isEqualTo(Map.of(CPU, 50));
  }
}
