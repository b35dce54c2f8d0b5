package io.mirrorneuron.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIdTest {
  @Test
  void aRunWithoutANameOfItsOwnLeadsBackToItsJob() {
    assertThat(RunId.of("g-1")).isEqualTo("run-g-1");
    assertThat(RunId.job("run-g-1")).contains("g-1");
    assertThat(RunId.job("nightly")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".mn", "a/b", "-a", "a b", "a\n"})
  void whatIsNoSafeNameOfAFolderIsNoRunId(String text) {
    assertThat(RunId.isRunId(text)).isFalse();
  }

  @Test
  void aRunIdHasAtMost220Characters() {
    assertThat(RunId.isRunId("a".repeat(220))).isTrue();
    assertThat(RunId.isRunId("a".repeat(221))).isFalse();
  }
}
