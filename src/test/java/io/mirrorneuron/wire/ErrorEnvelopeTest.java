package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorEnvelopeTest {
  private static final String SECRET = "hunter2";

  private static ObjectNode error(String message) {
    ObjectNode error = Json.object().put("schema_version", "mn.error.v1").put("code", "a.b");
    error.put("desc", "it failed").putObject("details").put("message", message);
    return error.put("severity", "ERROR");
  }

  private static int bytes(JsonNode json) {
    return Json.write(json).getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  void anErrorWithinTheLimitsStaysAsItIs() {
    ObjectNode error = error("a short story");
    error.withObject("/details").put("attempt", 2).put("retryable", false);
    error.putArray("links").addObject().put("rel", "errors");

    assertThat(ErrorEnvelope.bounded(error)).isEqualTo(error);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "雨", "😀"})
  void textsAreCutBetweenCharacters(String character) {
    ObjectNode error = error(character.repeat(5000));
    error.put("code", character.repeat(500)).put("desc", character.repeat(500));
    error.put("remediation", character.repeat(2000));

    ObjectNode bounded = ErrorEnvelope.bounded(error);

    assertThat(bounded.path("code").asText().length()).isBetween(127, 128);
    assertThat(bounded.path("desc").asText().length()).isBetween(159, 160);
    assertThat(bounded.path("remediation").asText().length()).isBetween(1023, 1024);
    String message = bounded.at("/details/message").asText();
    assertThat(message.getBytes(StandardCharsets.UTF_8).length).isBetween(2044, 2048);
    for (String text :
        new String[] {message, bounded.path("code").asText(), bounded.path("desc").asText()}) {
      assertThat(text.replace(character, "")).isEqualTo("…");
    }
  }

  @Test
  void aLongValueIsShownByItsBeginning() {
    ObjectNode error = error("m");
    error.withObject("/details").put("stderr", "y".repeat(3000));

    JsonNode shown = ErrorEnvelope.bounded(error).at("/details/stderr");

    assertThat(shown.path("truncated").asBoolean()).isTrue();
    assertThat(shown.path("chars").asInt()).isEqualTo(3000);
    assertThat(shown.path("preview").asText()).startsWith("yyy").hasSize(256);
  }

  @Test
  void aListHasTwentyFiveEntriesAtMost() {
    ObjectNode error = error("m");
    ArrayNode list = error.withObject("/details").putArray("agents");
    for (int i = 0; i < 30; i++) {
      list.add(i);
    }

    JsonNode shown = ErrorEnvelope.bounded(error).at("/details/agents");

    assertThat(shown).hasSize(25);
    assertThat(shown.get(24).asInt()).isEqualTo(24);
  }

  @Test
  void detailsThatAreTooMuchGiveWayToTheMessage() {
    ObjectNode error = error("the story");
    for (int i = 0; i < 20; i++) {
      error.withObject("/details").put("part" + i, "z".repeat(2000));
    }

    ObjectNode bounded = ErrorEnvelope.bounded(error);

    assertThat(bounded.path("details"))
        .isEqualTo(Json.object().put("message", "the story").put("truncated", true));
    assertThat(bounded.path("code").asText()).isEqualTo("a.b");
  }

  @Test
  void limitsComeAfterRedaction() {
    ObjectNode error = error("m");
    error.withObject("/details").put("api_token", SECRET.repeat(1000));

    assertThat(ErrorEnvelope.bounded(error).at("/details/api_token").asText())
        .isEqualTo(Redaction.REDACTED);
  }

  @Test
  void theDescriptionIsTheFirstLine() {
    assertThat(ErrorEnvelope.desc("one\ntwo")).isEqualTo("one");
    assertThat(ErrorEnvelope.desc("")).isEmpty();
    assertThat(ErrorEnvelope.desc("w".repeat(200))).hasSize(160).endsWith("…");
  }

  /** Whatever a program writes as an error: the repetition is the seed. */
  @RepeatedTest(300)
  void anyObjectComesOutBoundedWithoutSecretsAndStable(RepetitionInfo run) {
    Random random = new Random(run.getCurrentRepetition());
    ObjectNode error = object(random, 4);
    ObjectNode before = error.deepCopy();

    ObjectNode bounded = ErrorEnvelope.bounded(error);

    assertThat(bytes(bounded)).isLessThanOrEqualTo(ErrorEnvelope.MAX_BYTES);
    assertThat(Json.write(bounded)).doesNotContain(SECRET);
    assertThat(ErrorEnvelope.bounded(bounded)).isEqualTo(bounded);
    assertThat(error).isEqualTo(before);
  }

  private static final String[] NAMES = {
    "code", "desc", "details", "message", "remediation", "links", "severity", "event_id", "n"
  };

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = Json.object();
    int members = random.nextInt(12);
    for (int i = 0; i < members; i++) {
      String name = NAMES[random.nextInt(NAMES.length)] + (random.nextInt(3) == 0 ? i : "");
      object.set(name, value(random, depth - 1));
    }
    if (random.nextBoolean()) {
      object.put("my_password", SECRET);
    }
    if (random.nextInt(20) == 0) {
      object.put("long name ".repeat(2000), 1);
    }
    return object;
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> Json.MAPPER.getNodeFactory().numberNode(random.nextInt());
      case 1 -> Json.MAPPER.getNodeFactory().booleanNode(random.nextBoolean());
      case 2 -> Json.MAPPER.getNodeFactory().textNode("😀\"é\u0001".repeat(random.nextInt(1500)));
      case 3 -> Json.MAPPER.getNodeFactory().textNode("short");
      case 4 -> object(random, depth);
      default -> {
        ArrayNode list = Json.MAPPER.createArrayNode();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
          list.add(value(random, depth - 1));
        }
        yield list;
      }
    };
  }
}
