package io.mirrorneuron.wire.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** All that a validator, led by whatever references, may take for a schema within a JSON Schema. */
final class Subschemas {
  private static final Set<String> LISTS =
      Set.of("prefixItems", "items", "allOf", "anyOf", "oneOf");

  private static final Set<String> MAPS =
      Set.of("$defs", "definitions", "properties", "patternProperties", "dependentSchemas");

  /** Nothing below them is a schema. */
  private static final Set<String> VALUES = Set.of("default", "enum", "const");

  private static final String DEPENDENCIES = "dependencies";

  private Subschemas() {}

  /**
   * Visits what is below a schema, and the schema itself after that.
   *
   * @throws IllegalArgumentException when something may be a schema or a map of them
   */
  static void visit(ObjectNode schema, Consumer<ObjectNode> visitor) {
    for (Map.Entry<String, JsonNode> member : schema.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (VALUES.contains(name)) {
        continue;
      }
      if (name.equals(DEPENDENCIES) && value.isObject()) {
        value.properties().forEach(Subschemas::checkDependency);
      }
      if (LISTS.contains(name) && value.isArray() || MAPS.contains(name) && value.isObject()) {
        value.forEach(one -> visitAny(one, visitor));
      } else {
        visitAny(value, visitor);
      }
    }
    visitor.accept(schema);
  }

  private static void visitAny(JsonNode value, Consumer<ObjectNode> visitor) {
    if (value instanceof ObjectNode schema) {
      visit(schema, visitor);
    }
  }

  /** The validator takes this map of schemas for one as well, so both must mean the same. */
  private static void checkDependency(Map.Entry<String, JsonNode> member) {
    String name = member.getKey();
    JsonNode value = member.getValue();
    boolean isPlain =
        value.isObject()
            ? !VALUES.contains(name) && !MAPS.contains(name) && !name.equals(DEPENDENCIES)
            : value.isBoolean() && !name.equals("uniqueItems")
                || value.isArray() && !hasObject(value);
    if (!isPlain) {
      throw new IllegalArgumentException(
          "its %s have a %s that cannot be used; write dependentSchemas or dependentRequired instead"
              .formatted(DEPENDENCIES, name));
    }
  }

  private static boolean hasObject(JsonNode list) {
    for (JsonNode one : list) {
      if (one.isContainerNode()) {
        return true;
      }
    }
    return false;
  }
}
