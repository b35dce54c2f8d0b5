package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.wire.Redaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of configurations in reports: without secrets, and shortened. */
final class RedactedValue {
  static final String HIDDEN = "[redacted]";
  private static final int LONGEST = 2000;
  private static final int MOST = 20;
  private static final String CUT = "…";

  private static final Pattern CREDENTIALS = Pattern.compile("(://)[^/?#\\s@]*@");
  private static final Pattern PARAMETER =
      Pattern.compile("([?&;])([^=&;#\\s]{1,100})=([^&;#\\s]*)");

  private RedactedValue() {}

  /**
   * @param path of the value, whose names may mark it as secret
   * @return JSON as lists, maps, texts, numbers and booleans
   */
  static Object of(List<String> path, JsonNode value) {
    boolean isSecret = path.stream().anyMatch(Redaction::isSecret);
    return of(isSecret, value);
  }

  private static Object of(boolean isSecret, JsonNode value) {
    if (value.isArray()) {
      List<Object> shown = new ArrayList<>();
      for (JsonNode one : value) {
        if (shown.size() == MOST) {
          break;
        }
        shown.add(of(isSecret, one));
      }
      return shown;
    }
    if (value.isObject()) {
      Map<String, Object> shown = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> one : value.properties()) {
        if (shown.size() == MOST) {
          break;
        }
        shown.put(one.getKey(), of(isSecret || Redaction.isSecret(one.getKey()), one.getValue()));
      }
      return shown;
    }
    if (value.isNumber()) {
      return value.numberValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    return isSecret ? HIDDEN : text(value.asText());
  }

  /** For untrusted text. */
  static String text(String text) {
    String shown = Redaction.of(TextNode.valueOf(text)).textValue();
    String plain = CREDENTIALS.matcher(shown).replaceAll("$1");
    String quiet =
        PARAMETER
            .matcher(plain)
            .replaceAll(
                found ->
                    Matcher.quoteReplacement(
                        Redaction.isSecret(found.group(2))
                            ? found.group(1) + found.group(2) + "=" + HIDDEN
                            : found.group()));
    return quiet.length() <= LONGEST ? quiet : quiet.substring(0, LONGEST) + CUT;
  }
}
