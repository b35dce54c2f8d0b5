package io.mirrorneuron.runtime.exec.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StderrCollectorTest {
  private static final Map<String, String> SECRETS = Map.of("API_TOKEN", "sesame-0123456789");

  /** More than is stored, so that a secret across the cut is seen whole. */
  private final StderrCollector stderr = new StderrCollector(9000, lines -> {});

  private final StoredText form = new StoredText(SECRETS, 1000);

  private void print(String text) {
    stderr.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aShortOneIsKeptWhole() {
    print("one\ntw");
    print("o sesame-0123456789\n");

    assertThat(stderr.end()).isEqualTo("one\ntwo sesame-0123456789\n");
    assertThat(stderr.stored(form)).isEqualTo("one\ntwo [REDACTED]\n");
  }

  @Test
  void ofALongOneTheBeginningAndTheEndAreKept() {
    for (int i = 0; i < 5000; i++) {
      print("line " + i + " sesame-0123456789\n");
    }

    assertThat(stderr.end()).startsWith("line ").endsWith("line 4999 sesame-0123456789\n");
    assertThat(stderr.end().length()).isBetween(16_000, 16_384);
    assertThat(stderr.stored(form))
        .startsWith("line 0 [REDACTED]\n")
        .contains("[output truncated: ", "[and its end]\nline 4980 ")
        .endsWith("line 4999 [REDACTED]")
        .doesNotContain("sesame");
  }

  @Test
  void aPieceThatIsLongerThanWhatIsKeptCountsByItsEnd() {
    print("x".repeat(20_000) + "\nlast\n");

    assertThat(stderr.end()).isEqualTo("last\n");
  }
}
