package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Applies the limits of error objects {@code mn.error.v1}: hides secrets, then cuts texts, lists
 * and the whole to size. Pure and idempotent.
 */
public final class ErrorEnvelope {
  /** Bytes of the whole object as JSON. */
  public static final int MAX_BYTES = 16 * 1024;

  private static final int CODE_CHARS = 128;
  private static final int DESC_CHARS = 160;
  private static final int MESSAGE_BYTES = 2048;
  private static final int REMEDIATION_CHARS = 1024;
  private static final int LIST_ENTRIES = 25;
  private static final int VALUE_CHARS = 2048;
  private static final int PREVIEW_CHARS = 256;
  private static final String DETAILS = "details";
  private static final String MESSAGE = "message";

  /** Short members that stay when all others are dropped. */
  private static final Set<String> CORE =
      Set.of(
          "schema_version",
          "code",
          "desc",
          DETAILS,
          "severity",
          "occurred_at",
          "event_id",
          "trace_id",
          "span_id",
          "remediation");

  private ErrorEnvelope() {}

  /** One sentence for {@code desc}: the first line of the message, cut to size. */
  public static String desc(String message) {
    return cutChars(message.lines().findFirst().orElse(""), DESC_CHARS);
  }

  /** A copy of the error within its limits. */
  public static ObjectNode bounded(ObjectNode error) {
    ObjectNode bounded = Json.object();
    for (var member : Redaction.of(error).properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      bounded.set(
          name,
          switch (name) {
            case "code" -> cut(value, CODE_CHARS);
            case "desc" -> cut(value, DESC_CHARS);
            case "remediation" -> cut(value, REMEDIATION_CHARS);
            case DETAILS -> value instanceof ObjectNode details ? details(details) : shown(value);
            default -> shown(value);
          });
    }
    return fits(bounded) ? bounded : shrunk(bounded);
  }

  private static ObjectNode details(ObjectNode details) {
    ObjectNode bounded = Json.object();
    for (var member : details.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      bounded.set(
          name,
          name.equals(MESSAGE) && value.isTextual()
              ? TextNode.valueOf(cutBytes(value.asText(), MESSAGE_BYTES))
              : shown(value));
    }
    return bounded;
  }

  /** Drops the details first, then all members outside the core. */
  private static ObjectNode shrunk(ObjectNode error) {
    ObjectNode details = Json.object();
    JsonNode message = error.path(DETAILS).path(MESSAGE);
    if (message.isTextual()) {
      details.set(MESSAGE, message);
    }
    error.set(DETAILS, details.put("truncated", true));
    if (fits(error)) {
      return error;
    }
    error.retain(CORE);
    for (String name : CORE) {
      JsonNode value = error.path(name);
      if (value.isContainerNode() && !name.equals(DETAILS)) {
        error.remove(name);
      } else if (value.isTextual() && !name.equals("remediation")) {
        error.set(name, cut(value, DESC_CHARS));
      }
    }
    return error;
  }

  /** Cuts long texts and lists to their beginning. */
  private static JsonNode shown(JsonNode value) {
    return switch (value) {
      case TextNode text when text.asText().length() > VALUE_CHARS -> {
        ObjectNode preview = Json.object().put("truncated", true);
        preview.put("chars", text.asText().length());
        yield preview.put("preview", cutChars(text.asText(), PREVIEW_CHARS));
      }
      case ArrayNode list -> {
        ArrayNode first = Json.MAPPER.createArrayNode();
        for (int i = 0; i < Math.min(list.size(), LIST_ENTRIES); i++) {
          first.add(shown(list.get(i)));
        }
        yield first;
      }
      case ObjectNode object -> {
        ObjectNode bounded = Json.object();
        object.properties().forEach(part -> bounded.set(part.getKey(), shown(part.getValue())));
        yield bounded;
      }
      default -> value;
    };
  }

  private static JsonNode cut(JsonNode value, int chars) {
    return value.isTextual() ? TextNode.valueOf(cutChars(value.asText(), chars)) : shown(value);
  }

  /**
   * At most so many characters; a cut text ends with an ellipsis and never within a surrogate pair.
   */
  private static String cutChars(String text, int chars) {
    return text.length() <= chars ? text : text.substring(0, boundary(text, chars - 1)) + "…";
  }

  private static String cutBytes(String text, int bytes) {
    if (size(text) <= bytes) {
      return text;
    }
    int end = boundary(text, Math.min(text.length(), bytes));
    while (size(text.substring(0, end)) > bytes - size("…")) {
      end = boundary(text, end - 1);
    }
    return text.substring(0, end) + "…";
  }

  private static int boundary(String text, int end) {
    return end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
  }

  private static int size(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean fits(ObjectNode error) {
    return size(Json.write(error)) <= MAX_BYTES;
  }
}
