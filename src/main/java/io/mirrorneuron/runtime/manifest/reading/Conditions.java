package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.runtime.workflow.Condition;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  /** Reports errors at the place; where there are any, the result means nothing. */
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
}
