package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.wire.LenientJson;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Reads demands for devices and reports errors in them. */
final class DeviceDemandReader {
  static final String GPU = "gpu";
  private static final Measure COUNTED =
      Measure.of(Measure.Kind.DEVICES).with(1, "gpu_count", "gpus", GPU);
  private static final Measure REQUIRED =
      Measure.of(Measure.Kind.DEVICES).with(1, "min_count", "count", "min");
  private static final Measure MEMORY = Measure.of(Measure.Kind.MEGABYTES).with(1, "min_memory_mb");
  private static final Set<String> OPERATORS = Set.of(">", ">=", "==", "=");
  private static final Members MEMBERS =
      Members.closed("operator", "memory_operator", "api_version_operator")
          .with(Shape.STRING, "kind", "type", "vendor", "driver", "api")
          .with(Shape.STRING, "min_api_version", "enforcement")
          .with(Shape.COUNT, "count")
          .with(null, "min_memory_mb")
          .with(Shape.NAMES, "capabilities", "required_capabilities")
          .with(Shape.LIST, "ids")
          .ignoring("looks at no models of devices", "model", "name");
  private static final Members REQUIRED_MEMBERS = MEMBERS.with(Shape.AMOUNT, "min_count", "min");

  private DeviceDemandReader() {}

  /** {@code requirements.gpu}. */
  static void checkRequired(ManifestValue gpu) {
    JsonNode value = gpu.value();
    if (value.isObject()) {
      check(gpu, REQUIRED_MEMBERS);
      if (REQUIRED.names().stream().allMatch(name -> isCount(gpu.at(name).value()))) {
        REQUIRED.read(gpu);
      }
    } else {
      REQUIRED.saying(RequirementReader.SIZE_OR_OBJECT).read(gpu, "count");
    }
  }

  private static boolean isCount(JsonNode value) {
    return value.isMissingNode() || Shape.AMOUNT.fits(value);
  }

  private static void check(ManifestValue device, Members members) {
    device.checkMembers(members);
    device.checkWords(OPERATORS, "operator", "memory_operator", "api_version_operator");
    MEMORY.read(device);
    ManifestValue ids = device.find("ids");
    if (!ServiceChecks.isShort(ids, ResourceChecks.MOST, "ids")) {
      return;
    }
    for (ManifestValue list : device.all("capabilities", "required_capabilities")) {
      ServiceChecks.isShort(list, ResourceChecks.MOST, "capabilities");
    }
    Set<String> known = new HashSet<>();
    for (ManifestValue id : ids.items()) {
      JsonNode value = id.value();
      if (!Shape.NAME.fits(value) && !Shape.COUNT.fits(value)) {
        id.refuse(
            ManifestProblem.SHAPE,
            id.label() + " must be the id of a device or its index: " + id.shown());
      } else if (!known.add(id.asText())) {
        id.refuse(ManifestProblem.DUPLICATE, id.label() + " names " + id.shown() + " again");
      }
    }
    ManifestValue count = device.find("count");
    if (!known.isEmpty()
        && Shape.COUNT.fits(count.value())
        && count.value().asInt() != known.size()) {
      count.refuse(
          ManifestProblem.CONFLICT,
          "%s (%s) contradicts %s (%d devices): ids are exactly those that are asked for"
              .formatted(count.label(), count.shown(), ids.label(), known.size()));
    }
  }

  /** {@code devices} and their number in {@code resources}. */
  static void checkDevices(ManifestValue resources) {
    resources.find("devices").objects().forEach(one -> check(one, MEMBERS));
    long listed = listed(resources);
    for (String name : COUNTED.names()) {
      ManifestValue place = resources.at(name);
      OptionalLong count = COUNTED.read(place, name);
      if (listed > 0 && count.isPresent() && count.getAsLong() != listed) {
        place.refuse(
            ManifestProblem.CONFLICT,
            "%s (%d devices) contradicts %s (%d devices of kind gpu): keep one of them"
                .formatted(
                    place.label(), count.getAsLong(), resources.find("devices").label(), listed));
      }
    }
    COUNTED.read(resources);
  }

  private static long listed(ManifestValue resources) {
    return listed(written(resources.value()));
  }

  private static long listed(List<DeviceDemand> devices) {
    return devices.stream()
        .filter(one -> one.resource().equals(GPU))
        .mapToLong(DeviceDemand::minCount)
        .sum();
  }

  /** A device that some node must have; empty when any node will do. */
  static Optional<DeviceDemand> required(JsonNode gpu) {
    Written written = LenientJson.read(gpu, Written.class);
    double count = gpu.isContainerNode() ? written.counted() : gpu.asDouble();
    return count > 0 || written.describes()
        ? Optional.of(written.demand(GPU, count))
        : Optional.empty();
  }

  /** The listed devices, and more to reach the given number. */
  static List<DeviceDemand> devices(ObjectNode resources) {
    List<DeviceDemand> devices = written(resources);
    long counted = COUNTED.read(ManifestValue.root(resources, new Findings(false)));
    long more = counted - listed(devices);
    return more <= 0
        ? devices
        : Stream.concat(Stream.of(Written.NOTHING.demand(GPU, more)), devices.stream()).toList();
  }

  private static List<DeviceDemand> written(JsonNode resources) {
    return ManifestValue.root(resources, new Findings(false)).find("devices").items().stream()
        .map(ManifestValue::value)
        .flatMap(device -> device(device).stream())
        .toList();
  }

  /** {@code count: 0} asks for nothing. */
  private static Optional<DeviceDemand> device(JsonNode device) {
    Written written = LenientJson.read(device, Written.class);
    if (device.has("count") && written.count <= 0 && written.ids.isEmpty()) {
      return Optional.empty();
    }
    String kind = written.kind == null ? written.type : written.kind;
    boolean isGpu = kind == null || isGpu(kind.toLowerCase(Locale.ROOT));
    return Optional.of(written.demand(isGpu ? GPU : kind, written.counted()));
  }

  private static boolean isGpu(String kind) {
    return kind.contains(GPU) || kind.equals("cuda") || kind.equals("nvidia");
  }

  /** As written; old and new manifests use different names. */
  private record Written(
      String kind,
      String type,
      double minCount,
      double count,
      double min,
      String operator,
      String vendor,
      String driver,
      String api,
      List<String> requiredCapabilities,
      List<String> capabilities,
      List<JsonNode> ids,
      String minApiVersion,
      String apiVersionOperator,
      JsonNode minMemoryMb,
      String memoryOperator) {
    static final Written NOTHING =
        LenientJson.read(ManifestValue.root(null, new Findings(false)).value(), Written.class);

    /** At least so many; {@code >} 2 means 3. */
    double counted() {
      double most = Math.max(minCount, Math.max(count, min));
      return Math.max(ids.size(), ">".equals(operator) ? Math.floor(most) + 1 : most);
    }

    /** Whether it has any property besides the number. */
    boolean describes() {
      return Stream.of(known(vendor), known(driver), known(api), minApiVersion)
              .anyMatch(Objects::nonNull)
          || megabytes() > 0
          || !ids.isEmpty()
          || !requiredCapabilities.isEmpty()
          || !capabilities.isEmpty();
    }

    DeviceDemand demand(String resource, double howMany) {
      return new DeviceDemand(
          resource,
          (int) Math.max(1, Math.ceil(howMany)),
          known(vendor),
          known(driver == null ? api : driver),
          Stream.concat(requiredCapabilities.stream(), capabilities.stream()).toList(),
          ids.stream().map(JsonNode::asText).distinct().toList(),
          minApiVersion,
          comparison(apiVersionOperator),
          megabytes() > 0 ? megabytes() : null,
          comparison(memoryOperator));
    }

    /** A number is kept exactly as written. */
    private double megabytes() {
      return minMemoryMb == null || !minMemoryMb.isTextual()
          ? minMemoryMb == null ? 0 : minMemoryMb.asDouble()
          : MEMORY
              .read(ManifestValue.root(minMemoryMb, new Findings(false)), "min_memory_mb")
              .orElse(0);
    }

    /** {@code any} means no demand. */
    private static String known(String word) {
      return "any".equalsIgnoreCase(word) ? null : word;
    }

    private static String comparison(String written) {
      return written == null ? ">=" : written.equals("=") ? "==" : written;
    }
  }
}
