package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.DeviceDemand;
import io.mirrorneuron.runtime.workflow.DeviceDemands;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.LenientJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads what a manifest that {@link ResourceChecks} accepts demands of machines. */
public final class DeviceDemandReader {
  private DeviceDemandReader() {}

  public static DeviceDemands of(Workflow workflow) {
    Map<String, List<DeviceDemand>> devices = new LinkedHashMap<>();
    workflow.agents().forEach((id, agent) -> devices.put(id, agent.request().devices()));
    ManifestValue root = value(workflow.source());
    JsonNode gpu = root.find("requirements.gpu", "requirments.gpu").value();
    Written written = LenientJson.read(gpu, Written.class);
    Optional<DeviceDemand> demand = required(gpu, written);
    return isSkipped(root, written)
        ? new DeviceDemands(Optional.empty(), demand, devices)
        : new DeviceDemands(demand, Optional.empty(), devices);
  }

  /** Who submits with force skips requirements, unless they are hard; {@code rest.md} 8.1. */
  private static boolean isSkipped(ManifestValue root, Written written) {
    boolean forced =
        root.asBoolean("metadata.mn_validation.force", false)
            || root.asBoolean("metadata.force_validation", false);
    return forced && !"hard".equalsIgnoreCase(written.enforcement);
  }

  private static Optional<DeviceDemand> required(JsonNode gpu, Written written) {
    double count = gpu.isContainerNode() ? written.counted() : gpu.asDouble();
    return count > 0 || written.describes()
        ? Optional.of(written.demand("gpu", count))
        : Optional.empty();
  }

  static List<DeviceDemand> devices(ObjectNode resources) {
    ManifestValue place = value(resources);
    double count = place.find("gpu_count", "gpus", "gpu").value().asDouble();
    Stream<DeviceDemand> counted =
        count > 0 ? Stream.of(Written.NOTHING.demand("gpu", count)) : Stream.empty();
    return Stream.concat(
            counted,
            place.at("devices").items().stream()
                .map(ManifestValue::value)
                .flatMap(device -> device(device).stream()))
        .toList();
  }

  /** {@code count: 0} asks for nothing. */
  private static Optional<DeviceDemand> device(JsonNode device) {
    Written written = LenientJson.read(device, Written.class);
    if (device.has("count") && written.count <= 0) {
      return Optional.empty();
    }
    String kind = written.kind == null ? written.type : written.kind;
    boolean isGpu = kind == null || kind.toLowerCase(Locale.ROOT).contains("gpu");
    double count = Math.max(written.ids.size(), written.counted());
    return Optional.of(written.demand(isGpu ? "gpu" : kind, count));
  }

  private static ManifestValue value(ObjectNode json) {
    return ManifestValue.root(json, new Findings(false));
  }

  /** As a manifest has it; old and new ones call the same differently. */
  private record Written(
      String kind,
      String type,
      double minCount,
      double count,
      double min,
      String vendor,
      String driver,
      String api,
      List<String> requiredCapabilities,
      List<String> capabilities,
      List<JsonNode> ids,
      String minApiVersion,
      String apiVersionOperator,
      double minMemoryMb,
      String memoryOperator,
      String enforcement) {
    static final Written NOTHING = LenientJson.read(value(null).value(), Written.class);

    double counted() {
      return minCount > 0 ? minCount : Math.max(count, min);
    }

    /** Whether it says anything besides how many. */
    boolean describes() {
      return Stream.of(vendor, driver, api, minApiVersion).anyMatch(text -> text != null)
          || minMemoryMb > 0
          || !requiredCapabilities.isEmpty()
          || !capabilities.isEmpty();
    }

    DeviceDemand demand(String resource, double howMany) {
      return new DeviceDemand(
          resource,
          (int) Math.max(1, Math.ceil(howMany)),
          vendor,
          driver == null ? api : driver,
          Stream.concat(requiredCapabilities.stream(), capabilities.stream()).toList(),
          ids.stream().map(JsonNode::asText).toList(),
          minApiVersion,
          operator(apiVersionOperator),
          minMemoryMb > 0 ? minMemoryMb : null,
          operator(memoryOperator));
    }

    private static String operator(String written) {
      return written == null ? ">=" : written.equals("=") ? "==" : written;
    }
  }
}
