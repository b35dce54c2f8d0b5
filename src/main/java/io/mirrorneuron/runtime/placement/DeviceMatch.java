package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.workflow.DeviceChoice;
import io.mirrorneuron.runtime.workflow.DeviceDemand;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import java.util.List;
import java.util.Optional;

/** Which devices would meet demands if nobody else used any memory of theirs. Pure. */
final class DeviceMatch {
  private DeviceMatch() {}

  /** A device of its own for each that is asked for; empty when there are not enough. */
  static Optional<List<NodeDevice>> inAll(List<DeviceDemand> demands, List<NodeDevice> devices) {
    return DeviceChoice.of(
        demands.stream().map(DeviceMatch::least).toList(),
        devices.stream().map(DeviceMatch::whole).toList());
  }

  static boolean fitsInAll(DeviceDemand demand, NodeDevice device) {
    return whole(device).meets(least(demand));
  }

  private static NodeDevice whole(NodeDevice device) {
    return new NodeDevice(
        device.device(), device.apiVersion(), device.capabilities(), device.totalMb(), -1);
  }

  /** Exactly so much of what is free can come to be free as long as the device has more. */
  private static DeviceDemand least(DeviceDemand demand) {
    return new DeviceDemand(
        demand.resource(),
        demand.minCount(),
        demand.vendor(),
        demand.driver(),
        demand.requiredCapabilities(),
        demand.ids(),
        demand.minApiVersion(),
        demand.apiVersionOperator(),
        demand.minMemoryMb(),
        demand.memoryOperator().equals(">") ? ">" : ">=");
  }
}
