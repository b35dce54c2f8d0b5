package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.workflow.Constraint;
import io.mirrorneuron.runtime.workflow.Constraint.Operator;
import io.mirrorneuron.runtime.workflow.NodeAttributes;
import io.mirrorneuron.runtime.workflow.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Reads what must hold of a node ({@code runtime.md} 1.5, 5.7): the name of a capability, an object
 * with attribute, operator and value, or a list of either. Others are errors of new manifests; of
 * stored ones they are left out.
 */
final class ConstraintReader {
  /** A hostile manifest has very many, and each node is asked for each. */
  private static final int MOST = 100;

  /** Longer ones are no typing errors. */
  private static final int LONGEST_NAME = 64;

  /** Any word could be the correction of a shorter one. */
  private static final int SHORT_NAME = 6;

  private static final String CAPABILITIES = "capabilities";
  private static final String[] ATTRIBUTE = {"attribute", "target", "l_target", "lTarget"};
  private static final String[] OPERATOR = {"operator", "operand"};
  private static final String[] VALUE = {"value", "r_target", "rTarget"};
  private static final List<String> LIKE_OPERATORS =
      List.of("op", "comparator", "comparison", "compare", "cmp", "condition", "relation");
  private static final Members COMPARISON =
      Members.closed(OPERATOR).with(null, VALUE).meaning("value", "values", "val", "equals");
  private static final Members CONSTRAINT =
      COMPARISON
          .with(null, ATTRIBUTE)
          .meaning("attribute", "name", "key", "attr", "l_value", "left");
  private static final Map<String, Operator> OPERATORS =
      Map.ofEntries(
          Map.entry("=", Operator.EQUAL),
          Map.entry("==", Operator.EQUAL),
          Map.entry("is", Operator.EQUAL),
          Map.entry("in", Operator.EQUAL),
          Map.entry("!=", Operator.NOT_EQUAL),
          Map.entry("not", Operator.NOT_EQUAL),
          Map.entry(">", Operator.MORE),
          Map.entry(">=", Operator.AT_LEAST),
          Map.entry("<", Operator.LESS),
          Map.entry("<=", Operator.AT_MOST),
          Map.entry("contains", Operator.CONTAINS),
          Map.entry("set_contains", Operator.CONTAINS),
          Map.entry("regexp", Operator.MATCHES),
          Map.entry("regex", Operator.MATCHES),
          Map.entry("matches", Operator.MATCHES),
          Map.entry("exists", Operator.EXISTS),
          Map.entry("is_set", Operator.EXISTS),
          Map.entry("not_exists", Operator.ABSENT),
          Map.entry("is_not_set", Operator.ABSENT));

  private ConstraintReader() {}

  static List<Constraint> of(ManifestValue place) {
    if (place.isAbsent()) {
      return List.of();
    }
    List<ManifestValue> each = place.value().isArray() ? place.items() : List.of(place);
    if (each.size() > MOST) {
      place.refuse(
          ManifestProblem.LIMIT,
          "%s has %d entries; at most %d are allowed".formatted(place.label(), each.size(), MOST));
    }
    return each.stream().limit(MOST).flatMap(one -> one(one).stream()).toList();
  }

  /** Each member is an attribute: what it must be, or an object with operator and value. */
  static List<Constraint> ofAttributes(ManifestValue place) {
    List<Constraint> found = new ArrayList<>();
    place.value().properties().stream()
        .limit(MOST)
        .map(Map.Entry::getKey)
        .forEach(
            name -> {
              ManifestValue wanted = place.at(name);
              boolean isCompared = wanted.value().isObject();
              checkMembers(wanted, COMPARISON);
              warnUnknown(wanted, plain(name));
              compared(wanted, name, isCompared ? wanted.find(VALUE) : wanted)
                  .ifPresent(found::add);
            });
    return found;
  }

  private static Optional<Constraint> one(ManifestValue place) {
    if (place.value().isTextual() && !place.text().isBlank()) {
      return Optional.of(
          new Constraint(CAPABILITIES, Operator.CONTAINS, List.of(place.text().strip())));
    }
    ManifestValue attribute = place.find(ATTRIBUTE);
    if (!attribute.value().isTextual() || attribute.text().isBlank()) {
      if (!place.value().isEmpty() || !place.value().isObject()) {
        place.refuse(
            ManifestProblem.SHAPE,
            place.label()
                + " must be the name of a capability, or an object with attribute, operator and"
                + " value");
      }
      return Optional.empty();
    }
    checkMembers(place, CONSTRAINT);
    warnUnknown(attribute, plain(attribute.text()));
    return compared(place, plain(attribute.text()), place.find(VALUE));
  }

  /** Without the operator that it means, the constraint would be another one, even its reverse. */
  private static void checkMembers(ManifestValue place, Members members) {
    String[] mistaken =
        place.value().properties().stream()
            .limit(MOST)
            .filter(one -> isMistaken(one.getKey(), one.getValue()))
            .map(Map.Entry::getKey)
            .toArray(String[]::new);
    place.checkMembers(members.with(null, mistaken));
    for (String name : mistaken) {
      place
          .at(name)
          .refuse(
              ManifestProblem.UNKNOWN_MEMBER,
              "unknown member %s; did you mean operator?"
                  .formatted(place.at(name).named(ManifestValue.shown(name)).label()));
    }
  }

  private static boolean isMistaken(String name, JsonNode value) {
    String word = name.toLowerCase(Locale.ROOT);
    boolean isKnown =
        Stream.of(ATTRIBUTE, OPERATOR, VALUE).flatMap(Stream::of).anyMatch(name::equals);
    boolean isSign = value.isTextual() && OPERATORS.containsKey(value.textValue().strip());
    return !isKnown
        && name.length() <= LONGEST_NAME
        && (isSign
            || LIKE_OPERATORS.contains(word)
            || NearestMatch.of(word, List.of(OPERATOR)).isPresent());
  }

  /** Without the <code>${attr. }</code> that others write around a name. */
  private static String plain(String name) {
    String bare = name.strip();
    if (bare.startsWith("${") && bare.endsWith("}")) {
      bare = bare.substring(2, bare.length() - 1);
    }
    for (String prefix : List.of("attr.", "node.")) {
      bare = bare.startsWith(prefix) ? bare.substring(prefix.length()) : bare;
    }
    return bare.toLowerCase(Locale.ROOT);
  }

  private static Optional<Constraint> compared(
      ManifestValue place, String attribute, ManifestValue value) {
    ManifestValue word = place.find(OPERATOR);
    String written = word.isAbsent() ? "=" : word.asText().strip().toLowerCase(Locale.ROOT);
    Operator operator = OPERATORS.get(written.replace('-', '_'));
    if (operator == null) {
      word.refuse(
          ManifestProblem.UNSUPPORTED,
          "%s must be one of = != > >= < <= contains regexp exists not_exists: %s"
              .formatted(word.label(), word.shown()));
      return Optional.empty();
    }
    List<String> values = operator.needsValue() ? texts(value.value()) : List.of();
    if (operator.needsValue() && values.isEmpty()) {
      value.shouldBe("a text, a number, a boolean or a list of these");
      return Optional.empty();
    }
    Constraint read = new Constraint(plain(attribute), operator, values);
    return isSound(value, read) && isOrdered(value, word, read)
        ? Optional.of(read)
        : Optional.empty();
  }

  /** Whether there is an order of the attribute and the values, where one is asked for. */
  private static boolean isOrdered(ManifestValue value, ManifestValue word, Constraint read) {
    if (!read.operator().asksForOrder()) {
      return true;
    }
    if (NodeAttributes.isText(read.attribute())) {
      word.shouldBe(
          "one of = != contains regexp exists not_exists, as %s is a text without an order"
              .formatted(read.attribute()));
      return false;
    }
    if (read.values().stream().allMatch(Versions::isNumberOrVersion)) {
      return true;
    }
    value.shouldBe("a number, or a version as 12.4, for the operator " + read.operator().word());
    return false;
  }

  /** Nodes have no such attribute, whatever their operators say of them. */
  private static void warnUnknown(ManifestValue place, String attribute) {
    if (!NodeAttributes.isKnown(attribute)) {
      String shown = ManifestValue.shown(attribute);
      boolean isAlone = attribute.length() < SHORT_NAME || attribute.length() > LONGEST_NAME;
      String near =
          (isAlone ? Optional.<String>empty() : NearestMatch.of(attribute, NodeAttributes.ALL))
              .orElse(NodeAttributes.LABEL + shown);
      place.warn(
          "%s asks for %s, which no node has; did you mean %s? Labels of node.labels begin with %s"
              .formatted(place.label(), shown, near, NodeAttributes.LABEL));
    }
  }

  private static List<String> texts(JsonNode value) {
    Stream<JsonNode> each = value.isArray() ? value.valueStream() : Stream.of(value);
    List<JsonNode> all = each.toList();
    boolean areScalars = all.stream().allMatch(one -> one.isValueNode() && !one.isNull());
    return areScalars ? all.stream().map(JsonNode::asText).toList() : List.of();
  }

  private static boolean isSound(ManifestValue place, Constraint read) {
    if (read.operator() != Operator.MATCHES) {
      return true;
    }
    try {
      read.values().forEach(Pattern::compile);
      return true;
    } catch (PatternSyntaxException e) {
      place.shouldBe("a regular expression: " + e.getDescription());
      return false;
    }
  }
}
