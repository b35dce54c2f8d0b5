package io.mirrorneuron.wire.schema;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.SchemaRepository;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Splits one schema into the schemas of a value's parts. */
record SchemaParts(JsonSchema schema) {
  private static final String PROPERTIES = "properties";
  private static final String ADDITIONAL = "additionalProperties";
  private static final String PREFIX = "prefixItems";
  private static final String ITEMS = "items";

  /** What says something of a value and looks at no member of it with another schema. */
  private static final Set<String> OWN =
      Set.of(
          "type",
          "const",
          "enum",
          "required",
          "dependentRequired",
          "minProperties",
          "maxProperties",
          "minItems",
          "maxItems",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "pattern",
          "format");

  /** Keywords that are not split. */
  private static final Set<String> OTHERS =
      Set.of(
          "anyOf",
          "oneOf",
          "not",
          "if",
          "contains",
          "propertyNames",
          "patternProperties",
          "dependentSchemas",
          "dependencies",
          "unevaluatedItems",
          "unevaluatedProperties",
          "$dynamicRef",
          "$recursiveRef");

  /**
   * A schema for a member of a value.
   *
   * @param keyword the one that has it
   */
  record Member(String keyword, JsonSchema schema) {
    boolean allowsNothing() {
      return schema == JsonSchema.of(false);
    }

    /** What the validator says of such a property. */
    String refusal() {
      return keyword.equals(PROPERTIES)
          ? "does not match schema"
          : "does not match additional properties schema";
    }
  }

  /** The keywords that look at the value alone; {@code uniqueItems} is not among them. */
  JsonSchema own() {
    JsonObject own = new JsonObject();
    OWN.stream()
        .filter(schema::containsKey)
        .forEach(keyword -> own.put(keyword, schema.<Object>get(keyword)));
    return JsonSchema.of(own);
  }

  boolean wantsUniqueItems() {
    return Boolean.TRUE.equals(schema.<Object>get("uniqueItems"));
  }

  boolean hasOthers() {
    return schema.get(ITEMS) instanceof JsonArray || OTHERS.stream().anyMatch(schema::containsKey);
  }

  /** What is referred to. */
  Optional<JsonSchema> referred(SchemaRepository schemas) {
    return Optional.ofNullable(schema.<String>get("__absolute_ref__")).map(schemas::find);
  }

  List<JsonSchema> all() {
    return schema.get("allOf") instanceof JsonArray list
        ? IntStream.range(0, list.size())
            .mapToObj(i -> schema(list.getValue(i)))
            .flatMap(Optional::stream)
            .toList()
        : List.of();
  }

  /** Of the items that have their own. */
  List<Optional<JsonSchema>> firstItems() {
    return schema.get(PREFIX) instanceof JsonArray list
        ? IntStream.range(0, list.size()).mapToObj(i -> schema(list.getValue(i))).toList()
        : List.of();
  }

  Optional<Member> item(int index, List<Optional<JsonSchema>> firstItems) {
    return index < firstItems.size()
        ? firstItems.get(index).map(one -> new Member(PREFIX, one))
        : schema(schema.get(ITEMS)).map(one -> new Member(ITEMS, one));
  }

  Optional<Member> property(String name) {
    if (schema.get(PROPERTIES) instanceof JsonObject properties && properties.containsKey(name)) {
      return schema(properties.getValue(name)).map(one -> new Member(PROPERTIES, one));
    }
    return schema.containsKey("patternProperties")
        ? Optional.empty()
        : schema(schema.get(ADDITIONAL)).map(one -> new Member(ADDITIONAL, one));
  }

  private static Optional<JsonSchema> schema(Object written) {
    return Optional.ofNullable(
        switch (written) {
          case JsonSchema schema -> schema;
          case Boolean allows -> JsonSchema.of(allows);
          case JsonObject object -> JsonSchema.of(object);
          case null, default -> null;
        });
  }
}
