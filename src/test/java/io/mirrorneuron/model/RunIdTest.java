package io.mirrorneuron.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource({
    "demo_bp, demo_bp-20260620T100000123456Z",
    ".-x, x-20260620T100000123456Z",
    "__, run-20260620T100000123456Z"
  })
  void aLaunchWithoutARunIdIsNamedByBlueprintAndMoment(String blueprint, String run) {
    String id = RunId.launched(blueprint, Instant.parse("2026-06-20T10:00:00.123456789Z"));
    assertThat(id).isEqualTo(run);
    assertThat(RunId.isRunId(id)).isTrue();
  }

  @Test
  void theLongestBlueprintHasRuns() {
    assertThat(RunId.isRunId(RunId.launched("b".repeat(160), Instant.EPOCH))).isTrue();
  }
}
