package io.mirrorneuron.wire.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Limits the cost of checking one value: a schema of a few characters can keep its validator busy
 * forever. The validator reports each look at a value with a schema. For one use by one thread.
 */
public final class CheckWork {
  /** In steps; some seconds of the shortest ones. */
  private static final long MOST_STEPS = 300_000_000;

  private static final int STEPS_OF_A_LOOK = 100;
  private static final int STEPS_OF_AN_ERROR = 200;
  private static final int CHARACTERS_OF_A_STEP = 20;

  /** For steps that are longer than they are counted. */
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Characters of schemas that may be told of in one explanation. */
  private static final long MOST_TOLD = 20_000_000;

  private static final int CHARACTERS_COPIED = 5;

  /** Characters of schemas whose validators are kept. */
  private static final long MOST_KEPT = 2_000_000;

  private static final int MOST_LOOKS = 5_000;

  /** One explanation is too expensive. */
  static final class TooMuch extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooMuch() {
      super("too much to explain at once", null, false, false);
    }
  }

  /** The whole check is too expensive. */
  static final class TooLong extends IllegalStateException {
    private static final long serialVersionUID = 1;

    TooLong() {
      super("checking this value with it takes too long");
    }
  }

  private final long stepsOfALook;
  private final long looksOfAPart;
  private final long charactersOfSchema;
  private final long startedAt = System.nanoTime();
  private long steps;
  private long looks;
  private boolean isExplaining;

  /**
   * @param schema as the validator gets it
   * @throws IllegalArgumentException when it is too large
   * @throws IllegalStateException when both together are
   */
  public CheckWork(ObjectNode schema, JsonNode value) {
    SchemaSize size = new SchemaSize(schema);
    stepsOfALook =
        STEPS_OF_A_LOOK + size.longestPlace() + size.longestList() / CHARACTERS_OF_A_STEP;
    charactersOfSchema = size.characters();
    looksOfAPart = Math.clamp(MOST_TOLD / size.characters(), 4, MOST_LOOKS);
    if (size.isUnstoppable()) {
      spend(2 * values(value) * (STEPS_OF_AN_ERROR + size.longestPlace()));
    }
  }

  private static long values(JsonNode value) {
    long values = 1;
    for (JsonNode member : value) {
      values += values(member);
    }
    return values;
  }

  /**
   * The validator looked at one value with one schema.
   *
   * @throws IllegalStateException when all that takes too long
   */
  public void looked() {
    spend(stepsOfALook);
    if (System.nanoTime() - startedAt > MOST_NANOS) {
      throw new TooLong();
    }
    if (isExplaining && ++looks > looksOfAPart) {
      throw new TooMuch();
    }
  }

  void spend(long more) {
    steps += more;
    if (steps > MOST_STEPS) {
      throw new TooLong();
    }
  }

  /**
   * A validator is made, which copies a table of all schemas.
   *
   * @return how many may be kept
   */
  int madeValidator() {
    spend(charactersOfSchema / CHARACTERS_COPIED);
    return Math.clamp(MOST_KEPT / charactersOfSchema, 4, 1_000);
  }

  /** From now on errors are kept in memory, and looks are counted anew. */
  void explains(boolean isExplaining) {
    this.isExplaining = isExplaining;
    looks = 0;
  }

  /**
   * How large a schema is for its validator, which writes out where each part of it lies, and that
   * again into each error.
   */
  private static final class SchemaSize {
    /** Characters; a hundred bytes of memory or so each time. */
    private static final long MOST_PLACES = 20_000_000;

    /** Parts that are true or false are looked at without being counted. */
    private static final int MOST_BARE = 50;

    private static final Set<String> CHOICES = Set.of("anyOf", "oneOf", "allOf");

    /** Keywords that go on with all members after one that does not fit. */
    private static final Set<String> UNSTOPPABLE =
        Set.of("unevaluatedItems", "unevaluatedProperties", "propertyNames", "patternProperties");

    /** Keywords that are compared with a value, or told, as a whole. */
    private static final Set<String> LISTS =
        Set.of("enum", "const", "required", "dependentRequired");

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
        throw new IllegalArgumentException(
            "its names are too long together, for it has many parts");
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
}
