package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.area.jobs.JobsVerticle.Polls;
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
  void whoHasAskedForLongWaitsLonger() {
    polls.answered("a");
    pass(4_000);
    answerAfter(96_000);
    assertThat(polls.patience("a")).isEqualTo(Polls.PATIENCE.plusMillis(25));

    answerAfter(296_000);
    assertThat(polls.patience("a")).isEqualTo(Polls.PATIENCE.plusMillis(100));

    answerAfter(3_000_000);
    assertThat(polls.patience("a")).isEqualTo(Polls.LONGEST);
  }

  @Test
  void aPauseEndsTheRowOfLooks() {
    polls.answered("a");
    pass(4_000);
    answerAfter(400_000);
    pass(30_000);
    assertThat(polls.patience("a")).isZero();
    polls.answered("a");
    pass(4_000);

    assertThat(polls.patience("a")).isEqualTo(Polls.PATIENCE);
  }

  /** A look 4 ms after the last answer, answered after so long; then it is 4 ms later. */
  private void answerAfter(long micros) {
    polls.patience("a");
    pass(micros);
    polls.answered("a");
    pass(4_000);
  }

  @Test
  void thePauseBeginsWithTheLastAnswer() {
    polls.answered("a");
    pass(30_000);
    assertThat(polls.patience("a")).isZero();
    polls.answered("a");
    pass(2_000);

    assertThat(polls.patience("a")).isEqualTo(Polls.PATIENCE);
  }

  private void pass(long micros) {
    now += Duration.ofNanos(micros * 1000).toNanos();
  }
}
