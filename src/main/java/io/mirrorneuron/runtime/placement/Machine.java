package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node as placement sees it.
 *
 * @param status {@code healthy} and {@code joining} may take new work
 * @param isEligible whether the operator allows new work
 * @param labels further attributes for constraints: {@code os}, {@code meta.rack}
 * @param totals capacity
 * @param usable capacity within the limits
 * @param given present allocations
 * @param devicesGiven ids of allocated devices
 * @param usableDevices number of devices within the limits
 * @param deviceProblems why some devices may be unknown; a sentence each
 * @param portsTaken in the form of {@link #port}: allocated, or used by any process
 * @param ownPorts requested TCP ports on which its server listens
 * @param drivers that run programs here
 * @param pools slots by pool
 * @param slotsTaken used slots by pool
 * @param programs ids of the executions that have slots, or have lent theirs
 * @param folders requested folders that exist
 */
public record Machine(
    String name,
    String status,
    boolean isEligible,
    Map<String, List<String>> labels,
    Amounts totals,
    Amounts usable,
    Amounts given,
    List<NodeDevice> devices,
    Set<String> devicesGiven,
    int usableDevices,
    List<String> deviceProblems,
    Set<String> portsTaken,
    Set<Integer> ownPorts,
    List<String> drivers,
    Map<String, Integer> pools,
    Map<String, Integer> slotsTaken,
    Set<String> programs,
    Set<String> folders) {
  /** Label of a node with a full disk. Its value is a sentence about the disk, without paths. */
  public static final String FULL_DISK = "full_disk";

  public Machine {
    labels = Map.copyOf(labels);
    devices = List.copyOf(devices);
    devicesGiven = Set.copyOf(devicesGiven);
    deviceProblems = List.copyOf(deviceProblems);
    portsTaken = Set.copyOf(portsTaken);
    ownPorts = Set.copyOf(ownPorts);
    drivers = List.copyOf(drivers);
    pools = Map.copyOf(pools);
    slotsTaken = Map.copyOf(slotsTaken);
    programs = Set.copyOf(programs);
    folders = Set.copyOf(folders);
  }

  /** The form of a port in {@code portsTaken}; UDP has port numbers of its own. */
  public static String port(int number, boolean isUdp) {
    return (isUdp ? "udp/" : "tcp/") + number;
  }

  /** The same with these allocations. */
  public Machine taking(Amounts nowGiven, Map<String, Integer> nowTaken) {
    return new Machine(
        name,
        status,
        isEligible,
        labels,
        totals,
        usable,
        nowGiven,
        devices,
        devicesGiven,
        usableDevices,
        deviceProblems,
        portsTaken,
        ownPorts,
        drivers,
        pools,
        nowTaken,
        programs,
        folders);
  }

  /** The full disk, because of which no program starts; null for none. */
  public String fullDisk() {
    return labels.getOrDefault(FULL_DISK, List.of()).stream().findFirst().orElse(null);
  }

  /** 0 for an unknown pool. */
  int freeSlots(String pool) {
    return pools.getOrDefault(pool, 0) - slotsTaken.getOrDefault(pool, 0);
  }

  /** Whether new work may be placed here. */
  public boolean takesWork() {
    return isEligible && (status.equals("healthy") || status.equals("joining"));
  }
}
