package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollsTest {
  private long now = 1_000;
  private final Polls polls = new Polls(() -> now);

  @Test
  void aFirstLookIsAnsweredAtOnce() {
    assertThat(polls.patience("a")).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000, 2_300, 20_000})
  void whoAsksAgainAfterAFewMillisecondsWaitsForTheEnd(long micros) {
    polls.answered("a");
    pass(micros);

    assertThat(polls.patience("a")).isEqualTo(Polls.PATIENCE);
    assertThat(polls.patience("another")).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 999, 20_001, 1_000_000})
  void whoReadsWithoutAPauseOrNowAndThenIsAnsweredAtOnce(long micros) {
    polls.answered("a");
    pass(micros);

    assertThat(polls.patience("a")).isZero();
  }

  @Test
  void thePauseBeginsWithTheLastAnswer() {
    polls.answered("a");
    pass(30_000);
    polls.answered("a");
    pass(2_000);

    assertThat(polls.patience("a")).isEqualTo(Polls.PATIENCE);
  }

  private void pass(long micros) {
    now += Duration.ofNanos(micros * 1000).toNanos();
  }
}
