package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;

/**
 * The operators of conditions. A value that is not there is null: it is equal only to null and
 * neither smaller nor greater than anything. Numbers are ordered and equal by value, so {@code 1}
 * is {@code 1.0}; other values are only equal or not.
 */
enum Operator {
  EQUAL("==", Operator::same),
  NOT_EQUAL("!=", (left, right) -> !same(left, right)),
  GREATER(">", ordered(order -> order > 0)),
  GREATER_OR_EQUAL(">=", ordered(order -> order >= 0)),
  LESS("<", ordered(order -> order < 0)),
  LESS_OR_EQUAL("<=", ordered(order -> order <= 0)),
  CONTAINS("contains", Operator::contains),
  IN("in", (left, right) -> contains(right, left)),
  /** The right side is a boolean: whether a value is wanted. */
  EXISTS("exists", (left, right) -> left.isNull() != right.booleanValue());

  private final String symbol;
  private final BiPredicate<JsonNode, JsonNode> test;

  Operator(String symbol, BiPredicate<JsonNode, JsonNode> test) {
    this.symbol = symbol;
    this.test = test;
  }

  static Optional<Operator> of(String symbol) {
    return Arrays.stream(values()).filter(op -> op.symbol.equals(symbol)).findAny();
  }

  boolean test(JsonNode left, JsonNode right) {
    return test.test(left, right);
  }

  @Override
  public String toString() {
    return symbol;
  }

  private static boolean same(JsonNode left, JsonNode right) {
    // Jackson calls the comparator for every pair of leaves, and takes 0 for equal.
    return left.equals(
        (a, b) -> {
          boolean equal = a.isNumber() && b.isNumber() ? compare(a, b) == 0 : a.equals(b);
          return equal ? 0 : 1;
        },
        right);
  }

  private static BiPredicate<JsonNode, JsonNode> ordered(IntPredicate wanted) {
    return (left, right) ->
        left.isNumber() && right.isNumber() && wanted.test(compare(left, right));
  }

  private static int compare(JsonNode left, JsonNode right) {
    if (isFinite(left) && isFinite(right)) {
      boolean longs = left.canConvertToLong() && right.canConvertToLong();
      return longs && left.isIntegralNumber() && right.isIntegralNumber()
          ? Long.compare(left.longValue(), right.longValue())
          : left.decimalValue().compareTo(right.decimalValue());
    }
    return Double.compare(left.doubleValue(), right.doubleValue());
  }

  /** A literal such as {@code 1e999} is read as an infinite double. */
  private static boolean isFinite(JsonNode number) {
    return number.isBigDecimal() || number.isBigInteger() || Double.isFinite(number.doubleValue());
  }

  private static boolean contains(JsonNode whole, JsonNode part) {
    if (whole.isTextual()) {
      return part.isTextual() && whole.textValue().contains(part.textValue());
    }
    if (whole.isObject()) {
      return part.isTextual() && whole.has(part.textValue());
    }
    return whole.isArray() && Json.elements(whole).anyMatch(item -> same(item, part));
  }
}
