package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * JSON of foreign origin, cut for a view: secrets are hidden; long texts, big lists and deep trees
 * are cut with a note. Pure.
 *
 * @param json the whole without its secrets
 */
public record JsonPreview(JsonNode json) {
  private static final int MAX_CHARS = 2000;
  private static final int MAX_ITEMS = 25;
  private static final int MAX_DEPTH = 5;
  private static final int PREVIEW_CHARS = 200;

  private static final Set<String> BULKY =
      Set.of(
          "logs",
          "log",
          "stdout",
          "stderr",
          "content",
          "file_data",
          "fileData",
          "pdf_bytes",
          "pdfBytes",
          "bytes",
          "data_uri",
          "base64",
          "payloads_bytes",
          "final_artifact",
          "finalArtifact",
          "result");

  public static JsonPreview of(JsonNode whole) {
    return new JsonPreview(Redaction.of(whole));
  }

  /** The value cut for a view; null for null. */
  public static JsonNode cut(JsonNode value) {
    return value == null ? null : value(Redaction.of(value), 0);
  }

  /**
   * Cuts a part.
   *
   * @param part of {@link #json}, or null
   * @param depth of the part in the whole
   */
  public JsonNode cut(JsonNode part, int depth) {
    return value(part, depth);
  }

  private static JsonNode value(JsonNode value, int depth) {
    return switch (value) {
      case null -> null;
      case TextNode text when text.textValue().length() > MAX_CHARS ->
          Json.object()
              .put("truncated", true)
              .put("chars", text.textValue().length())
              .put("preview", text.textValue().substring(0, MAX_CHARS));
      case ObjectNode object when depth >= MAX_DEPTH -> omitted(object);
      case ArrayNode array when depth >= MAX_DEPTH -> omitted(array);
      case ObjectNode object -> object(object, depth);
      case ArrayNode array -> array(array, depth);
      default -> value;
    };
  }

  private static ObjectNode object(ObjectNode object, int depth) {
    ObjectNode bounded = Json.object();
    for (var member : object.properties()) {
      String name = member.getKey();
      if (BULKY.contains(name) && isBulk(member.getValue())) {
        bounded.set(name, omitted(member.getValue()));
      } else {
        bounded.set(name, value(member.getValue(), depth + 1));
      }
    }
    return bounded;
  }

  /** A count of logs is not bulky. */
  private static boolean isBulk(JsonNode value) {
    return value.isTextual() || value.isContainerNode();
  }

  private static ArrayNode array(ArrayNode array, int depth) {
    ArrayNode bounded = Json.MAPPER.createArrayNode();
    for (int i = 0; i < Math.min(array.size(), MAX_ITEMS); i++) {
      bounded.add(value(array.get(i), depth + 1));
    }
    if (array.size() > MAX_ITEMS) {
      bounded.addObject().put("omitted_items", array.size() - MAX_ITEMS);
    }
    return bounded;
  }

  private static JsonNode omitted(JsonNode value) {
    ObjectNode note = Json.object().put("omitted", true);
    note.put("type", value.getNodeType().name().toLowerCase(Locale.ROOT));
    switch (value) {
      case TextNode text -> {
        String chars = text.textValue();
        note.put("chars", chars.length());
        note.put("preview", chars.substring(0, Math.min(PREVIEW_CHARS, chars.length())));
      }
      case ObjectNode object -> {
        ArrayNode keys = note.putArray("keys");
        object.properties().stream()
            .map(Map.Entry::getKey)
            .sorted()
            .limit(MAX_ITEMS)
            .forEach(keys::add);
      }
      case ArrayNode array -> note.put("items", array.size());
      default -> {}
    }
    return note;
  }
}
