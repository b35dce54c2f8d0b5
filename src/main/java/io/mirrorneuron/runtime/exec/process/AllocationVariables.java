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
import java.util.stream.Stream;

/**
 * What a node was given, as variables of its program ({@code runtime.md} 3.4). Ports and volumes
 * are announced, not enforced.
 */
final class AllocationVariables {
  private static final Set<String> GPU = Set.of("gpu", "cuda", "nvidia");

  /**
   * What of the resources is announced. The types are those that the manifest's reader has checked.
   */
  private record Announced(List<Port> ports, List<Volume> volumes, List<Device> devices) {
    Announced {
      ports = ports == null ? List.of() : ports;
      volumes = volumes == null ? List.of() : volumes;
      devices = devices == null ? List.of() : devices;
    }
  }

  /**
   * @param port null when any will do
   */
  private record Port(String label, Integer port) {}

  private record Volume(String name, String source, String target) {}

  /**
   * @param ids texts or numbers
   */
  private record Device(String kind, String type, String driver, List<JsonNode> ids) {
    Device {
      ids = ids == null ? List.of() : ids;
    }

    boolean isGpu() {
      return Stream.of(kind, type)
          .anyMatch(word -> word != null && GPU.contains(word.toLowerCase(Locale.ROOT)));
    }
  }

  private final Map<String, String> variables = new LinkedHashMap<>();

  private AllocationVariables() {}

  /**
   * @param resources of the node; nothing comes of an empty object
   */
  static Map<String, String> variables(ObjectNode resources) {
    var allocation = new AllocationVariables();
    if (!resources.isEmpty()) {
      allocation.variables.put("MN_ALLOCATION_JSON", Json.write(resources));
      Announced announced = Json.read(resources, Announced.class, "resources");
      announced.ports().forEach(allocation::port);
      announced.volumes().forEach(allocation::volume);
      allocation.devices(announced.devices());
    }
    return allocation.variables;
  }

  private void port(Port port) {
    if (port.port() != null) {
      put("MN_PORT_" + name(port.label()), port.port().toString());
    }
  }

  private void volume(Volume volume) {
    String name = "MN_VOLUME_" + name(volume.name());
    put(name, volume.source());
    put(name + "_TARGET", volume.target());
  }

  private void devices(List<Device> devices) {
    var all = new ArrayList<String>();
    var gpus = new ArrayList<String>();
    for (Device device : devices) {
      List<String> ids = device.ids().stream().map(JsonNode::asText).toList();
      all.addAll(ids);
      if (device.isGpu()) {
        gpus.addAll(ids);
        put("MN_GPU_DRIVER", device.driver());
      }
    }
    put("MN_ALLOCATED_DEVICE_IDS", String.join(",", all));
    put("CUDA_VISIBLE_DEVICES", String.join(",", gpus));
  }

  private void put(String name, String value) {
    if (value != null && !value.isEmpty() && value.indexOf('\0') < 0) {
      variables.put(name, value);
    }
  }

  private static String name(String label) {
    return label.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
