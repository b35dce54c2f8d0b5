package io.mirrorneuron.runtime.cluster;

import static io.mirrorneuron.runtime.cluster.Hardware.megabytes;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.store.ResourceLimits.Resource;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The capacity of this node for programs, from its present hardware and limits.
 *
 * @param limits as far as they are known; does not wait
 */
public record NodeStock(
    String node, Supplier<Hardware> hardware, Supplier<Map<Resource, Integer>> limits)
    implements Supplier<NodeCapacity> {

  @Override
  public NodeCapacity get() {
    Hardware has = hardware.get();
    Map<Resource, Integer> percent = limits.get();
    Amounts total = total(has);
    return new NodeCapacity(
        node,
        total,
        usable(total, percent),
        has.gpus().stream().map(NodeStock::device).toList(),
        (int) share(has.gpus().size(), percent, Resource.GPU));
  }

  /** The amounts within limits in per cent. */
  static Amounts usable(Amounts total, Map<Resource, Integer> percent) {
    return new Amounts(
        share(total.cpuMillis(), percent, Resource.CPU),
        share(total.memoryMb(), percent, Resource.MEMORY),
        share(total.diskMb(), percent, Resource.DISK));
  }

  private static long share(long total, Map<Resource, Integer> percent, Resource resource) {
    return total * percent.getOrDefault(resource, 100) / 100;
  }

  /** The divisible resources of a machine. */
  public static Amounts total(Hardware has) {
    return new Amounts(
        has.cpu().logicalProcessors() * 1000L,
        megabytes(has.memory().totalBytes()),
        megabytes(has.disk().totalBytes()));
  }

  /** The device in the form compared with demands. */
  public static NodeDevice device(Gpu gpu) {
    return new NodeDevice(
        new Device(gpu.id(), gpu.index(), "gpu", gpu.software().vendor(), gpu.software().driver()),
        gpu.software().apiVersion(),
        gpu.software().capabilities(),
        gpu.totalMegabytes(),
        gpu.freeMegabytes());
  }
}
