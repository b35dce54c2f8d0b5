package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compiles conditions: {@code {all: […]}}, {@code {any: […]}}, {@code {not: {…}}}, {@code {path,
 * op, value}} and {@code {expr: "${path} op literal"}}. An empty condition is true.
 */
public final class Conditions {
  private static final Pattern EXPRESSION =
      Pattern.compile(
          "\\s*\\$\\{(?<path>[^}]*)\\}\\s*(?<op>[=!<>~&|+*/%^]+|\\w+)\\s*(?<literal>.*)",
          Pattern.DOTALL);
  private static final Set<String> COMPARISON = Set.of("path", "op", "value");
  private static final int MAX_EXPRESSION = 4096;

  private Conditions() {}

  /** Throws INVALID with every error of the condition. */
  public static Condition compile(JsonNode condition) {
    Findings findings = new Findings(false);
    Condition compiled = compile(ManifestValue.root(condition, findings).named("condition"));
    findings.throwIfAny();
    return compiled;
  }

  /** Reports errors at the place; if there are any, the result must not be used. */
  public static Condition compile(ManifestValue place) {
    JsonNode node = place.value();
    boolean empty = place.isAbsent() || node.isContainerNode() && node.isEmpty();
    if (empty || !place.check(Shape.OBJECT)) {
      return Condition.ALWAYS;
    }
    String form = node.size() == 1 ? node.fieldNames().next() : "";
    ManifestValue operand = place.at(form);
    return switch (form) {
      case "all" -> new All(children(operand));
      case "any" -> new Any(children(operand));
      case "not" ->
          new Not(operand.checkRequired(Shape.OBJECT) ? compile(operand) : Condition.ALWAYS);
      case "expr" -> expression(operand);
      default -> comparison(place);
    };
  }

  private static List<Condition> children(ManifestValue list) {
    List<Condition> compiled = new ArrayList<>();
    if (list.checkRequired(Shape.LIST)) {
      list.items().forEach(item -> compiled.add(compile(item)));
    }
    return compiled;
  }

  private static Condition comparison(ManifestValue place) {
    for (var member : place.value().properties()) {
      if (!COMPARISON.contains(member.getKey())) {
        ManifestValue surplus = place.at(member.getKey());
        surplus.error(
            ManifestProblem.SHAPE,
            surplus.label()
                + " does not belong here: a condition is all, any, not, expr,"
                + " or path with op and value");
        return Condition.ALWAYS;
      }
    }
    ManifestValue path = place.at("path");
    ManifestValue op = place.at("op");
    boolean readable = path.checkRequired(Shape.NAME) & (op.isAbsent() || op.check(Shape.NAME));
    if (!readable) {
      return Condition.ALWAYS;
    }
    String symbol = op.isAbsent() ? "==" : op.text().trim();
    return compare(path, path.text(), op, symbol, place.at("value"));
  }

  private static Condition expression(ManifestValue place) {
    if (!place.checkRequired(Shape.NAME)) {
      return Condition.ALWAYS;
    }
    String text = place.text();
    Matcher parts = EXPRESSION.matcher(text);
    if (text.length() > MAX_EXPRESSION || !parts.matches()) {
      place.error(
          ManifestProblem.SHAPE,
          place.label() + " must be \"${path} op literal\": " + place.shown());
      return Condition.ALWAYS;
    }
    Optional<JsonNode> literal = literal(parts.group("literal").trim());
    if (literal.isEmpty()) {
      String shown = ManifestValue.shown(parts.group("literal"));
      place.error(
          ManifestProblem.SHAPE,
          place.label() + " must end with a JSON literal or 'text': " + shown);
      return Condition.ALWAYS;
    }
    return compare(
        place, parts.group("path"), place, parts.group("op"), place.withValue(literal.get()));
  }

  /** The JSON value or 'text' in the string: a missing node if blank, empty if it is neither. */
  private static Optional<JsonNode> literal(String text) {
    if (text.length() >= 2 && text.startsWith("'") && text.endsWith("'")) {
      return Optional.of(TextNode.valueOf(text.substring(1, text.length() - 1)));
    }
    try {
      return Optional.of(Json.parse(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Condition compare(
      ManifestValue pathPlace,
      String path,
      ManifestValue opPlace,
      String symbol,
      ManifestValue value) {
    Optional<ContextPath> from = ContextPath.parse(path);
    if (from.isEmpty()) {
      pathPlace.error(
          ManifestProblem.UNSUPPORTED,
          "%s: path %s must start with %s"
              .formatted(pathPlace.label(), ManifestValue.shown(path), ContextPath.ROOTS));
    }
    Optional<Operator> operator = Operator.of(symbol);
    if (operator.isEmpty()) {
      opPlace.error(
          ManifestProblem.UNSUPPORTED,
          "%s: unsupported operator %s".formatted(opPlace.label(), ManifestValue.shown(symbol)));
    }
    if (from.isEmpty() || operator.isEmpty()) {
      return Condition.ALWAYS;
    }
    return new Comparison(from.get(), operator.get(), operand(operator.get(), value));
  }

  private static JsonNode operand(Operator operator, ManifestValue value) {
    if (operator == Operator.EXISTS) {
      return value.isAbsent() || !value.check(Shape.BOOLEAN) ? BooleanNode.TRUE : value.value();
    }
    if (value.value().isMissingNode()) {
      value.error(ManifestProblem.REQUIRED, value.label() + " needs a value to compare with");
    } else if (operator == Operator.IN && !value.value().isArray() && !value.value().isTextual()) {
      value.mustBe("a list or a string for the operator in");
    }
    return value.value();
  }

  private record All(List<Condition> conditions) implements Condition {
    @Override
    public boolean test(Context context) {
      return conditions.stream().allMatch(condition -> condition.test(context));
    }
  }

  private record Any(List<Condition> conditions) implements Condition {
    @Override
    public boolean test(Context context) {
      return conditions.stream().anyMatch(condition -> condition.test(context));
    }
  }

  private record Not(Condition condition) implements Condition {
    @Override
    public boolean test(Context context) {
      return !condition.test(context);
    }
  }

  private record Comparison(ContextPath path, Operator operator, JsonNode value)
      implements Condition {
    @Override
    public boolean test(Context context) {
      return operator.test(path.read(context), value);
    }
  }

  /**
   * The operators of conditions. A missing value is null: equal only to null and neither smaller
   * nor greater than anything. Numbers are ordered and equal by value, so {@code 1} is {@code 1.0};
   * other values are only equal or not.
   */
  private enum Operator {
    EQUAL("==", Operator::same),
    NOT_EQUAL("!=", (left, right) -> !same(left, right)),
    GREATER(">", ordered(order -> order > 0)),
    GREATER_OR_EQUAL(">=", ordered(order -> order >= 0)),
    LESS("<", ordered(order -> order < 0)),
    LESS_OR_EQUAL("<=", ordered(order -> order <= 0)),
    CONTAINS("contains", Operator::contains),
    IN("in", (left, right) -> contains(right, left)),
    /** The right side is a boolean: whether a value must exist. */
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
      return number.isBigDecimal()
          || number.isBigInteger()
          || Double.isFinite(number.doubleValue());
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
}
