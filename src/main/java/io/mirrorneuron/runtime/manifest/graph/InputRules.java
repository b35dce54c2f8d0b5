package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Checks the form of the rules by which a job's input is validated before it starts. */
final class InputRules {
  private InputRules() {}

  static void check(ManifestValue root) {
    root.all(
            "input_validation",
            "inputValidation",
            "metadata.input_validation",
            "metadata.inputValidation")
        .forEach(InputRules::tellIgnored);
    ManifestValue direct = root.find("input_validation", "inputValidation");
    ManifestValue spec =
        direct.isAbsent()
            ? root.find("metadata.input_validation", "metadata.inputValidation")
            : direct.named("input_validation");
    if (!spec.check(Shape.OBJECT_OR_LIST)) {
      return;
    }
    ManifestValue rules = spec.value().isArray() ? spec : spec.at("rules");
    rules.objects().forEach(InputRules::checkRule);
  }

  /** Whatever it asks for, in whatever form. */
  private static void tellIgnored(ManifestValue spec) {
    boolean asks =
        spec.value().isObject()
            ? Json.elements(spec.value()).anyMatch(Shape::asksForSomething)
            : Shape.asksForSomething(spec.value());
    if (asks) {
      spec.warn(spec.label() + " is ignored: this server does not validate inputs");
    }
  }

  private static void checkRule(ManifestValue rule) {
    ManifestValue type = rule.at("type");
    if (!type.checkRequired(Shape.NAME)) {
      return;
    }
    switch (type.text()) {
      case "pattern" -> {
        rule.find("path", "input").checkRequired(Shape.NAME);
        ManifestValue pattern = rule.at("pattern");
        if (pattern.checkRequired(Shape.NAME)) {
          checkRegex(pattern);
        }
      }
      case "command" -> {
        ManifestValue command = rule.at("command");
        if (command.value().isArray() ? !Shape.NAMES.fits(command.value()) : command.isAbsent()) {
          command.mustBe("a list of strings or a string");
        } else if (!command.value().isArray()) {
          command.check(Shape.NAME);
        }
      }
      default ->
          type.error(ManifestProblem.UNSUPPORTED, type.label() + " must be pattern or command");
    }
  }

  private static void checkRegex(ManifestValue pattern) {
    try {
      // Authors write for Python, which spells named groups with a P.
      Pattern.compile(pattern.text().replace("(?P<", "(?<"));
    } catch (PatternSyntaxException e) {
      pattern.error(
          ManifestProblem.SHAPE,
          "%s is not a regular expression: %s".formatted(pattern.label(), e.getDescription()));
    }
  }
}
