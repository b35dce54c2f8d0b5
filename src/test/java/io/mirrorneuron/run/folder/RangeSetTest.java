package io.mirrorneuron.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RangeSetTest {
  @Test
  void holdsWhatASetWouldHold() {
    Random random = new Random(7);
    RangeSet numbers = new RangeSet();
    Set<Long> set = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      long number = random.nextInt(500);
      numbers.add(number);
      set.add(number);
      assertThat(numbers.count()).isEqualTo(set.size());
    }
    for (long number = -1; number <= 500; number++) {
      assertThat(numbers.has(number)).isEqualTo(set.contains(number));
    }
  }

  @Test
  void tellsUnbrokenSequences() {
    RangeSet numbers = new RangeSet();
    List.of(1L, 3L, 2L, 7L, Long.MAX_VALUE - 1).forEach(numbers::add);
    List<Long> bounds = new ArrayList<>();
    numbers.forEachBound(bounds::add);
    assertThat(bounds).containsExactly(1L, 4L, 7L, 8L, Long.MAX_VALUE - 1, Long.MAX_VALUE);
  }
}
