package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.runtime.manifest.graph.InputRule.Check;
import io.mirrorneuron.runtime.manifest.graph.InputRule.Target;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.schema.LinearPattern;
import io.mirrorneuron.wire.schema.LinearPattern.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the rules that check a job's input before it starts, and checks their form. */
public final class InputRules {
  static final int MOST = 100;

  private static final String[] PLACES = {
    "input_validation", "inputValidation", "metadata.input_validation", "metadata.inputValidation"
  };

  private static final Members SPEC = Members.closed("rules");

  private static final Members RULE =
      Members.closed("type", "path", "input", "pattern", "command")
          .with(null, "name", "id", "source", "message", "help", "fix")
          .with(null, "required", "ignore_case", "env", "timeout_seconds");

  private static final String[] TEXTS = {"name", "id", "source", "message", "help", "fix"};

  /** Default time limit of a program in seconds. */
  private static final double USUAL_LIMIT = 30;

  private static final double MOST_LIMIT = 300;

  private InputRules() {}

  public static void check(ManifestValue root) {
    ManifestValue spec = spec(root);
    for (ManifestValue other : root.all(PLACES)) {
      if (!other.location().equals(spec.location()) && Shape.asksForSomething(other.value())) {
        other.warn("%s is ignored, as there is %s".formatted(other.label(), spec.label()));
      }
    }
    if (!spec.check(Shape.OBJECT_OR_LIST)) {
      return;
    }
    if (spec.value().isObject()) {
      spec.checkMembers(SPEC);
    }
    ManifestValue rules = rules(spec);
    if (rules.value().size() > MOST) {
      rules.refuse(
          ManifestProblem.LIMIT,
          "%s has %d entries; at most %d are allowed"
              .formatted(rules.label(), rules.value().size(), MOST));
    } else {
      rules.objects().forEach(InputRules::checkRule);
    }
  }

  private static ManifestValue spec(ManifestValue root) {
    ManifestValue direct = root.find(PLACES[0], PLACES[1]);
    return direct.isAbsent() ? root.find(PLACES[2], PLACES[3]) : direct.named(PLACES[0]);
  }

  private static ManifestValue rules(ManifestValue spec) {
    return spec.value().isArray() ? spec : spec.find("rules");
  }

  private static void checkRule(ManifestValue rule) {
    rule.checkMembers(RULE);
    ManifestValue type = rule.find("type");
    if (!type.checkRequired(Shape.NAME)) {
      return;
    }
    checkDetails(rule);
    switch (type.text()) {
      case "pattern" -> checkPattern(rule);
      case "command" -> checkCommand(rule);
      default ->
          type.error(ManifestProblem.UNSUPPORTED, type.label() + " must be pattern or command");
    }
  }

  /** Members that earlier builds did not check: stored jobs may have anything there. */
  private static void checkDetails(ManifestValue rule) {
    for (ManifestValue text : rule.all(TEXTS)) {
      if (!text.isAbsent() && !text.value().isTextual()) {
        text.shouldBe("a string");
      }
    }
    for (ManifestValue flag : rule.all("required", "ignore_case")) {
      if (!flag.isAbsent() && !flag.value().isBoolean()) {
        flag.shouldBe("a boolean");
      }
    }
    ManifestValue source = rule.find("source");
    if (source.text() != null && !List.of("config", "manifest").contains(lower(source))) {
      source.shouldBe("config or manifest");
    }
    ManifestValue limit = rule.find("timeout_seconds");
    boolean fits = limit.value().isNumber() && limit.value().doubleValue() > 0;
    if (!limit.isAbsent() && !(fits && limit.value().doubleValue() <= MOST_LIMIT)) {
      limit.shouldBe("a number of seconds above 0, and at most %d".formatted((int) MOST_LIMIT));
    }
    ManifestValue variables = rule.find("env");
    boolean areFlat = Json.elements(variables.value()).noneMatch(JsonNode::isContainerNode);
    if (!variables.isAbsent() && !(variables.value().isObject() && areFlat)) {
      variables.shouldBe("an object of strings, numbers or booleans");
    }
  }

  private static void checkPattern(ManifestValue rule) {
    rule.find("path", "input").checkRequired(Shape.NAME);
    ManifestValue pattern = rule.find("pattern");
    if (pattern.checkRequired(Shape.NAME)) {
      try {
        pattern(rule);
      } catch (Refused e) {
        pattern.refuse( // a stored job may have a pattern that an earlier build accepted
            ManifestProblem.SHAPE,
            "%s is not a regular expression that can be used: %s"
                .formatted(pattern.label(), e.getMessage()));
      }
    }
  }

  private static LinearPattern pattern(ManifestValue rule) throws Refused {
    return LinearPattern.ofPython(rule.find("pattern").text(), rule.asBoolean("ignore_case", true));
  }

  private static void checkCommand(ManifestValue rule) {
    rule.find("path", "input").check(Shape.NAME);
    ManifestValue command = rule.find("command");
    JsonNode value = command.value();
    boolean isList = value.isArray();
    if (command.isAbsent() || isList && !Shape.NAMES.fits(value)) {
      command.mustBe("a list of strings or a string");
    } else if (!isList) {
      command.check(Shape.NAME);
    } else if (value.isEmpty()) {
      command.shouldBe("a list with a program and its arguments");
    }
  }

  /** The well-formed rules of a manifest; none when the submitter skips them. */
  static List<InputRule> of(ObjectNode manifest) {
    ManifestValue root = ManifestValue.root(manifest, new Findings(false));
    if (isForced(root)) {
      return List.of();
    }
    List<InputRule> rules = new ArrayList<>();
    List<ManifestValue> items = rules(spec(root)).items();
    for (int i = 0; i < Math.min(items.size(), MOST); i++) {
      InputRule rule = items.get(i).value().isObject() ? read(items.get(i), i) : null;
      if (rule != null) {
        rules.add(rule);
      }
    }
    return rules;
  }

  private static boolean isForced(ManifestValue root) {
    return root.asBoolean("metadata.mn_validation.force", false)
        || root.asBoolean("metadata.force_validation", false);
  }

  /** Null when its form is wrong, which was reported. */
  private static InputRule read(ManifestValue rule, int index) {
    Findings faults = new Findings(false, Purpose.NEW);
    checkRule(ManifestValue.root(rule.value(), faults));
    if (!faults.errors().isEmpty()) {
      return null;
    }
    String type = rule.find("type").text();
    String id = rule.find("id").text();
    String name = rule.find("name", "id").text();
    String path = rule.find("path", "input").text();
    Target target =
        path == null ? null : new Target(lower(rule.find("source")).equals("manifest"), path);
    return new InputRule(
        new Validation.Rule(name == null ? "rule " + (index + 1) : name, type, index, id),
        rule.location(),
        target,
        rule.find("message").text(),
        rule.find("help", "fix").text(),
        type.equals("pattern") ? text(rule) : program(rule));
  }

  private static Check text(ManifestValue rule) {
    try {
      return new Check.Text(
          rule.find("pattern").text(), pattern(rule), rule.asBoolean("required", true));
    } catch (Refused e) {
      throw new IllegalStateException("its form was checked", e);
    }
  }

  /** A text is split at blanks; no shell reads it. */
  private static Check program(ManifestValue rule) {
    ManifestValue command = rule.find("command");
    List<String> words =
        command.value().isArray()
            ? command.items().stream().map(ManifestValue::text).toList()
            : List.of(command.text().strip().split("\\s+"));
    Map<String, String> variables = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> variable : rule.find("env").value().properties()) {
      variables.put(variable.getKey(), variable.getValue().asText(""));
    }
    double seconds = rule.find("timeout_seconds").value().asDouble(USUAL_LIMIT);
    return new Check.Program(words, variables, Duration.ofMillis((long) (seconds * 1000)));
  }

  private static String lower(ManifestValue word) {
    return word.asText().toLowerCase(Locale.ROOT);
  }
}
