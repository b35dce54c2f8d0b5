package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Refuses emitted messages that could not be read, so that the program that prints them fails, and
 * not the one that would receive them.
 */
final class EmitCheck {
  /** How a body may be packed. */
  static final Set<String> ENCODINGS = Set.of("identity", "gzip");

  private static final List<String> TEXTS =
      List.of("to", "type", "class", "content_type", "content_encoding", "body_base64");

  private final ObjectNode emit;
  private final String place;

  private EmitCheck(ObjectNode emit, int index) {
    this.emit = emit;
    this.place = "emit_messages[" + index + "].";
  }

  static void check(ObjectNode emit, int index) throws StdoutProtocol.Malformed {
    new EmitCheck(emit, index).check();
  }

  private void check() throws StdoutProtocol.Malformed {
    for (String member : TEXTS) {
      require(emit, member, JsonNodeType.STRING, "a string");
    }
    require(emit, "headers", JsonNodeType.OBJECT, "an object");
    require(emit, "artifacts", JsonNodeType.ARRAY, "a list");
    require(emit, "stream", JsonNodeType.OBJECT, "an object");
    String encoding = emit.path("content_encoding").asText("");
    if (!encoding.isEmpty() && !ENCODINGS.contains(encoding)) {
      throw new StdoutProtocol.Malformed(
          place + "content_encoding must be identity or gzip, not " + encoding);
    }
    if (emit.hasNonNull("body_base64")) {
      try {
        Base64.getDecoder().decode(emit.path("body_base64").textValue());
      } catch (IllegalArgumentException e) {
        throw new StdoutProtocol.Malformed(place + "body_base64 is not base64");
      }
    }
    checkStream(emit.path("stream"));
  }

  private void checkStream(JsonNode stream) throws StdoutProtocol.Malformed {
    require(stream, "stream_id", JsonNodeType.STRING, "a string");
    require(stream, "seq", JsonNodeType.NUMBER, "a number");
    for (String flag : List.of("open", "close", "eof")) {
      require(stream, flag, JsonNodeType.BOOLEAN, "true or false");
    }
  }

  private void require(JsonNode owner, String member, JsonNodeType type, String words)
      throws StdoutProtocol.Malformed {
    if (owner.hasNonNull(member) && owner.get(member).getNodeType() != type) {
      String path = owner == emit ? member : "stream." + member;
      throw new StdoutProtocol.Malformed(place + path + " must be " + words);
    }
  }
}
