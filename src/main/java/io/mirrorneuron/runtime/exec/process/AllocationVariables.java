package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.workflow.Allocation;
import io.mirrorneuron.runtime.workflow.Allocation.Device;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a program was given of its node, as variables ({@code runtime.md} 3.4). Of the devices that
 * are there it sees those that it was given, and no other. Volumes are announced, not mounted.
 */
final class AllocationVariables {
  private static final String NVIDIA = "nvidia";
  private static final String AMD = "amd";

  private final Map<String, String> variables = new LinkedHashMap<>();

  private AllocationVariables() {}

  /**
   * Puts them in place of any others of their names.
   *
   * @param allocation null when the program did not ask for anything
   * @param vendors of the devices that the machine has
   * @param variables of the program, with those of its manifest
   */
  static void put(Allocation allocation, Set<String> vendors, Map<String, String> variables) {
    if (vendors.contains(AMD)) {
      variables.remove("HIP_VISIBLE_DEVICES"); // counts within those of ROCR
    }
    variables.putAll(of(allocation, vendors));
  }

  private static Map<String, String> of(Allocation allocation, Set<String> vendors) {
    var own = new AllocationVariables();
    List<Device> devices = allocation == null ? List.of() : allocation.devices();
    if (vendors.contains(NVIDIA)) {
      for (String name : List.of("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")) {
        own.variables.put(name, list(devices, NVIDIA, Device::id));
      }
    }
    if (vendors.contains(AMD)) {
      own.variables.put(
          "ROCR_VISIBLE_DEVICES", list(devices, AMD, one -> Integer.toString(one.index())));
    }
    if (allocation != null) {
      own.put("MN_ALLOCATION_JSON", Json.write(Json.MAPPER.valueToTree(allocation)));
      own.put(
          "MN_ALLOCATED_DEVICE_IDS",
          devices.stream().map(Device::id).collect(Collectors.joining(",")));
      devices.forEach(device -> own.put("MN_GPU_DRIVER", device.driver()));
      allocation.ports().forEach(port -> own.put(port.variable(), Integer.toString(port.number())));
      allocation
          .volumes()
          .forEach(
              volume -> {
                own.put("MN_VOLUME_" + name(volume.name()), volume.source());
                own.put("MN_VOLUME_" + name(volume.name()) + "_TARGET", volume.target());
              });
    }
    return own.variables;
  }

  private static String list(List<Device> devices, String vendor, Function<Device, String> name) {
    return devices.stream()
        .filter(one -> vendor.equals(one.vendor()))
        .map(name)
        .collect(Collectors.joining(","));
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
