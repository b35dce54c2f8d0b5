package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdleMemoryReleaseTest {
  private static final long MIB = 1 << 20;

  private long collections;
  private long used = 400 * MIB;
  private int collected;
  private final IdleMemoryRelease heap =
      new IdleMemoryRelease(
          () -> collections,
          () -> used,
          () -> {
            collected++;
            collections++;
            used = 90 * MIB;
          });

  @Test
  void whatABusyTimeLeftGoesOnce() {
    heap.look();
    assertThat(collected).isZero();
    heap.look();
    assertThat(collected).isEqualTo(1);
    used += 20 * MIB; // heartbeats
    heap.look();
    heap.look();
    assertThat(collected).isEqualTo(1);
  }

  @Test
  void aBusyServerIsLeftAlone() {
    for (int i = 0; i < 100; i++) {
      collections++;
      heap.look();
    }
    assertThat(collected).isZero();
  }
}
