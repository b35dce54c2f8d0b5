package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the form of requirements and resources; the scheduler asks whether they can be met. */
final class ResourceChecks {
  private static final List<String> REQUIREMENTS = List.of("cpu", "gpu", "memory", "disk");
  private static final Pattern SIZE =
      Pattern.compile(
          "\\d{1,15}(\\.\\d{1,9})?\\s*(([kmgtp]i?)?b?|m|cores?)", Pattern.CASE_INSENSITIVE);
  private static final Set<String> OPERATORS = Set.of(">", ">=", "==", "=");
  private static final Members GPU =
      Members.closed("operator", "memory_operator", "api_version_operator")
          .with(Shape.STRING, "kind", "type", "vendor", "driver", "api")
          .with(Shape.STRING, "min_api_version", "enforcement")
          .with(Shape.COUNT, "count")
          .with(Shape.AMOUNT, "min_memory_mb")
          .with(Shape.NAMES, "capabilities", "required_capabilities")
          .with(Shape.LIST, "ids")
          .ignoring("looks at no models of devices", "model", "name");
  private static final Members REQUIRED_GPU = GPU.with(Shape.AMOUNT, "min_count", "min");
  private static final String NO_CHECK = "does not check what a machine has of it";
  private static final Members REQUIREMENTS_MEMBERS =
      Members.closed("gpu").ignoring(NO_CHECK, "cpu", "memory", "disk");
  private static final Members SIZES =
      Members.closed("min", "min_cores", "cores", "min_gb", "gb", "min_mb", "mb");
  private static final String NO_SHARES = "does not reserve or limit it";
  private static final String NOT_RESERVED =
      "must be there, but are not reserved: this server only tells programs of them";
  private static final Members RESOURCES =
      Members.closed()
          .with(Shape.OBJECT, "limits")
          .with(Shape.AMOUNT, "cpu_cores", "cores", "cpu")
          .with(Shape.AMOUNT, "memory_mb", "memory", "memory_gb")
          .with(Shape.AMOUNT, "disk_mb", "disk", "disk_gb")
          .with(Shape.AMOUNT, "gpu_count", "gpus", "gpu")
          .with(Shape.NAME, "runtime_driver")
          .ignoring(NO_SHARES, "cpu_cores", "cores", "cpu", "memory_mb", "memory", "memory_gb")
          .ignoring(NO_SHARES, "disk_mb", "disk", "disk_gb")
          .ignoring("starts programs itself", "runtime_driver")
          .warning(NOT_RESERVED, "devices", "gpu_count", "gpus", "gpu")
          .ignoring("only tells programs of them", "ports", "volumes");
  private static final List<String> LIMITS =
      List.of("open_files", "address_space_mb", "cpu_seconds");
  private static final long MAX_LIMIT = 1L << 40;
  private static final Members PORT =
      Members.closed("label", "protocol", "to").with(Shape.PORT, "port");
  private static final Members VOLUME =
      Members.closed("name", "target", "mode", "type").with(Shape.NAME, "source");
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "http", "grpc");

  private ResourceChecks() {}

  static void requirements(ManifestValue root) {
    ManifestValue requirements = root.find("requirements", "requirments").named("requirements");
    if (!requirements.check(Shape.OBJECT)) {
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
    requirements.checkMembers(REQUIREMENTS_MEMBERS);
    requirements.all("cpu", "memory", "disk").forEach(one -> one.checkMembers(SIZES));
    checkGpu(requirements.at("gpu"), REQUIRED_GPU);
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

  private static void checkGpu(ManifestValue gpu, Members members) {
    gpu.checkMembers(members);
    gpu.checkWords(OPERATORS, "operator", "memory_operator", "api_version_operator");
  }

  /** {@code resources} of a node, else of its config. */
  static void resources(ManifestValue node) {
    ManifestValue resources = node.at("resources");
    if (resources.isAbsent()) {
      resources = node.find("config.resources");
      resources.check(Shape.OBJECT);
    }
    if (resources.isAbsent()) {
      return;
    }
    resources.checkMembers(RESOURCES);
    checkLimits(resources.at("limits"));
    resources.at("devices").objects().forEach(one -> checkGpu(one, GPU));
    resources.at("ports").objects().forEach(ResourceChecks::checkPort);
    resources.at("volumes").objects().forEach(ResourceChecks::checkVolume);
  }

  /** The program would not be started with another one, each time. */
  private static void checkLimits(ManifestValue limits) {
    for (Map.Entry<String, JsonNode> member : limits.value().properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      ManifestValue limit = limits.at(name);
      if (!LIMITS.contains(name)) {
        limits.refuse(
            ManifestProblem.SHAPE,
            "%s has no member %s; it may have %s"
                .formatted(limits.label(), ManifestValue.shown(name), String.join(", ", LIMITS)));
      } else if (!value.isIntegralNumber()
          || !value.canConvertToLong()
          || value.asLong() < 1
          || value.asLong() > MAX_LIMIT) {
        limit.refuse(
            ManifestProblem.SHAPE,
            "%s must be a whole number from 1 to 2^40: %s".formatted(limit.label(), limit.shown()));
      }
    }
  }

  private static void checkPort(ManifestValue port) {
    port.at("label").checkRequired(Shape.NAME);
    port.checkMembers(PORT);
    port.checkWords(PROTOCOLS, "protocol");
  }

  private static void checkVolume(ManifestValue volume) {
    volume.at("name").checkRequired(Shape.NAME);
    volume.checkMembers(VOLUME);
    ManifestValue target = volume.at("target");
    if (target.checkRequired(Shape.NAME) && !target.text().startsWith("/")) {
      target.error(ManifestProblem.SHAPE, target.label() + " must be an absolute path");
    }
    volume.checkWords(Set.of("ro", "rw"), "mode");
    volume.checkWords(Set.of("host"), "type");
  }
}
