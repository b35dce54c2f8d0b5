package io.mirrorneuron.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a mailbox counts as after each change is what its whole history says. */
class MailboxPressureTest {
  private static final int WALKS = 5_000;
  private static final int STEPS = 60;

  /** Looks back: full and high ever since; or high, and not once calm since; or neither. */
  private static MailboxPressure oracle(List<Integer> depths, Backpressure limits) {
    for (int i = depths.size() - 1; i >= 0 && isHigh(depths.get(i), limits); i--) {
      if (depths.get(i) >= limits.maxQueueDepth()) {
        return MailboxPressure.SATURATED;
      }
    }
    for (int i = depths.size() - 1; i >= 0 && !isCalm(depths.get(i), limits); i--) {
      if (isHigh(depths.get(i), limits)) {
        return MailboxPressure.PRESSURED;
      }
    }
    return MailboxPressure.NORMAL;
  }

  private static boolean isHigh(int depth, Backpressure limits) {
    return depth >= limits.highWatermark();
  }

  private static boolean isCalm(int depth, Backpressure limits) {
    return depth < Math.max(1, limits.lowWatermark()) && !isHigh(depth, limits);
  }

  private static Backpressure limits(Random random) {
    int most = 1 + random.nextInt(12);
    int high = random.nextInt(most + 1);
    return new Backpressure(most, high, random.nextInt(high + 1), 250);
  }

  @Test
  void pressureIsWhatItsHistorySays() {
    Random random = new Random(5);
    int[] seen = new int[MailboxPressure.values().length];
    for (int walk = 0; walk < WALKS; walk++) {
      Backpressure limits = limits(random);
      List<Integer> depths = new ArrayList<>();
      MailboxPressure pressure = MailboxPressure.NORMAL;
      int depth = 0;
      for (int step = 0; step < STEPS; step++) {
        int change = random.nextInt(8) == 0 ? random.nextInt(21) - 10 : random.nextInt(3) - 1;
        depth = Math.max(0, depth + change);
        depths.add(depth);
        pressure = pressure.next(depth, limits);
        seen[pressure.ordinal()]++;
        assertThat(pressure)
            .as("walk %d, %s after %s", walk, limits, depths)
            .isEqualTo(oracle(depths, limits));
      }
    }
    assertThat(IntStream.of(seen).min().orElseThrow())
        .as("times that the rarest occurs")
        .isGreaterThan(WALKS);
  }
}
