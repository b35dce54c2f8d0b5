package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a node has for programs, besides slots, at one moment.
 *
 * @param node its name
 * @param total all of it
 * @param usable what of it the operator allows programs
 * @param devices in the order in which they are preferred
 * @param usableDevices how many of them the operator allows programs at once
 */
public record NodeCapacity(
    String node, Amounts total, Amounts usable, List<NodeDevice> devices, int usableDevices) {
  public NodeCapacity {
    devices = List.copyOf(devices);
  }

  /** Vendors of its devices. */
  public Set<String> vendors() {
    return devices.stream().map(one -> one.device().vendor()).collect(Collectors.toSet());
  }

  /** Of a node that has so much of everything that nobody waits, and no devices. */
  public static NodeCapacity endless(String node) {
    Amounts all = new Amounts(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4);
    return new NodeCapacity(node, all, all, List.of(), 0);
  }
}
