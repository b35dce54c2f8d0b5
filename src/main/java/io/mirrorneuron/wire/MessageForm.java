package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * The two forms of a message. The full form is {@code {envelope, headers, body, artifacts, stream,
 * body_encoding}}. In the flat form the members of the envelope stand at top level, and the body is
 * {@code body}, else {@code payload}, else all remaining members. Pure.
 */
public final class MessageForm {
  private static final String ENVELOPE = "envelope";

  /** Members of the envelope; a flat message may not use them for its own content. */
  private static final Set<String> RESERVED =
      Set.of(
          "spec_version",
          "message_id",
          "job_id",
          "from",
          "to",
          "type",
          "class",
          "timestamp",
          "correlation_id",
          "causation_id",
          "attempt",
          "priority",
          "ttl_ms",
          "content_type",
          "content_encoding");

  /** Parts beside envelope and body. */
  private static final List<String> PARTS =
      List.of("headers", "artifacts", "stream", "body_encoding");

  private MessageForm() {}

  /** Whether {@code payload} is a message in either form, rather than a mere body. */
  public static boolean isMessage(JsonNode payload) {
    return payload.isObject()
        && (payload.path(ENVELOPE).isObject()
            || payload.properties().stream().anyMatch(part -> RESERVED.contains(part.getKey())));
  }

  /**
   * The message in full form. Missing parts are absent, except the body, which is then {@code {}};
   * null members count as absent. The argument is not changed; the result shares its parts.
   */
  public static ObjectNode full(ObjectNode message) {
    return message.path(ENVELOPE) instanceof ObjectNode envelope
        ? assembled(message, envelope.deepCopy(), true)
        : assembled(message, Json.object(), false);
  }

  /** The message in full form with this id, unless it has one. */
  public static ObjectNode named(ObjectNode message, String id) {
    ObjectNode full = full(message);
    ObjectNode envelope = full.withObject("/envelope");
    if (!envelope.has("message_id")) {
      envelope.put("message_id", id);
    }
    return full;
  }

  /**
   * @param whole whether the envelope was written in full, so that stray members are no body
   */
  private static ObjectNode assembled(ObjectNode message, ObjectNode envelope, boolean whole) {
    ObjectNode full = Json.object();
    full.set(ENVELOPE, envelope);
    ObjectNode rest = Json.object();
    for (var member : message.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (!whole && RESERVED.contains(name)) {
        envelope.set(name, value);
      } else if (PARTS.contains(name)) {
        full.set(name, value);
      } else if (!whole) {
        rest.set(name, value);
      }
    }
    full.set("body", message.has("body") ? message.get("body") : body(message, rest));
    removeNulls(envelope);
    PARTS.stream().filter(part -> full.path(part).isNull()).forEach(full::remove);
    return full;
  }

  private static JsonNode body(ObjectNode message, ObjectNode rest) {
    return message.has("payload") ? message.get("payload") : rest;
  }

  private static void removeNulls(ObjectNode envelope) {
    envelope.properties().removeIf(member -> member.getValue().isNull());
  }
}
