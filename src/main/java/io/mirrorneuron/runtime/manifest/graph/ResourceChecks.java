package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Checks the form of a node's resource demands; the scheduler checks later whether a machine has
 * them.
 */
final class ResourceChecks {
  private static final Members RESOURCES =
      Members.closed("devices", "gpu_count", "gpus", "gpu", "ports", "volumes")
          .with(null, RequestReader.AMOUNTS)
          .with(Shape.OBJECT, "limits")
          .with(Shape.NAME, "runtime_driver");
  private static final Members PORT =
      Members.closed("label", "protocol", "to").with(Shape.PORT, "port").meaning("label", "name");
  private static final Members VOLUME =
      Members.closed("name", "target", "mode", "type").with(Shape.NAME, "source");

  /** For each list of a node; each entry adds to the cost of every later request. */
  static final int MOST = 100;

  /** Suffix of the variable with a volume's target. */
  static final String TARGET = "_TARGET";

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "http", "grpc");

  private ResourceChecks() {}

  /** {@code resources} of a node and of its config. */
  static void resources(ManifestValue node) {
    ManifestValue resources = NodeResources.of(node);
    if (resources.isAbsent()) {
      return;
    }
    resources.checkMembers(RESOURCES);
    checkLimits(resources.at("limits"));
    Amounts asked = RequestReader.amounts(resources);
    warnBelow(resources.at("limits").at("memory_mb"), asked.memoryMb(), "MB of memory");
    warnBelow(resources.at("limits").at("cpu_millis"), asked.cpuMillis(), "thousandths of a core");
    if (!areShort(resources)) {
      return;
    }
    DeviceDemandReader.checkDevices(resources);
    List<ManifestValue> ports = resources.at("ports").objects().toList();
    ports.forEach(ResourceChecks::checkPort);
    checkTwice(ports, "label", ResourceChecks::variable);
    for (boolean udp : List.of(true, false)) {
      List<ManifestValue> same = ports.stream().filter(one -> isUdp(one) == udp).toList();
      checkTwice(same, "port", ManifestValue::asText);
    }
    List<ManifestValue> volumes = resources.at("volumes").objects().toList();
    volumes.forEach(ResourceChecks::checkVolume);
    checkTwice(volumes, "name", ResourceChecks::variable);
    checkTargets(volumes);
  }

  private static boolean areShort(ManifestValue resources) {
    boolean areShort = true;
    for (String list : List.of("devices", "ports", "volumes")) {
      areShort &= ServiceChecks.isShort(resources.at(list), MOST, list);
    }
    return areShort;
  }

  /** With an invalid limit, no attempt of the program would start. */
  private static void checkLimits(ManifestValue limits) {
    for (Map.Entry<String, JsonNode> member : limits.value().properties()) {
      String name = member.getKey();
      ManifestValue limit = limits.at(name);
      if (ProgramLimit.of(name).isEmpty()) {
        limit.shouldBe("called one of " + String.join(", ", ProgramLimit.words()));
      } else if (!LimitReader.isValue(member.getValue())) {
        limit.shouldBe("a whole number from 1 to 2^40", ": " + limit.shown());
      }
    }
  }

  /** The reservation is above the limit. */
  private static void warnBelow(ManifestValue limit, long asked, String what) {
    if (LimitReader.isValue(limit.value()) && limit.value().asLong() < asked) {
      limit.warn(
          "%s is %d, and its node is asked for %d %s: the program can never use all of that"
              .formatted(limit.label(), limit.value().asLong(), asked, what));
    }
  }

  private static void checkPort(ManifestValue port) {
    ManifestValue label = port.at("label");
    if (label.checkRequired(Shape.NAME) && !LABEL.matcher(label.text()).matches()) {
      label.shouldBe("of letters, digits, _ and -");
    }
    port.checkMembers(PORT);
    port.checkWords(PROTOCOLS, "protocol");
  }

  private static void checkVolume(ManifestValue volume) {
    volume.at("name").checkRequired(Shape.NAME);
    volume.checkMembers(VOLUME);
    ManifestValue target = volume.at("target");
    if (target.checkRequired(Shape.NAME) && !target.text().startsWith("/")) {
      target.mustBe("an absolute path");
    }
    checkSource(volume.find("source"));
    volume.checkWords(Set.of("ro", "rw"), "mode");
    volume.checkWords(Set.of("host"), "type");
  }

  private static void checkSource(ManifestValue source) {
    if (source.isAbsent()) {
      source.refuse(
          ManifestProblem.REQUIRED, source.label() + " is required: a folder of the node");
    } else if (source.value().isTextual() && !source.text().startsWith("/")) {
      source.refuse(ManifestProblem.SHAPE, source.label() + " must be an absolute path");
    }
  }

  /** Reports two entries with the same value, or with the same variable for the program. */
  private static void checkTwice(
      List<ManifestValue> entries, String member, Function<ManifestValue, String> meaning) {
    Map<String, ManifestValue> known = new HashMap<>();
    for (ManifestValue entry : entries) {
      ManifestValue place = entry.at(member);
      String key = place.isAbsent() ? "" : meaning.apply(place);
      ManifestValue before = key.isEmpty() ? null : known.putIfAbsent(key, place);
      if (before != null) {
        String also = before.shown().equals(place.shown()) ? "" : " with " + before.shown();
        place.refuse(
            ManifestProblem.DUPLICATE,
            "%s asks for %s, as %s does%s"
                .formatted(place.label(), place.shown(), before.label(), also));
      }
    }
  }

  /** The variable of a volume may be that of another volume's target. */
  private static void checkTargets(List<ManifestValue> volumes) {
    Map<String, ManifestValue> targets = new HashMap<>();
    volumes.forEach(
        one -> targets.putIfAbsent(variable(one.find("name")) + TARGET, one.find("name")));
    for (ManifestValue volume : volumes) {
      ManifestValue name = volume.find("name");
      ManifestValue other = targets.get(variable(name));
      if (other != null) {
        name.refuse(
            ManifestProblem.DUPLICATE,
            "%s and %s give the same variable: MN_VOLUME_%s"
                .formatted(name.label(), other.label(), variable(name)));
      }
    }
  }

  /** UDP and TCP numbers are independent. */
  private static boolean isUdp(ManifestValue port) {
    return port.find("protocol").asText().equals("udp");
  }

  /** The suffix of the variable for it. */
  static String variable(ManifestValue name) {
    return name.asText().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
