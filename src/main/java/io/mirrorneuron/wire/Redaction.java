package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Hides values whose names say that they are secret. Numbers, booleans and counts of tokens are
 * none. Pure; the argument is not changed, and it is the answer when nothing had to be hidden.
 */
public final class Redaction {
  /** What stands in the place of a secret. */
  public static final String REDACTED = "[REDACTED]";

  private static final TextNode HIDDEN = TextNode.valueOf(REDACTED);

  /**
   * Parts of names, without what separates words: {@code apiKey}, {@code api_key}, {@code API-Key}.
   */
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

  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]+");
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+(\\.\\d+)?");

  private Redaction() {}

  /** Whether a value of this name is a secret, if it is one that can be. */
  public static boolean isSecret(String name) {
    String plain = plain(name);
    return SECRET.stream().anyMatch(plain::contains);
  }

  public static JsonNode of(JsonNode json) {
    return switch (json) {
      case ObjectNode object -> of(object);
      case ArrayNode list -> of(list);
      default -> json;
    };
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

  /** Members are shared; those that change are replaced in the copy. */
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

  private static String plain(String name) {
    return SEPARATORS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("");
  }
}
