package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.workflow.Allocation;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.ResourceLimits;
import io.mirrorneuron.store.ResourceLimits.Resource;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * This node as placement sees it. Blocking: who asks for a device waits until it is known which
 * there are.
 *
 * @param pools slots by pool
 */
public record LocalMachine(
    String name,
    Supplier<Hardware> hardware,
    GpuInventory gpus,
    Map<String, Integer> pools,
    ResourceLimits limits,
    Programs programs) {

  /**
   * How programs run here.
   *
   * @param drivers names of what can run them
   * @param given what those that run now have
   */
  public record Programs(Supplier<List<String>> drivers, Supplier<List<Allocation>> given) {
    /** None that runs. */
    public static Programs idle(String... drivers) {
      return new Programs(() -> List.of(drivers), List::of);
    }
  }

  public LocalMachine {
    pools = Map.copyOf(pools);
  }

  /** The node as far as it matters to this job, with what its operator allows programs. */
  Machine limited(Workflow workflow) {
    return of(workflow, limits.load());
  }

  /** The same without any limits. */
  Machine whole(Workflow workflow) {
    return of(workflow, Map.of());
  }

  private Machine of(Workflow workflow, Map<Resource, Integer> limits) {
    Hardware machine = hardware.get();
    List<Gpu> present = asksForDevices(workflow) ? gpus.whenKnown() : gpus.known();
    Amounts totals = totals(machine);
    List<Allocation> given = programs.given().get();
    return new Machine(
        name,
        "healthy",
        true,
        labels(machine),
        totals,
        new Amounts(
            part(totals.cpuMillis(), limits, Resource.CPU),
            part(totals.memoryMb(), limits, Resource.MEMORY),
            part(totals.diskMb(), limits, Resource.DISK)),
        given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus),
        present.stream().map(LocalMachine::device).toList(),
        devices(given),
        (int) part(present.size(), limits, Resource.GPU),
        ports(given),
        programs.drivers().get(),
        pools,
        folders(workflow));
  }

  /** What may be wanted of it once and for all. */
  Amounts totals() {
    return totals(hardware.get());
  }

  private static Amounts totals(Hardware machine) {
    return new Amounts(
        machine.cpu().logicalProcessors() * 1000L,
        Hardware.megabytes(machine.memory().totalBytes()),
        Hardware.megabytes(machine.disk().totalBytes()));
  }

  /** Of the disk that holds the data of this server. */
  long freeDiskMb() {
    return Hardware.megabytes(hardware.get().disk().availableBytes());
  }

  List<NodeDevice> devices() {
    return gpus.whenKnown().stream().map(LocalMachine::device).toList();
  }

  private static NodeDevice device(Gpu gpu) {
    Hardware.Software software = gpu.software();
    return new NodeDevice(
        new Allocation.Device(gpu.id(), gpu.index(), "gpu", software.vendor(), software.driver()),
        software.apiVersion(),
        software.capabilities(),
        gpu.totalMegabytes(),
        gpu.freeMegabytes());
  }

  /** A constraint may ask about devices, too. */
  private static boolean asksForDevices(Workflow workflow) {
    return workflow.agents().values().stream()
        .anyMatch(
            agent ->
                !agent.request().devices().isEmpty()
                    || !agent.policies().scheduling().constraints().isEmpty());
  }

  private Map<String, List<String>> labels(Hardware machine) {
    Map<String, List<String>> labels = new HashMap<>();
    labels.put("family", List.of(machine.family()));
    labels.put("os", List.of(machine.os()));
    labels.put("arch", List.of(machine.cpu().architecture()));
    labels.put("cpu_model", List.of(machine.cpu().model()));
    labels.put("hostname", List.of(name.substring(name.indexOf('@') + 1)));
    return labels;
  }

  private static long part(long whole, Map<Resource, Integer> limits, Resource resource) {
    return whole * limits.getOrDefault(resource, 100) / 100;
  }

  private static Set<String> devices(List<Allocation> given) {
    return given.stream()
        .flatMap(one -> one.devices().stream())
        .map(Allocation.Device::id)
        .collect(Collectors.toSet());
  }

  private static Set<String> ports(List<Allocation> given) {
    return given.stream()
        .flatMap(one -> one.ports().stream())
        .map(port -> Machine.port(port.number(), port.isUdp()))
        .collect(Collectors.toSet());
  }

  private static Set<String> folders(Workflow workflow) {
    return workflow.agents().values().stream()
        .flatMap(agent -> agent.request().volumes().stream())
        .map(Volume::source)
        .filter(LocalMachine::isFolder)
        .collect(Collectors.toSet());
  }

  private static boolean isFolder(String source) {
    try {
      return source != null && source.startsWith("/") && Files.isDirectory(Path.of(source));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
