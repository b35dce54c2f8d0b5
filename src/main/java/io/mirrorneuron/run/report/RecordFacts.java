package io.mirrorneuron.run.report;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;

/**
 * The short facts of a record: its plain members, and those of the few objects in it that tell of
 * errors and tokens. Everything else is skipped unread, so a record of 64 KiB costs no more than
 * its bytes.
 */
record RecordFacts(ObjectNode facts) {
  private static final int LONGEST_TEXT = 300;
  private static final int DEEPEST = 4;
  private static final Set<String> LOOKED_INTO =
      Set.of("payload", "error", "details", "usage", "token_usage", "tokens", "llm", "llm_usage");

  /** Null when the line is no JSON object. */
  static RecordFacts at(byte[] line) {
    try (JsonParser parser = Json.MAPPER.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      return new RecordFacts(object(parser, 0));
    } catch (IOException e) {
      return null;
    }
  }

  private static ObjectNode object(JsonParser parser, int depth) throws IOException {
    ObjectNode facts = Json.object();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      switch (parser.nextToken()) {
        case START_OBJECT -> {
          if (depth < DEEPEST && LOOKED_INTO.contains(name)) {
            facts.set(name, object(parser, depth + 1));
          } else {
            parser.skipChildren();
          }
        }
        case START_ARRAY -> parser.skipChildren();
        case VALUE_STRING -> {
          if (parser.getTextLength() <= LONGEST_TEXT) {
            facts.put(name, parser.getText());
          }
        }
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> facts.put(name, parser.getDoubleValue());
        case VALUE_TRUE, VALUE_FALSE -> facts.put(name, parser.getBooleanValue());
        default -> {}
      }
    }
    return facts;
  }

  /** Relayed events have their members in {@code payload}, others at top level. */
  JsonNode get(String member) {
    JsonNode own = facts.path(member);
    return own.isMissingNode() ? payload().path(member) : own;
  }

  String text(String member) {
    return get(member).asText("");
  }

  /** How long what it tells of has taken, in milliseconds; null when it does not say. */
  Long durationMs() {
    JsonNode duration = facts.path("duration_ms");
    return duration.isNumber() ? (Long) duration.asLong() : null;
  }

  /** An empty node when there is none. */
  JsonNode payload() {
    return facts.path("payload");
  }

  Instant time() {
    return Records.time(facts);
  }

  /** The first text at one of the places, given as {@code /a/b}; empty when none has one. */
  String first(String... pointers) {
    for (String pointer : pointers) {
      JsonNode found = facts.at(pointer);
      if (!(found instanceof MissingNode) && !found.asText().isEmpty()) {
        return found.asText();
      }
    }
    return "";
  }
}
