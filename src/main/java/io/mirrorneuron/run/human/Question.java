package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a request asks, as a program wrote it.
 *
 * @param payload all that is shown to people
 * @param askedAt null when the record has no time
 * @param blueprintId null when the record names none
 * @param shownSha256 SHA-256 of the canonical JSON of the payload, hex
 */
record Question(ObjectNode payload, Instant askedAt, String blueprintId, String shownSha256) {
  /** Ten years; longer time limits are ignored. */
  private static final double MAX_SECONDS = 315_360_000;

  static Question of(HumanRecord record) {
    ObjectNode payload =
        record.line().payload() instanceof ObjectNode shown ? shown : Json.object();
    return new Question(
        payload, record.time(), record.line().blueprintId(), sha256(Json.canonical(payload)));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean shows(Question other) {
    return other != null && shownSha256.equals(other.shownSha256);
  }

  /** Null when the program gave no words. */
  String prompt() {
    return Stream.of("prompt", "title", "message")
        .map(member -> payload.path(member).asText(""))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse(null);
  }

  /** Empty when any decision will do. */
  List<String> allowedDecisions() {
    return Json.elements(payload.path("allowed_decisions"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .toList();
  }

  /** The JSON Schema that an answer must fit, or null. */
  ObjectNode form() {
    return Stream.of("form", "schema")
        .map(payload::get)
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .findFirst()
        .orElse(null);
  }

  /** When the time limit ends; null without one. */
  Instant dueAt() {
    if (payload.has("due_at")) {
      return Records.time(payload.get("due_at").asText(""));
    }
    double seconds = payload.path("timeout_seconds").asDouble(-1);
    if (askedAt == null || !(seconds >= 0 && seconds <= MAX_SECONDS)) {
      return null;
    }
    try {
      return askedAt.plus(Duration.ofMillis(Math.round(seconds * 1000)));
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** The answer when nobody gave one in time, or null. */
  ObjectNode defaultAnswer() {
    return switch (payload.get("default")) {
      case ObjectNode whole -> whole.deepCopy();
      case JsonNode word when word.isValueNode() && !word.isNull() ->
          Json.object().put("decision", word.asText());
      case null, default -> null;
    };
  }

  /** How many different people must approve. */
  int approvalsRequired() {
    int named = payload.path("approvals_required").asInt(0);
    return Math.max(named, payload.path("four_eyes").asBoolean(false) ? 2 : 1);
  }
}
