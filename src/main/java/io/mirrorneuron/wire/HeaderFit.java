package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Shortens texts and reports to what fits the headers of a gRPC answer. All sizes are bytes of a
 * percent-encoded header value.
 */
final class HeaderFit {
  /** Header lists end at 8 KiB in common clients; message and report together stay below. */
  static final int MESSAGE_BYTES = 4096;

  static final int REPORT_BYTES = 2048;

  private HeaderFit() {}

  /**
   * The report, or a copy that fits: without the items that a reader misses least, marked {@code
   * truncated}; its verdict and counts stay.
   */
  static JsonNode report(JsonNode report, int maxBytes) {
    if (!(report instanceof ObjectNode object) || fits(object, maxBytes)) {
      return report;
    }
    ObjectNode copy = object.deepCopy();
    copy.put("truncated", true);
    copy.remove(List.of("results", "warnings"));
    for (String detail : List.of("debug", "actual")) {
      if (!fits(copy, maxBytes)) {
        Json.elements(copy.path("issues"))
            .filter(ObjectNode.class::isInstance)
            .forEach(issue -> ((ObjectNode) issue).remove(detail));
      }
    }
    for (String list : List.of("errors", "issues")) {
      while (!fits(copy, maxBytes)
          && copy.get(list) instanceof ArrayNode items
          && !items.isEmpty()) {
        int keep = items.size() / 2;
        while (items.size() > keep) {
          items.remove(items.size() - 1);
        }
      }
    }
    return copy;
  }

  private static boolean fits(JsonNode report, int maxBytes) {
    return encodedLength(Json.write(report)) <= maxBytes;
  }

  /** The text, or its beginning with an ellipsis. */
  static String text(String text, int maxBytes) {
    int end = 0;
    int bytes = 0;
    while (end < text.length()) {
      int point = text.codePointAt(end);
      int chars = Character.charCount(point);
      bytes += encodedLength(text.substring(end, end + chars));
      if (bytes > maxBytes) {
        return text.substring(0, end) + "…";
      }
      end += chars;
    }
    return text;
  }

  /** Length as a header value, where everything but the plainest characters takes three bytes. */
  private static int encodedLength(String text) {
    int length = 0;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          b >= '0' && b <= '9'
              || b >= 'A' && b <= 'Z'
              || b >= 'a' && b <= 'z'
              || b == '-'
              || b == '_'
              || b == '.';
      length += plain ? 1 : 3;
    }
    return length;
  }
}
