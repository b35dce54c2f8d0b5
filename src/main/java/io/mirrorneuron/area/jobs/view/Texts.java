package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** Reads text members of JSON objects; blank and non-text values count as absent. */
public final class Texts {
  private Texts() {}

  /** The first of the members that is text, or null. */
  public static String of(JsonNode object, String... names) {
    for (String name : names) {
      JsonNode value = object.path(name);
      if (value.isTextual() && !value.asText().isBlank()) {
        return value.asText();
      }
    }
    return null;
  }

  /**
   * The texts of a list, or a single text as a list.
   *
   * @param value or null
   */
  public static List<String> all(JsonNode value) {
    if (value == null) {
      return List.of();
    }
    return value.isTextual()
        ? List.of(value.asText())
        : Json.elements(value).filter(JsonNode::isTextual).map(JsonNode::asText).toList();
  }

  public static String first(String... texts) {
    for (String text : texts) {
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  public static String or(String first, String second) {
    return first == null ? second : first;
  }
}
