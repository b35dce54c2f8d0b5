package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.config.NodeSettings.Marks;
import io.mirrorneuron.runtime.admission.Admission.PortState;
import io.mirrorneuron.runtime.admission.Admission.Restrictions;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.NodeStock;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Pools.PoolUsage;
import io.mirrorneuron.runtime.exec.pool.Pools.ProgramCapacity;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * This node as placement sees it. Blocking: a request for a device waits until the devices are
 * known.
 *
 * @param pools slots by pool
 * @param marks labels set by its operator
 */
public record LocalMachine(
    String name,
    Supplier<Hardware> hardware,
    GpuInventory gpus,
    Map<String, Integer> pools,
    Marks marks,
    Programs programs) {
  private static final int LONGEST_PROBLEM = 200;

  /**
   * How programs run here.
   *
   * @param stock share of the machine that the operator allows them
   * @param capacity runners and slots
   * @param given present allocations
   * @param keeping restrictions on them
   * @param endpoints ports they cannot have
   * @param fullDisk the full disk because of which no program starts; null for none
   */
  public record Programs(
      Supplier<NodeCapacity> stock,
      Supplier<ProgramCapacity> capacity,
      Supplier<List<Allocation>> given,
      Restrictions keeping,
      PortState endpoints,
      Supplier<String> fullDisk) {

    /** For a node without restrictions. */
    public Programs(
        Supplier<NodeCapacity> stock,
        Supplier<ProgramCapacity> capacity,
        Supplier<List<Allocation>> given) {
      this(stock, capacity, given, Restrictions.NOTHING, PortState.OPEN, () -> null);
    }

    List<String> drivers() {
      return capacity.get().runners();
    }

    /** By pool. */
    private static Map<String, Integer> slotsTaken(ProgramCapacity now) {
      return now.pools().stream().collect(Collectors.toMap(PoolUsage::pool, PoolUsage::inUse));
    }

    /** Ids of the executions that have slots. */
    private static Set<String> holders(ProgramCapacity now) {
      return now.pools().stream()
          .flatMap(pool -> pool.holders().stream())
          .collect(Collectors.toSet());
    }

    /** The default driver; null when there is none. */
    String driver() {
      List<String> all = drivers();
      return all.isEmpty() ? null : all.getFirst();
    }
  }

  /** Whether programs reach a file or folder without asking for it. */
  @FunctionalInterface
  public interface Reachable {
    boolean test(Path path, boolean writes);
  }

  public LocalMachine {
    pools = Map.copyOf(pools);
  }

  /** The node as far as it matters to this job, within the operator's limits. */
  Machine limited(Workflow workflow) {
    NodeCapacity stock = programs.stock().get();
    Set<String> folders = folders(workflow);
    return of(stock.usable(), stock.usableDevices(), present(workflow), workflow, folders);
  }

  /** The same without limits. */
  Machine whole(Workflow workflow) {
    return of(totals(), Integer.MAX_VALUE, present(workflow), workflow, folders(workflow));
  }

  /**
   * The node for an accepted job, as far as it is known without waiting, with all folders that the
   * job names.
   */
  Machine known(Workflow workflow) {
    NodeCapacity stock = programs.stock().get();
    Set<String> folders = volumes(workflow).collect(Collectors.toSet());
    return of(stock.usable(), stock.usableDevices(), gpus.known(), workflow, folders);
  }

  /** The node for any job, as far as it is known without waiting. */
  Machine forAny() {
    NodeCapacity stock = programs.stock().get();
    return of(stock.usable(), stock.usableDevices(), gpus.known(), null, Set.of());
  }

  private List<Gpu> present(Workflow workflow) {
    return asksForDevices(workflow) ? gpus.whenKnown() : gpus.known();
  }

  private Machine of(
      Amounts usable,
      int usableDevices,
      List<Gpu> present,
      Workflow workflow,
      Set<String> folders) {
    Hardware machine = hardware.get();
    Amounts totals = NodeStock.total(machine);
    ProgramCapacity now =
        programs.capacity().get(); // first: a program with slots is then also in the allocations
    List<Allocation> given = programs.given().get();
    return new Machine(
        name,
        "healthy",
        true,
        MachineLabels.of(name, machine, marks, programs.fullDisk().get()),
        totals,
        usable,
        given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus),
        present.stream().map(NodeStock::device).toList(),
        devices(given),
        Math.min(present.size(), usableDevices),
        deviceProblems(),
        ports(given, workflow),
        workflow == null ? Set.of() : programs.endpoints().own(workflow),
        now.runners(),
        pools,
        Programs.slotsTaken(now),
        Programs.holders(now),
        folders);
  }

  /** Total capacity. */
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

  /** Why some devices may be unknown; a short sentence each. */
  List<String> deviceProblems() {
    return gpus.problems().stream()
        .map(one -> one.substring(0, Math.min(LONGEST_PROBLEM, one.length())))
        .toList();
  }

  /** Constraints may refer to devices, too. */
  private static boolean asksForDevices(Workflow workflow) {
    return workflow.agents().values().stream()
        .anyMatch(
            agent ->
                !agent.request().devices().isEmpty()
                    || !agent.policies().scheduling().constraints().isEmpty());
  }

  private static Set<String> devices(List<Allocation> given) {
    return given.stream()
        .flatMap(one -> one.devices().stream())
        .map(Allocation.Device::id)
        .collect(Collectors.toSet());
  }

  private Set<String> ports(List<Allocation> given, Workflow workflow) {
    Set<String> taken =
        new HashSet<>(workflow == null ? Set.of() : programs.endpoints().used(workflow));
    given.stream()
        .flatMap(one -> one.ports().stream())
        .forEach(port -> taken.add(Machine.port(port.number(), port.isUdp())));
    return taken;
  }

  private static Set<String> folders(Workflow workflow) {
    return volumes(workflow).filter(LocalMachine::isFolder).collect(Collectors.toSet());
  }

  private static Stream<String> volumes(Workflow workflow) {
    return workflow.agents().values().stream()
        .flatMap(agent -> agent.request().volumes().stream())
        .map(Volume::source)
        .filter(Objects::nonNull);
  }

  /**
   * @param source of a volume, or null
   */
  static boolean isFolder(String source) {
    try {
      return source != null && source.startsWith("/") && Files.isDirectory(Path.of(source));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Attributes of a node for constraints, besides its resources. */
  private static final class MachineLabels {
    private MachineLabels() {}

    /**
     * @param name of the node
     * @param marks labels set by its operator
     * @param fullDisk its full disk, or null
     */
    static Map<String, List<String>> of(
        String name, Hardware machine, Marks marks, String fullDisk) {
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
}
