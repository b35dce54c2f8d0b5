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
      Members.open()
          .with(Shape.STRING, "kind", "type", "vendor", "driver", "model", "api")
          .with(Shape.COUNT, "count")
          .with(Shape.AMOUNT, "min_memory_mb")
          .with(Shape.NAMES, "capabilities")
          .with(Shape.LIST, "ids");
  private static final String NO_SHARES = "does not reserve or limit it";
  private static final Members RESOURCES =
      Members.closed("limits")
          .with(Shape.AMOUNT, "cpu_cores", "cores", "cpu")
          .with(Shape.AMOUNT, "memory_mb", "memory", "memory_gb")
          .with(Shape.AMOUNT, "disk_mb", "disk", "disk_gb")
          .with(Shape.AMOUNT, "gpu_count", "gpus", "gpu")
          .with(Shape.NAME, "runtime_driver")
          .ignoring(NO_SHARES, "cpu_cores", "cores", "cpu", "memory_mb", "memory", "memory_gb")
          .ignoring(NO_SHARES, "disk_mb", "disk", "disk_gb", "gpu_count", "gpus", "gpu")
          .ignoring("starts programs itself", "runtime_driver")
          .ignoring("only tells programs of them", "devices", "ports", "volumes");
  private static final Members LIMITS =
      Members.closed("open_files", "address_space_mb", "cpu_seconds");
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
    gpu.checkMembers(GPU);
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
    resources.at("limits").checkMembers(LIMITS);
    resources.at("devices").objects().forEach(ResourceChecks::checkGpu);
    resources.at("ports").objects().forEach(ResourceChecks::checkPort);
    resources.at("volumes").objects().forEach(ResourceChecks::checkVolume);
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
