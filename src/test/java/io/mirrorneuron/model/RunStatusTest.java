package io.mirrorneuron.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunStatusTest {
  @ParameterizedTest
  @CsvSource({
    "completed, completed",
    "complete, completed",
    "done, completed",
    "finished, completed",
    "succeeded, completed",
    "success, completed",
    "failed, failed",
    "failure, failed",
    "error, failed",
    "cancelled, cancelled",
    "canceled, cancelled"
  })
  void everySpellingOfAnEndIsOneWord(String spelled, String word) {
    assertThat(RunStatus.of(spelled).word()).isEqualTo(word);
    assertThat(RunStatus.of(spelled).isFinal()).isTrue();
    String shouted = spelled.toUpperCase(java.util.Locale.ROOT);
    assertThat(RunStatus.ofAnyCase(shouted).word()).isEqualTo(word);
    assertThat(RunStatus.of(shouted)).isEqualTo(new RunStatus(shouted));
  }

  @ParameterizedTest
  @CsvSource({"running", "paused", "waiting_for_human", "''"})
  void anyOtherWordGoesOnAndStaysAsItIs(String word) {
    assertThat(RunStatus.ofAnyCase(word)).isEqualTo(new RunStatus(word));
    assertThat(RunStatus.ofAnyCase(word).isFinal()).isFalse();
  }

  @Test
  void theFinalWordsAreCanonical() {
    assertThat(RunStatus.FINAL_WORDS)
        .allSatisfy(word -> assertThat(RunStatus.of(word).word()).isEqualTo(word));
  }
}
