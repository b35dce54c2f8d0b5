package io.mirrorneuron.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeedsTest {
  @Test
  void theyFollowEachOtherFromTheFirst() {
    List<Long> played = new ArrayList<>();
    Seeds seeds = Seeds.of(3);
    seeds.each(played::add);

    assertThat(played).hasSize(seeds.count()).isSorted().doesNotHaveDuplicates();
    assertThat(played.getFirst()).isEqualTo(Seeds.one());
    assertThat(played.getLast()).isEqualTo(Seeds.one() + seeds.count() - 1);
    assertThat(seeds.atLeast(seeds.count())).isTrue();
    assertThat(seeds.atLeast(seeds.count() + 1)).isFalse();
  }

  @Test
  void theFirstThatFailsIsToldWithHowToPlayItAgain() {
    IllegalStateException cause = new IllegalStateException("broken");

    assertThatThrownBy(
            () ->
                Seeds.of(3)
                    .each(
                        seed -> {
                          throw cause;
                        }))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "seed %1$d failed; replay with -Dtest=SeedsTest -Dseeds.first=%1$d -Dseeds.count=1"
                .formatted(Seeds.one()))
        .hasCause(cause);
  }

  @Test
  void aMistakeIsFoundByAnAssertionOnly() throws Exception {
    assertThat(Seeds.find(5, seed -> assertThat(seed).as("seed %d", seed).isLessThan(4)))
        .hasMessageContaining("seed 4");
    assertThatThrownBy(() -> Seeds.find(5, seed -> {})).hasMessage("none of 5 seeds finds it");
    assertThatThrownBy(
            () ->
                Seeds.find(
                    5,
                    seed -> {
                      throw new IllegalStateException("broken");
                    }))
        .isInstanceOf(IllegalStateException.class);
  }
}
