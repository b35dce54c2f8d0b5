package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The secret fields in {@code init_config_review} of a manifest or its metadata, and their values
 * there.
 */
public final class ReviewMarks {
  private static final String REVIEW = "init_config_review";
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final String FIELDS = "fields";
  private static final String SCHEMA = "schema";
  private static final String METADATA = "metadata";

  /** Members of a field, and of a schema, that hold values. */
  private static final Set<String> VALUES =
      Set.of(
          "default",
          "value",
          "example",
          "examples",
          "placeholder",
          "const",
          "enum",
          "options",
          "choices");

  private ReviewMarks() {}

  /** The paths of fields that are marked as secret, as lists of names. */
  static List<List<String>> in(JsonNode manifest) {
    List<List<String>> paths = new ArrayList<>();
    for (JsonNode review : List.of(manifest.path(REVIEW), manifest.path(METADATA).path(REVIEW))) {
      for (JsonNode field : review.path(FIELDS)) {
        if (field.path("secret").asBoolean() && field.path("path").isTextual()) {
          paths.add(List.of(field.get("path").textValue().strip().split("\\.", -1)));
        }
      }
    }
    return paths;
  }

  /** A manifest without the values of secret fields in its review. */
  static ObjectNode without(ObjectNode manifest) {
    ObjectNode shown = manifest;
    if (manifest.get(REVIEW) instanceof ObjectNode review) {
      shown = Json.object().setAll(manifest);
      shown.set(REVIEW, shown(review));
    }
    if (manifest.get(METADATA) instanceof ObjectNode metadata && metadata.has(REVIEW)) {
      shown = Json.object().setAll(shown);
      shown.set(METADATA, without(metadata));
    }
    return shown;
  }

  /** The same as {@link #without}, for a review that was read as plain values. */
  public static Map<String, Object> shown(Map<?, ?> review) {
    return plain(shown(Json.MAPPER.<ObjectNode>valueToTree(review)));
  }

  /**
   * A schema without values if its value is secret.
   *
   * @param name of the value, which may mark it as secret
   * @param isSecret whether it is, whatever its name
   */
  public static Map<String, Object> schema(
      Map<String, Object> schema, String name, boolean isSecret) {
    return plain(schema(Json.MAPPER.<ObjectNode>valueToTree(schema), name, isSecret));
  }

  private static Map<String, Object> plain(ObjectNode object) {
    return Json.MAPPER.convertValue(object, OBJECT);
  }

  /** A review without values of fields that are secret by mark or name. */
  private static ObjectNode shown(ObjectNode review) {
    if (!(review.get(FIELDS) instanceof ArrayNode fields)) {
      return review;
    }
    ObjectNode shown = Json.object().setAll(review);
    ArrayNode without = shown.putArray(FIELDS);
    fields.forEach(
        field -> without.add(field instanceof ObjectNode object ? field(object) : field));
    return shown;
  }

  private static ObjectNode field(ObjectNode field) {
    boolean isSecret = field.path("secret").asBoolean();
    String name = field.path("path").asText();
    ObjectNode shown = without(field, name, isSecret);
    if (field.get(SCHEMA) instanceof ObjectNode schema) {
      shown.set(SCHEMA, schema(schema, name, isSecret));
    }
    return shown;
  }

  /** A schema of a secret value, without values at any depth. */
  static ObjectNode schema(ObjectNode schema, String name, boolean isSecret) {
    ObjectNode shown = without(schema, name, isSecret);
    for (var member : List.copyOf(shown.properties())) {
      if (member.getValue() instanceof ObjectNode deeper) {
        shown.set(member.getKey(), schema(deeper, name, isSecret));
      } else if (member.getValue() instanceof ArrayNode list) {
        ArrayNode all = shown.putArray(member.getKey());
        list.forEach(
            one ->
                all.add(one instanceof ObjectNode deeper ? schema(deeper, name, isSecret) : one));
      }
    }
    return shown;
  }

  private static ObjectNode without(ObjectNode members, String name, boolean isSecret) {
    ObjectNode shown = Json.object();
    for (var member : members.properties()) {
      if (!VALUES.contains(member.getKey()) || !hides(name, member.getValue(), isSecret)) {
        shown.set(member.getKey(), member.getValue());
      }
    }
    return shown;
  }

  private static boolean hides(String name, JsonNode value, boolean isSecret) {
    ObjectNode reported = Json.object();
    reported.set(name, value);
    return isSecret || Redaction.of(reported) != reported;
  }
}
