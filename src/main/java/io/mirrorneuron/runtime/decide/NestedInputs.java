package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.Blob;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;

/**
 * Bounds what an executor's payload carries along. Each payload holds the body it was made from as
 * {@code input}, that one the body before it, and so on: in a long chain or a loop that would grow
 * without end, past what can be written as JSON. The nearest bodies stay; what lies deeper is
 * replaced by {@code {type: blob_ref, sha256, size_bytes, truncated: true, reason}}, of the JSON
 * text that is not there.
 */
public final class NestedInputs {
  private static final int MAX_LEVELS = 64;

  /** Characters of program output that the levels may hold together, twice stored each. */
  private static final long MAX_TEXT = 2L * 1024 * 1024;

  private NestedInputs() {}

  /** The body itself when it is within the limits, else a copy that is. */
  public static JsonNode bounded(JsonNode body) {
    int levels = 0;
    long text = 0;
    JsonNode level = body;
    JsonNode sandbox;
    while ((sandbox = level.path("sandbox")).isObject() && level.has("input")) {
      text += outputLength(sandbox);
      if (levels > 0 && (levels == MAX_LEVELS || text > MAX_TEXT)) {
        return cut(body, levels);
      }
      levels++;
      level = level.get("input");
    }
    return body;
  }

  private static JsonNode cut(JsonNode body, int levels) {
    if (levels == 0) {
      return marker(body);
    }
    ObjectNode copy = Json.object().setAll((ObjectNode) body);
    copy.set("input", cut(body.get("input"), levels - 1));
    return copy;
  }

  private static ObjectNode marker(JsonNode left) {
    String text = Json.write(left);
    ObjectNode marker = Json.object().put("type", "blob_ref").put("sha256", Blob.fingerprint(text));
    marker.put("size_bytes", text.getBytes(StandardCharsets.UTF_8).length).put("truncated", true);
    return marker.put("reason", "inputs further back are left out of this message");
  }

  private static long outputLength(JsonNode sandbox) {
    return (long) sandbox.path("stdout").asText().length()
        + sandbox.path("stderr").asText().length();
  }
}
