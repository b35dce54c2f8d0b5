package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretTextsTest {
  private final SecretTexts secrets =
      new SecretTexts(List.of("88776655", "-12345.678", "night-owl", "short"));

  @Test
  void numbersAreHiddenWhereTheyStandAlone() {
    assertThat(secrets.hide("pin 88776655. a88776655b short night-owls"))
        .isEqualTo("pin [REDACTED]. a[REDACTED]b short [REDACTED]s");
    assertThat(secrets.hide("1088776655999 0.88776655 188776655 887766550"))
        .isEqualTo("1088776655999 0.88776655 188776655 887766550");
  }

  @Test
  void jsonWithoutThemIsStillJson() throws Exception {
    String json =
        """
        {"a":88776655,"b": [88776655, 1 , -12345.678
        ], "c":"\\"x\\":88776655, [88776655]", "d": 88776655.0}""";

    assertThat(Json.parse(secrets.hide(json)))
        .isEqualTo(
            Json.parse(
                """
                {"a":"[REDACTED]","b":["[REDACTED]",1,"[REDACTED]"],
                 "c":"\\"x\\":[REDACTED], [[REDACTED]]","d":"[REDACTED]"}"""));
  }

  @Test
  void piecesAreHiddenAsTheWholeIs() {
    String text =
        "{\"é\":88776655,\"b\":\"night-owl 88776655\",\"c\":[1088776655,88776655]}9988776655";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int size = 1; size < bytes.length; size++) {
      SecretTexts.Pieces pieces = secrets.pieces();
      var shown = new ByteArrayOutputStream();
      for (int at = 0; at < bytes.length; at += size) {
        shown.writeBytes(
            pieces.next(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size))));
      }
      shown.writeBytes(pieces.next(new byte[0]));

      assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo(secrets.hide(text));
    }
  }

  @Test
  void numbersOfManifestsAreLookedForInDocuments() throws Exception {
    var manifest =
        (ObjectNode)
            Json.parse(
                """
                {"inputs": {"pin": {"schema": {"writeOnly": true}, "value": 88776655},
                  "tiny": {"schema": {"writeOnly": true}, "value": 1234567}}}""");
    var reported =
        (ObjectNode) Json.parse("{\"x\": 88776655, \"y\": \"is 88776655\", \"z\": 1234567}");

    MarkedSecrets marked = MarkedSecrets.of(manifest);

    assertThat(marked.texts()).containsExactly("88776655");
    assertThat(marked.hide(reported))
        .isEqualTo(Json.parse("{\"x\": \"[REDACTED]\", \"y\": \"is [REDACTED]\", \"z\": 1234567}"));
  }
}
