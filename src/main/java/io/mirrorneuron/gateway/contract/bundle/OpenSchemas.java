package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.contract.bundle.ClientContract.Language;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;

/**
 * Makes schemas accept data of newer servers, and removes features that the types of a language
 * lack. Changes the given nodes.
 */
record OpenSchemas(Language language) {
  private static final String OTHERS = "additionalProperties";
  private static final String DESCRIPTION = "description";
  private static final Set<String> TEXT_FORMATS = Set.of("date-time", "date", "uri");
  private static final Set<String> NO_SCHEMAS = Set.of("example", "examples", "default");
  private static final List<String> TYPE =
      List.of("type", "minLength", "maxLength", "minimum", "maximum", "pattern");

  /** A component keeps its named type whatever it may hold. */
  void openNamed(JsonNode schema) {
    if (schema.get("type") instanceof ArrayNode) {
      open(schema);
      return;
    }
    openOne((ObjectNode) schema);
    ObjectNode inside = Json.object();
    inside.setAll((ObjectNode) schema);
    inside.remove("type");
    open(inside);
  }

  /** Opens all schemas below a node; skips examples and the like. */
  void open(JsonNode node) {
    if (node instanceof ObjectNode object) {
      openOne(object);
      if (language.withoutFreeObjects && isFree(object)) {
        object.retain(DESCRIPTION);
      }
    }
    for (var member : node.properties()) {
      if (member.getKey().equals("properties")) {
        withoutClash((ObjectNode) member.getValue());
        member.getValue().forEach(this::open); // a member may be called default
      } else if (!NO_SCHEMAS.contains(member.getKey())) {
        open(member.getValue());
      }
    }
    if (node instanceof ArrayNode list) {
      list.forEach(this::open);
    }
  }

  /**
   * Removes members of older clients whose generated names would collide with other members, and
   * the name under which the Python classes keep undeclared members.
   */
  private void withoutClash(ObjectNode members) {
    ClientContract.names(members).stream()
        .filter(name -> name.startsWith("_"))
        .forEach(members::remove);
    if (language == Language.PYTHON) {
      members.remove(OTHERS);
    }
  }

  private void openOne(ObjectNode schema) {
    if (schema.get("const") instanceof JsonNode constant && constant.isValueNode()) {
      schema.remove("const");
      tell(schema, List.of(constant));
    } else if (schema.get("enum") instanceof ArrayNode words) {
      schema.remove("enum");
      tell(schema, words);
    }
    if (schema.get("format") instanceof JsonNode format && TEXT_FORMATS.contains(format.asText())) {
      schema.remove("format");
    }
    if (isFree(schema) && !schema.has(OTHERS)) {
      schema.put(OTHERS, true); // the schema says so already, but not for every generator
    }
    if (language.withoutTypesOfSeveral && types(schema).size() > 1) {
      schema.remove(TYPE);
    }
  }

  /** Adds to the description what the type cannot express. */
  private static void tell(ObjectNode schema, Iterable<JsonNode> words) {
    StringJoiner known = new StringJoiner(", ", "Known are ", ".");
    words.forEach(word -> known.add(word.isNull() ? "nothing" : "`" + word.asText() + "`"));
    String text = schema.path(DESCRIPTION).asText().strip();
    schema.put(DESCRIPTION, (text + " " + known).strip());
  }

  private static boolean isFree(ObjectNode schema) {
    JsonNode others = schema.get(OTHERS);
    return types(schema).equals(Set.of("object"))
        && !schema.has("properties")
        && (others == null || !others.has("$ref"));
  }

  /** The types of a schema, without that of null. */
  private static Set<String> types(ObjectNode schema) {
    Set<String> types = new TreeSet<>();
    JsonNode type = schema.get("type");
    if (type instanceof ArrayNode list) {
      list.forEach(one -> types.add(one.asText()));
    } else if (type != null && type.isTextual()) {
      types.add(type.asText());
    }
    types.remove("null");
    return types;
  }
}
