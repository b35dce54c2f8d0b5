package io.mirrorneuron.wire;

import static java.util.regex.Matcher.quoteReplacement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Hides values whose names mark them as secret. Numbers, booleans and counts of tokens are not
 * secret. Searches texts that are JSON themselves, as a whole or in some of their lines, as
 * programs print it; other texts stay unchanged. Pure; returns the argument itself when nothing is
 * hidden.
 */
public final class Redaction {
  /** Replaces a secret. */
  public static final String REDACTED = "[REDACTED]";

  private static final TextNode HIDDEN = TextNode.valueOf(REDACTED);

  /** Parts of names, without word separators: {@code apiKey}, {@code api_key}, {@code API-Key}. */
  private static final List<String> SECRET =
      List.of(
          "authorization",
          "cookie",
          "secret",
          "token",
          "password",
          "apikey",
          "privatekey",
          "credential");

  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+(\\.\\d+)?");

  /** A line that may be JSON. */
  private static final Pattern LINE =
      Pattern.compile("^[ \\t]*[\\[{].*[]}][ \\t\\r]*$", Pattern.MULTILINE);

  private Redaction() {}

  /** Whether a text of this name is secret. */
  public static boolean isSecret(String name) {
    String plain = plain(name);
    for (String part : SECRET) {
      if (plain.contains(part)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The same for the text of a JSON object. Made for long logs: recognizes most texts without
   * secrets without parsing them.
   */
  public static String ofObject(String json) {
    if (!isSecret(json)) { // then no name in it is secret
      return json;
    }
    ObjectNode object = Json.parseObject(json, "JSON object");
    ObjectNode shown = of(object);
    return shown == object ? json : Json.write(shown);
  }

  public static JsonNode of(JsonNode json) {
    return switch (json) {
      case ObjectNode object -> of(object);
      case ArrayNode list -> of(list);
      case TextNode text -> of(text);
      default -> json;
    };
  }

  private static TextNode of(TextNode node) {
    String text = node.textValue();
    if (text.indexOf('{') < 0 || !isSecret(text)) { // then no name in it is secret
      return node;
    }
    String shown = ofJson(text);
    if (shown.equals(text)) {
      shown = LINE.matcher(text).replaceAll(line -> quoteReplacement(ofJson(line.group())));
    }
    return shown.equals(text) ? node : TextNode.valueOf(shown);
  }

  /** Keeps blanks around the JSON; a text that is no JSON stays unchanged. */
  private static String ofJson(String text) {
    String json = text.strip();
    boolean framed =
        json.startsWith("{") && json.endsWith("}") || json.startsWith("[") && json.endsWith("]");
    if (!framed) {
      return text;
    }
    try {
      JsonNode parsed = Json.parse(json);
      JsonNode shown = of(parsed);
      return shown == parsed ? text : text.replace(json, Json.write(shown));
    } catch (JsonProcessingException e) {
      return text;
    }
  }

  public static ObjectNode of(ObjectNode object) {
    ObjectNode changed = null;
    for (var member : object.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      JsonNode shown = isSecret(name) && hides(name, value) ? HIDDEN : of(value);
      if (shown != value) {
        changed = changed == null ? copy(object) : changed;
        changed.set(name, shown);
      }
    }
    return changed == null ? object : changed;
  }

  private static ArrayNode of(ArrayNode list) {
    ArrayNode changed = null;
    for (int i = 0; i < list.size(); i++) {
      JsonNode shown = of(list.get(i));
      if (shown != list.get(i)) {
        changed = changed == null ? Json.MAPPER.createArrayNode().addAll(list) : changed;
        changed.set(i, shown);
      }
    }
    return changed == null ? list : changed;
  }

  /** Members are shared; changed ones are replaced in the copy. */
  private static ObjectNode copy(ObjectNode object) {
    return Json.object().setAll(object);
  }

  private static boolean hides(String name, JsonNode value) {
    if (value.isContainerNode()) {
      for (JsonNode part : value) {
        if (hides(name, part)) {
          return true;
        }
      }
      return false;
    }
    return value.isTextual()
        && !value.asText().isEmpty()
        && !value.asText().equals(REDACTED)
        && !(plain(name).endsWith("tokens") && NUMBER.matcher(value.asText()).matches());
  }

  /** Letters and digits of a name, in lower case. */
  private static String plain(String name) {
    byte[] plain = new byte[name.length()];
    int length = 0;
    for (int i = 0; i < name.length(); i++) {
      char letter = name.charAt(i);
      if (letter >= 'A' && letter <= 'Z') {
        letter += 'a' - 'A';
      }
      if (letter >= 'a' && letter <= 'z' || letter >= '0' && letter <= '9') {
        plain[length++] = (byte) letter;
      }
    }
    return new String(plain, 0, length, StandardCharsets.ISO_8859_1);
  }
}
