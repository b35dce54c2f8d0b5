package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Shapes of requirements, resources and input rules; whether they can be met is asked later. */
public final class SpecChecks {
  private static final List<String> REQUIREMENTS = List.of("cpu", "gpu", "memory", "disk");
  private static final Pattern SIZE =
      Pattern.compile(
          "\\d{1,15}(\\.\\d{1,9})?\\s*(([kmgtp]i?)?b?|m|cores?)", Pattern.CASE_INSENSITIVE);
  private static final Set<String> OPERATORS = Set.of(">", ">=", "==", "=");
  private static final List<String> OPERATOR_MEMBERS =
      List.of("operator", "memory_operator", "api_version_operator");
  private static final Map<String, Shape> GPU =
      Map.of(
          "kind", Shape.STRING,
          "type", Shape.STRING,
          "vendor", Shape.STRING,
          "driver", Shape.STRING,
          "model", Shape.STRING,
          "api", Shape.STRING,
          "count", Shape.COUNT,
          "min_memory_mb", Shape.AMOUNT,
          "capabilities", Shape.NAMES,
          "ids", Shape.LIST);
  private static final List<String> AMOUNTS =
      List.of(
          "cpu_cores",
          "cores",
          "cpu",
          "memory_mb",
          "memory",
          "memory_gb",
          "disk_mb",
          "disk",
          "disk_gb",
          "gpu_count",
          "gpus",
          "gpu");
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "http", "grpc");

  private SpecChecks() {}

  public static void requirements(ManifestValue root) {
    ManifestValue requirements = root.atAny("requirements", "requirments").named("requirements");
    if (!requirements.is(Shape.OBJECT)) {
      return;
    }
    for (String resource : REQUIREMENTS) {
      ManifestValue place = requirements.at(resource);
      if (place.value().isObject()) {
        place.value().properties().stream()
            .map(Map.Entry::getKey)
            .filter(member -> member.equals("min") || member.startsWith("min_"))
            .forEach(member -> checkSize(place.at(member), "a non-negative number or a size"));
      } else {
        checkSize(place, "a non-negative number, a size or an object with min");
      }
    }
    checkGpu(requirements.at("gpu"));
  }

  private static void checkSize(ManifestValue place, String wanted) {
    JsonNode value = place.value();
    boolean fits =
        Shape.AMOUNT.fits(value)
            || value.isTextual() && SIZE.matcher(value.textValue().trim()).matches();
    if (!place.isAbsent() && !fits) {
      place.error(ManifestProblem.SHAPE, place.label() + " must be " + wanted);
    }
  }

  private static void checkGpu(ManifestValue gpu) {
    gpu.members(GPU);
    OPERATOR_MEMBERS.forEach(member -> gpu.at(member).oneOf(OPERATORS));
  }

  /** {@code resources} of a node, else of its config. */
  public static void resources(ManifestValue node) {
    ManifestValue resources = node.at("resources");
    if (resources.isAbsent()) {
      resources = node.at("config").at("resources");
      resources.is(Shape.OBJECT);
    }
    if (resources.isAbsent()) {
      return;
    }
    for (String amount : AMOUNTS) {
      resources.at(amount).is(Shape.AMOUNT);
    }
    resources.at("runtime_driver").is(Shape.NAME);
    eachObject(resources.at("devices"), SpecChecks::checkGpu);
    eachObject(resources.at("ports"), SpecChecks::checkPort);
    eachObject(resources.at("volumes"), SpecChecks::checkVolume);
  }

  private static void checkPort(ManifestValue port) {
    port.at("label").isRequired(Shape.NAME);
    JsonNode number = port.at("port").value();
    boolean valid = number.isInt() && number.intValue() > 0 && number.intValue() < 65_536;
    if (!port.at("port").isAbsent() && !valid) {
      port.at("port")
          .error(
              ManifestProblem.SHAPE, port.at("port").label() + " must be a number from 1 to 65535");
    }
    port.at("protocol").oneOf(PROTOCOLS);
  }

  private static void checkVolume(ManifestValue volume) {
    volume.at("name").isRequired(Shape.NAME);
    volume.at("source").is(Shape.NAME);
    ManifestValue target = volume.at("target");
    if (target.isRequired(Shape.NAME) && !target.value().textValue().startsWith("/")) {
      target.error(ManifestProblem.SHAPE, target.label() + " must be an absolute path");
    }
    volume.at("mode").oneOf(Set.of("ro", "rw"));
    volume.at("type").oneOf(Set.of("host"));
  }

  public static void inputRules(ManifestValue root) {
    ManifestValue direct = root.atAny("input_validation", "inputValidation");
    ManifestValue spec =
        direct.isAbsent()
            ? root.at("metadata").atAny("input_validation", "inputValidation")
            : direct.named("input_validation");
    if (!spec.is(Shape.OBJECT_OR_LIST)) {
      return;
    }
    ManifestValue rules = spec.value().isArray() ? spec : spec.at("rules");
    eachObject(rules, SpecChecks::checkRule);
  }

  private static void checkRule(ManifestValue rule) {
    ManifestValue type = rule.at("type");
    if (!type.isRequired(Shape.NAME)) {
      return;
    }
    switch (type.value().textValue()) {
      case "pattern" -> {
        rule.atAny("path", "input").isRequired(Shape.NAME);
        if (rule.at("pattern").isRequired(Shape.NAME)) {
          checkRegex(rule.at("pattern"));
        }
      }
      case "command" -> {
        ManifestValue command = rule.at("command");
        if (command.value().isArray() ? !Shape.NAMES.fits(command.value()) : command.isAbsent()) {
          command.error(
              ManifestProblem.SHAPE, command.label() + " must be a list of strings or a string");
        } else if (!command.value().isArray()) {
          command.is(Shape.NAME);
        }
      }
      default ->
          type.error(ManifestProblem.UNSUPPORTED, type.label() + " must be pattern or command");
    }
  }

  private static void checkRegex(ManifestValue pattern) {
    try {
      // Authors write for Python, which spells named groups with a P.
      Pattern.compile(pattern.value().textValue().replace("(?P<", "(?<"));
    } catch (PatternSyntaxException e) {
      pattern.error(
          ManifestProblem.SHAPE,
          "%s is not a regular expression: %s".formatted(pattern.label(), e.getDescription()));
    }
  }

  private static void eachObject(ManifestValue list, Consumer<ManifestValue> check) {
    if (list.is(Shape.LIST)) {
      for (ManifestValue item : list.items()) {
        if (item.isRequired(Shape.OBJECT)) {
          check.accept(item);
        }
      }
    }
  }
}
