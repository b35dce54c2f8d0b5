package io.mirrorneuron.wire.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/**
 * How large a schema is for its validator, which writes out where each part of it lies, and that
 * again into each error.
 */
final class SchemaSize {
  /** Characters; a hundred bytes of memory or so each time. */
  private static final long MOST_PLACES = 20_000_000;

  /** Parts that are true or false are looked at without being counted. */
  private static final int MOST_BARE = 50;

  private static final Set<String> CHOICES = Set.of("anyOf", "oneOf", "allOf");

  /** Keywords that go on with all members after one that does not fit. */
  private static final Set<String> UNSTOPPABLE =
      Set.of("unevaluatedItems", "unevaluatedProperties", "propertyNames", "patternProperties");

  /** Keywords that are compared with a value, or told, as a whole. */
  private static final Set<String> LISTS = Set.of("enum", "const", "required", "dependentRequired");

  private long characters = 1;
  private long longestList;
  private long places;
  private int longestPlace;
  private boolean isUnstoppable;

  /**
   * @throws IllegalArgumentException when it is too large
   */
  SchemaSize(ObjectNode schema) {
    walk(schema, 0);
  }

  /** About as many as it has, written out. */
  long characters() {
    return characters;
  }

  /** Characters of the longest list that a value is compared with. */
  long longestList() {
    return longestList;
  }

  int longestPlace() {
    return longestPlace;
  }

  boolean isUnstoppable() {
    return isUnstoppable;
  }

  private void walk(JsonNode node, int place) {
    characters += 1 + (node.isTextual() ? node.textValue().length() : 0);
    if (node.isObject()) {
      longestPlace = Math.max(longestPlace, place);
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        String name = member.getKey();
        characters += name.length();
        isUnstoppable |= UNSTOPPABLE.contains(name);
        if (CHOICES.contains(name)) {
          checkBare(name, member.getValue());
        }
        count(name.length() + place, member.getValue());
        long before = characters;
        walk(member.getValue(), place + 1 + name.length());
        if (LISTS.contains(name)) {
          longestList = Math.max(longestList, characters - before);
        }
      }
    } else if (node.isArray()) {
      for (JsonNode one : node) {
        count(place, one);
        walk(one, place + 1 + String.valueOf(node.size()).length());
      }
    }
  }

  /** Each name that is listed may become an error that tells the place. */
  private void count(int place, JsonNode value) {
    places += value.isContainerNode() || value.isTextual() || value.isBoolean() ? place : 0;
    if (places > MOST_PLACES) {
      throw new IllegalArgumentException("its names are too long together, for it has many parts");
    }
  }

  private static void checkBare(String name, JsonNode choices) {
    int bare = 0;
    for (JsonNode one : choices) {
      bare += one.isBoolean() ? 1 : 0;
    }
    if (bare > MOST_BARE) {
      throw new IllegalArgumentException(
          "its %s has more than %d times true or false".formatted(name, MOST_BARE));
    }
  }
}
