package io.mirrorneuron.runtime.exec.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.process.CappedBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoredTextTest {

  @Test
  void secretsAreReplacedLongestFirst() {
    var stored =
        new StoredText(Map.of("API_TOKEN", "abcdefgh", "DB_PASSWORD", "abcdefgh-more"), 1000);

    assertThat(stored.of(bytes("x abcdefgh-more y abcdefgh z")))
        .isEqualTo("x [REDACTED] y [REDACTED] z");
  }

  @Test
  void secretsOfSeveralLinesAreHiddenLineByLineAndAsJson() {
    var stored =
        new StoredText(
            Map.of("SIGNING_KEY", "--begin--\nline-of-key\n", "A_TOKEN", "with\"quote"), 9999);

    assertThat(stored.hidden("pw --begin--\n  line-of-key"))
        .isEqualTo("pw [REDACTED]\n  [REDACTED]");
    assertThat(stored.hidden("{\"k\": \"--begin--\\nline-of-key\\n\"}"))
        .isEqualTo("{\"k\": \"[REDACTED]\"}");
    assertThat(stored.hidden("\"with\\\"quote\"")).isEqualTo("\"[REDACTED]\"");
  }

  @Test
  void shortValuesCountsOfTokensAndIdempotencyKeysAreNoSecrets() {
    var stored =
        new StoredText(
            Map.of(
                "A_KEY",
                "1",
                "TOKEN_COUNT",
                "123456789",
                "MN_WORKFLOW_IDEMPOTENCY_KEY",
                "run:step:1:m",
                "NAME",
                "harmless-value"),
            1000);
    String text = "1 123456789 run:step:1:m harmless-value";

    assertThat(stored.of(bytes(text))).isEqualTo(text);
  }

  @Test
  void secretsOfDigitsAreHiddenAsWholeNumbers() {
    var stored =
        new StoredText(Map.of("DB_PASSWORD", "12345678"), List.of("87654321987", "1.10.2030"), 99);

    assertThat(stored.of(bytes("12345678 123456789 87654321987, 1.10.2030")))
        .isEqualTo("[REDACTED] 123456789 [REDACTED], [REDACTED]");
  }

  @Test
  void longTextIsCutBetweenCharactersAndSaysSo() {
    var stored = new StoredText(Map.of(), 5);

    assertThat(stored.of(bytes("12345"))).isEqualTo("12345");
    assertThat(stored.of(bytes("ééé"))).isEqualTo("éé\n[output truncated: 4 of 6 bytes kept]");
  }

  @Test
  void aSecretAcrossTheCutDoesNotShow() {
    var stored = new StoredText(Map.of("A_SECRET", "abcdefghij"), 8);

    assertThat(stored.of(bytes("1234abcdefghij"))).startsWith("1234[RED").doesNotContain("abcd");
  }

  @Test
  void bytesThatAreNoTextBecomeReplacementCharacters() {
    var bytes = new CappedBytes(10);
    bytes.append(ByteBuffer.wrap(new byte[] {'a', (byte) 0xff, 'b'}));

    assertThat(new StoredText(Map.of(), 100).of(bytes)).isEqualTo("a\uFFFDb");
  }

  private static CappedBytes bytes(String text) {
    var bytes = new CappedBytes(1000);
    bytes.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    return bytes;
  }
}
