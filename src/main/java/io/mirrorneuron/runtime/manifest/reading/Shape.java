package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.util.function.Predicate;

/** The required shape of a value; the words complete the sentence "X must be …". */
public enum Shape {
  OBJECT("an object", JsonNode::isObject),
  LIST("a list", JsonNode::isArray),
  OBJECT_OR_LIST("an object or list", JsonNode::isContainerNode),
  BOOLEAN("a boolean", JsonNode::isBoolean),
  STRING("a string", JsonNode::isTextual),
  NAME("a non-empty string", Shape::isName),
  STRINGS("a list of strings", value -> isListOf(value, JsonNode::isTextual)),
  NAMES("a list of non-empty strings", value -> isListOf(value, Shape::isName)),
  COUNT("a non-negative integer", value -> isInteger(value, 0)),
  POSITIVE("a positive integer", value -> isInteger(value, 1)),
  INTEGERS("a list of integers", value -> isListOf(value, JsonNode::canConvertToInt)),
  AMOUNT("a non-negative number", value -> isNumberUpTo(value, Double.MAX_VALUE)),
  PORT("a number from 1 to 65535", value -> isInteger(value, 1) && value.intValue() <= 65_535),
  // The ceilings keep sums with the present time inside a long.
  MILLIS(
      "an integer of milliseconds from 0 to 10^12",
      value -> value.isIntegralNumber() && isNumberUpTo(value, 1e12)),
  SECONDS("a number of seconds from 0 to 10^9", value -> isNumberUpTo(value, 1e9));

  private final String words;
  private final Predicate<JsonNode> test;

  Shape(String words, Predicate<JsonNode> test) {
    this.words = words;
    this.test = test;
  }

  String words() {
    return words;
  }

  /** Advice for an author who wrote this value instead. */
  String hint(JsonNode value) {
    if (!value.isTextual()) {
      return "";
    }
    return switch (this) {
      case BOOLEAN -> ": true or false, without quotes";
      case PORT -> ", not a text: write the number without quotes";
      default -> "";
    };
  }

  public boolean fits(JsonNode value) {
    return test.test(value);
  }

  /** Whether it is more than an empty value, {@code false} or 0. */
  public static boolean asksForSomething(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, ARRAY -> !value.isEmpty();
      case STRING -> !value.textValue().isBlank();
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> value.doubleValue() != 0;
      default -> false;
    };
  }

  private static boolean isName(JsonNode value) {
    return value.isTextual() && !value.textValue().isBlank();
  }

  private static boolean isInteger(JsonNode value, int least) {
    return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= least;
  }

  private static boolean isNumberUpTo(JsonNode value, double most) {
    return value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= most;
  }

  private static boolean isListOf(JsonNode value, Predicate<JsonNode> item) {
    return value.isArray() && Json.elements(value).allMatch(item);
  }
}
