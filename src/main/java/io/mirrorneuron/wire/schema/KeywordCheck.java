package io.mirrorneuron.wire.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds keywords of a JSON Schema (draft 2020-12) whose values its meta-schema does not allow, and
 * references that lead to nothing: the validator passes over some of them, and others it finds only
 * when it comes to them. Of what looks at no value (titles, examples) nothing is asked.
 */
public final class KeywordCheck {
  private static final Set<String> TYPES =
      Set.of("array", "boolean", "integer", "null", "number", "object", "string");

  private static final Kind NUMBER = new Kind("a number", JsonNode::isNumber);
  private static final Kind COUNT =
      new Kind("a whole number, 0 or more", value -> value.isNumber() && isCount(value));
  private static final Kind TEXT = new Kind("a text", JsonNode::isTextual);
  private static final Kind REFERENCE = new Kind("a text", JsonNode::isTextual);
  private static final Kind NAMES = new Kind("a list of names", KeywordCheck::areNames);
  private static final Kind LIST = new Kind("a list of values", JsonNode::isArray);
  private static final Kind SCHEMA =
      new Kind("a schema, which is an object, true or false", KeywordCheck::isSchema);
  private static final Kind SCHEMAS =
      new Kind("a list of schemas", value -> value.isArray() && !value.isEmpty());
  private static final Kind ITEMS =
      new Kind("a schema or a list of schemas", value -> isSchema(value) || value.isArray());
  private static final Kind MAP = new Kind("an object with schemas", JsonNode::isObject);
  private static final Kind NAMES_BY_NAME =
      new Kind(
          "an object with lists of names",
          value -> value.isObject() && value.valueStream().allMatch(KeywordCheck::areNames));
  private static final Kind TYPE =
      new Kind(
          "one of %s, or a list of them"
              .formatted(String.join(", ", TYPES.stream().sorted().toList())),
          value ->
              isType(value)
                  || value.isArray()
                      && !value.isEmpty()
                      && value.valueStream().allMatch(KeywordCheck::isType));

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          Map.entry("type", TYPE),
          Map.entry("enum", LIST),
          Map.entry("required", NAMES),
          Map.entry("dependentRequired", NAMES_BY_NAME),
          Map.entry("uniqueItems", new Kind("true or false", JsonNode::isBoolean)),
          Map.entry("pattern", TEXT),
          Map.entry("format", TEXT),
          Map.entry("$ref", REFERENCE),
          Map.entry("multipleOf", NUMBER),
          Map.entry("minimum", NUMBER),
          Map.entry("maximum", NUMBER),
          Map.entry("exclusiveMinimum", NUMBER),
          Map.entry("exclusiveMaximum", NUMBER),
          Map.entry("minLength", COUNT),
          Map.entry("maxLength", COUNT),
          Map.entry("minItems", COUNT),
          Map.entry("maxItems", COUNT),
          Map.entry("minContains", COUNT),
          Map.entry("maxContains", COUNT),
          Map.entry("minProperties", COUNT),
          Map.entry("maxProperties", COUNT),
          Map.entry("allOf", SCHEMAS),
          Map.entry("anyOf", SCHEMAS),
          Map.entry("oneOf", SCHEMAS),
          Map.entry("prefixItems", SCHEMAS),
          Map.entry("items", ITEMS),
          Map.entry("properties", MAP),
          Map.entry("patternProperties", MAP),
          Map.entry("dependentSchemas", MAP),
          Map.entry("$defs", MAP),
          Map.entry("definitions", MAP),
          Map.entry("additionalItems", SCHEMA),
          Map.entry("additionalProperties", SCHEMA),
          Map.entry("unevaluatedItems", SCHEMA),
          Map.entry("unevaluatedProperties", SCHEMA),
          Map.entry("contains", SCHEMA),
          Map.entry("propertyNames", SCHEMA),
          Map.entry("not", SCHEMA),
          Map.entry("if", SCHEMA),
          Map.entry("then", SCHEMA),
          Map.entry("else", SCHEMA));

  private final ObjectNode root;

  /** Where it renames itself, and so what its references mean, only the validator knows. */
  private final boolean hasNames;

  private KeywordCheck(ObjectNode root) {
    this.root = root;
    this.hasNames =
        Stream.of("$id", "id", "$anchor", "$dynamicAnchor")
            .anyMatch(name -> root.findValue(name) instanceof JsonNode id && id.isTextual());
  }

  /**
   * @param words what it must be
   */
  private record Kind(String words, Predicate<JsonNode> fits) {}

  /** The first fault, as a sentence that begins with its place; empty when there is none. */
  public static Optional<String> fault(ObjectNode schema) {
    return Optional.ofNullable(new KeywordCheck(schema).of(schema, List.of()));
  }

  private String of(JsonNode schema, List<String> place) {
    for (Map.Entry<String, JsonNode> member : schema.properties()) {
      Kind kind = KINDS.get(member.getKey());
      String fault = kind == null ? null : of(kind, member.getValue(), in(place, member.getKey()));
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private String of(Kind kind, JsonNode value, List<String> place) {
    if (!kind.fits().test(value)) {
      return "%s must be %s, but is %s"
          .formatted(String.join(".", place), kind.words(), shown(value));
    }
    if (kind == REFERENCE && !leadsSomewhere(value.textValue())) {
      return "%s is %s, which leads to nothing in this schema"
          .formatted(String.join(".", place), shown(value));
    }
    if (kind == SCHEMA || kind == ITEMS && value.isObject()) {
      return of(value, place);
    }
    boolean haveParts = kind == MAP || kind == SCHEMAS || kind == ITEMS;
    return haveParts ? ofParts(value, place) : null;
  }

  private String ofParts(JsonNode parts, List<String> place) {
    int index = 0;
    for (JsonNode part : parts.isArray() ? parts : Json.MAPPER.createArrayNode()) {
      String fault = of(SCHEMA, part, in(place, Integer.toString(index++)));
      if (fault != null) {
        return fault;
      }
    }
    for (Map.Entry<String, JsonNode> part : parts.properties()) {
      String fault = of(SCHEMA, part.getValue(), in(place, part.getKey()));
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private boolean leadsSomewhere(String reference) {
    if (hasNames || !reference.startsWith("#")) {
      return hasNames;
    }
    String pointer =
        URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    return pointer.isEmpty() || pointer.startsWith("/") && isSchema(root.at(pointer));
  }

  private static String shown(JsonNode value) {
    String text = Json.write(value);
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  private static List<String> in(List<String> place, String name) {
    List<String> longer = new ArrayList<>(place);
    longer.add(name);
    return longer;
  }

  private static boolean isSchema(JsonNode value) {
    return value.isObject() || value.isBoolean();
  }

  private static boolean isType(JsonNode value) {
    return value.isTextual() && TYPES.contains(value.textValue());
  }

  private static boolean areNames(JsonNode value) {
    return value.isArray() && value.valueStream().allMatch(JsonNode::isTextual);
  }

  private static boolean isCount(JsonNode number) {
    return number.doubleValue() >= 0 && number.doubleValue() == Math.rint(number.doubleValue());
  }
}
