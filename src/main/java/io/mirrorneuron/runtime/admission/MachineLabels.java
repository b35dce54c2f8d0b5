package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.config.NodeSettings.Marks;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.placement.Machine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What constraints may ask about a node besides what it has. */
final class MachineLabels {
  private MachineLabels() {}

  /**
   * @param name of the node
   * @param marks what its operator says of it
   * @param fullDisk which of its disks is full, or null
   */
  static Map<String, List<String>> of(String name, Hardware machine, Marks marks, String fullDisk) {
    Map<String, List<String>> labels = new HashMap<>();
    labels.put("family", List.of(machine.family()));
    labels.put("os", List.of(machine.os()));
    labels.put("arch", List.of(machine.cpu().architecture()));
    labels.put("cpu_model", List.of(machine.cpu().model()));
    labels.put("hostname", List.of(name.substring(name.indexOf('@') + 1)));
    marks.labels().forEach((label, value) -> labels.put("meta." + label, List.of(value)));
    labels.put("capabilities", marks.capabilities());
    if (fullDisk != null) {
      labels.put(Machine.FULL_DISK, List.of(fullDisk));
    }
    return labels;
  }
}
