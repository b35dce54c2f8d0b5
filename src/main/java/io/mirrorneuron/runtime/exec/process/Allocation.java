package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a node was given, as variables of its program ({@code runtime.md} 3.4). Ports and volumes
 * are announced, not enforced.
 */
final class Allocation {
  private static final Set<String> GPU = Set.of("gpu", "cuda", "nvidia");

  private final Map<String, String> variables = new LinkedHashMap<>();

  private Allocation() {}

  /**
   * @param resources of the node; nothing comes of an empty object
   */
  static Map<String, String> variables(ObjectNode resources) {
    var allocation = new Allocation();
    if (!resources.isEmpty()) {
      allocation.variables.put("MN_ALLOCATION_JSON", Json.write(resources));
      resources.path("ports").forEach(allocation::port);
      resources.path("volumes").forEach(allocation::volume);
      allocation.devices(resources.path("devices"));
    }
    return allocation.variables;
  }

  private void port(JsonNode port) {
    if (port.path("port").isIntegralNumber()) {
      put("MN_PORT_" + name(port.path("label")), port.path("port").asText());
    }
  }

  private void volume(JsonNode volume) {
    String name = "MN_VOLUME_" + name(volume.path("name"));
    put(name, volume.path("source").asText(""));
    put(name + "_TARGET", volume.path("target").asText(""));
  }

  private void devices(JsonNode devices) {
    var all = new ArrayList<String>();
    var gpus = new ArrayList<String>();
    for (JsonNode device : devices) {
      List<String> ids = Json.elements(device.path("ids")).map(JsonNode::asText).toList();
      all.addAll(ids);
      if (isGpu(device)) {
        gpus.addAll(ids);
        put("MN_GPU_DRIVER", device.path("driver").asText(""));
      }
    }
    put("MN_ALLOCATED_DEVICE_IDS", String.join(",", all));
    put("CUDA_VISIBLE_DEVICES", String.join(",", gpus));
  }

  private static boolean isGpu(JsonNode device) {
    return GPU.contains(device.path("kind").asText("").toLowerCase(Locale.ROOT))
        || GPU.contains(device.path("type").asText("").toLowerCase(Locale.ROOT));
  }

  private void put(String name, String value) {
    if (!value.isEmpty() && value.indexOf('\0') < 0) {
      variables.put(name, value);
    }
  }

  private static String name(JsonNode label) {
    return label.asText("").toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
