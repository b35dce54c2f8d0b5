package io.mirrorneuron.jobs.view.stored;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Bounds what a view shows of events: long texts, big lists, deep trees; secrets are hidden. Pure.
 */
public final class Compaction {
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

  private static final List<String> FAILURE_MEMBERS =
      List.of("schema_version", "code", "desc", "severity", "details", "remediation", "links");

  private static final List<String> CONTENT_MEMBERS =
      List.of("message", "payload", "sandbox", "error", "reason");

  private Compaction() {}

  /** The compact form of an event. {@code seq} stays, so that a stream can go on from it. */
  public static ObjectNode event(JsonNode whole) {
    JsonNode event = Redaction.of(whole);
    ObjectNode compact = Json.object();
    put(compact, "type", event.get("type"));
    put(compact, "timestamp", first(event, "timestamp", "ts"));
    put(compact, "agent_id", first(event, "agent_id", "node_id"));
    put(compact, "status", event.get("status"));
    if (event.get("failure") instanceof ObjectNode failure) {
      ObjectNode bounded = compact.putObject("failure");
      FAILURE_MEMBERS.forEach(name -> put(bounded, name, value(failure.get(name), 2)));
    }
    CONTENT_MEMBERS.forEach(name -> put(compact, name, value(event.get(name), 1)));
    put(compact, "seq", event.get("seq"));
    return compact;
  }

  public static JsonNode value(JsonNode value) {
    return value == null ? null : value(Redaction.of(value), 0);
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

  /** A count of logs is none. */
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
            .map(java.util.Map.Entry::getKey)
            .sorted()
            .limit(MAX_ITEMS)
            .forEach(keys::add);
      }
      case ArrayNode array -> note.put("items", array.size());
      default -> {}
    }
    return note;
  }

  private static JsonNode first(JsonNode event, String... names) {
    return Stream.of(names).map(event::get).filter(Compaction::isPresent).findFirst().orElse(null);
  }

  private static void put(ObjectNode target, String name, JsonNode value) {
    if (isPresent(value)) {
      target.set(name, value);
    }
  }

  private static boolean isPresent(JsonNode value) {
    return value != null && !value.isNull() && !(value.isTextual() && value.textValue().isEmpty());
  }
}
