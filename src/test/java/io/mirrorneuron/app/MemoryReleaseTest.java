package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.app.App.MemoryRelease;
import org.junit.jupiter.api.Test;

class MemoryReleaseTest {
  private static final long MIB = 1 << 20;

  private long collections;
  private long used = 90 * MIB;
  private int collected;
  private final MemoryRelease heap =
      new MemoryRelease(
          () -> collections,
          () -> used,
          () -> {
            collected++;
            collections++;
            used = 90 * MIB;
          });

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      heap.look();
    }
  }

  @Test
  void whatABusyTimeLeftGoesOnce() {
    look(3);
    assertThat(collected).isZero();
    look(1);
    assertThat(collected).isEqualTo(1);
    used += 20 * MIB; // heartbeats
    look(10);
    assertThat(collected).isEqualTo(1);
  }

  @Test
  void aBusyServerIsLeftAloneWhileItsHeapIsSmall() {
    for (int i = 0; i < 100; i++) {
      collections++;
      heap.look();
    }
    assertThat(collected).isZero();
  }

  @Test
  void theHeapOfABusyServerGrowsOnlyByAsMuchAsItHolds() {
    used = 130 * MIB;
    heap.look();
    assertThat(collected).isEqualTo(1);
    for (int i = 0; i < 100; i++) {
      collections++;
      used += 4 * MIB;
      heap.look();
    }
    assertThat(collected).isEqualTo(1 + 100 / 33);
  }
}
