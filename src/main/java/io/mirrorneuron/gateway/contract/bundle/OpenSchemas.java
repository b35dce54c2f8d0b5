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
 * Makes schemas take what a newer server may say, and leaves out what the types of a language
 * cannot. It changes the nodes that it is given.
 */
record OpenSchemas(Language language) {
  private static final String OTHERS = "additionalProperties";
  private static final String DESCRIPTION = "description";
  private static final Set<String> TEXT_FORMATS = Set.of("date-time", "date", "uri");
  private static final Set<String> NO_SCHEMAS = Set.of("example", "examples", "default");
  private static final List<String> TYPE =
      List.of("type", "minLength", "maxLength", "minimum", "maximum", "pattern");

  /** A component, whose name stays whatever it may hold. */
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

  /** Everything below a node; examples and the like are no schemas. */
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
   * Members of older clients, whose names would become those of others; and the name under which
   * the classes of Python keep members that nobody declares.
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
      schema.put(OTHERS, true); // it says so already, but not to every generator
    }
    if (language.withoutTypesOfSeveral && types(schema).size() > 1) {
      schema.remove(TYPE);
    }
  }

  /** What a type cannot say is said to readers. */
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

  /** The types that a schema names, but for that of null. */
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
