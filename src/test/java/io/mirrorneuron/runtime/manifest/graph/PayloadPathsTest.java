package io.mirrorneuron.runtime.manifest.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadPathsTest {

  @ParameterizedTest
  @CsvSource({"a,a", "a/b.txt,a/b.txt", "./a//b/,a/b", "a..b/...,a..b/...", ".hidden,.hidden"})
  void safePathsAreMadeCanonical(String path, String canonical) {
    assertThat(PayloadPaths.requireSafe(path)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "./.", "/", "/a", "//a", "..", "a/..", "a/../b", "../a", "a\\b", "..\\a", "C:",
        "c:/x", "C:x", "a\0b"
      })
  void pathsThatMayEscapeAreRefused(String path) {
    MnException failure =
        catchThrowableOfType(MnException.class, () -> PayloadPaths.requireSafe(path));
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(failure.getMessage())
        .startsWith("payload path must be relative and stay inside payloads/: \"");
  }

  @Test
  void theErrorQuotesThePath() {
    assertThat(catchThrowableOfType(MnException.class, () -> PayloadPaths.requireSafe("../x")))
        .hasMessage("payload path must be relative and stay inside payloads/: \"../x\"");
  }

  @Test
  void allFilesOfABundleFitBelowOneFolder() {
    PayloadPaths.requireStorable(List.of("a", "b/a", "b/c/a", "a.b"));
    assertThatThrownBy(() -> PayloadPaths.requireStorable(List.of("a", "a/b", "./a")))
        .isInstanceOf(MnException.class)
        .hasMessage(
            "payload path \"a\" is a file, so \"a/b\" cannot lie below it; payload path is there"
                + " twice: \"a\"");
    assertThatThrownBy(() -> PayloadPaths.requireStorable(List.of("x".repeat(300))))
        .hasMessageStartingWith("payload file name has more than 255 bytes: xxx");
    assertThatThrownBy(() -> PayloadPaths.requireStorable(List.of("x/".repeat(2000) + "x")))
        .hasMessageStartingWith("payload path has more than 2048 bytes: x/x");
  }
}
