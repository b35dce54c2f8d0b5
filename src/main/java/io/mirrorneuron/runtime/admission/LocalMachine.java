package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.NodeStock;
import io.mirrorneuron.runtime.exec.pool.Stock;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.workflow.Allocation;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.ProgramLimit;
import io.mirrorneuron.runtime.workflow.ProgramLimit.Enforcement;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
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
    Programs programs) {

  /**
   * How programs run here.
   *
   * @param stock what its operator lets them have of the machine
   * @param drivers names of what can run them
   * @param given what those that run now have
   * @param enforcement how they are kept to a limit
   */
  public record Programs(
      Supplier<Stock> stock,
      Supplier<List<String>> drivers,
      Supplier<List<Allocation>> given,
      Function<ProgramLimit, Enforcement> enforcement) {

    /** Of a node that keeps them to nothing. */
    public Programs(
        Supplier<Stock> stock, Supplier<List<String>> drivers, Supplier<List<Allocation>> given) {
      this(stock, drivers, given, _ -> Enforcement.NONE);
    }
  }

  public LocalMachine {
    pools = Map.copyOf(pools);
  }

  /** The node as far as it matters to this job, with what its operator allows programs. */
  Machine limited(Workflow workflow) {
    Stock stock = programs.stock().get();
    return of(workflow, stock.usable(), stock.usableDevices());
  }

  /** The same without any limits. */
  Machine whole(Workflow workflow) {
    return of(workflow, totals(), Integer.MAX_VALUE);
  }

  private Machine of(Workflow workflow, Amounts usable, int usableDevices) {
    Hardware machine = hardware.get();
    List<Gpu> present = asksForDevices(workflow) ? gpus.whenKnown() : gpus.known();
    Amounts totals = NodeStock.total(machine);
    List<Allocation> given = programs.given().get();
    return new Machine(
        name,
        "healthy",
        true,
        labels(machine),
        totals,
        usable,
        given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus),
        present.stream().map(NodeStock::device).toList(),
        devices(given),
        Math.min(present.size(), usableDevices),
        ports(given),
        programs.drivers().get(),
        pools,
        folders(workflow));
  }

  /** What may be wanted of it once and for all. */
  Amounts totals() {
    return NodeStock.total(hardware.get());
  }

  /** Of the disk that holds the data of this server. */
  long freeDiskMb() {
    return Hardware.megabytes(hardware.get().disk().availableBytes());
  }

  List<NodeDevice> devices() {
    return gpus.whenKnown().stream().map(NodeStock::device).toList();
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
