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
 * @param isEligible whether an operator lets it
 * @param labels what constraints may ask about besides what follows: {@code os}, {@code meta.rack}
 * @param totals what it has
 * @param usable what of it the limits leave
 * @param given what of that is given to programs now
 * @param devicesGiven ids of those that programs have now
 * @param usableDevices how many devices the limits leave
 * @param deviceProblems what keeps devices that may be there from being known; a sentence each
 * @param portsTaken as {@link #port} calls them: given to programs, or used by anybody else
 * @param ownPorts those of the ports asked about that its server listens on; of TCP
 * @param drivers what can run programs here
 * @param pools slots by pool
 * @param slotsTaken how many of them programs have now
 * @param programs ids of the executions that have them, or have lent theirs
 * @param folders those of the folders asked about that are there
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
  /** The label of a node with a full disk, which says which one, in a sentence without paths. */
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

  /** How a port is called among those that are taken; those of UDP have numbers of their own. */
  public static String port(int number, boolean isUdp) {
    return (isUdp ? "udp/" : "tcp/") + number;
  }

  /** The same when programs have this of it. */
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

  /** Which of its disks is full: it begins no programs until there is room; null for none. */
  public String fullDisk() {
    return labels.getOrDefault(FULL_DISK, List.of()).stream().findFirst().orElse(null);
  }

  /** How many slots of a pool are free; none of a pool that is not there. */
  int freeSlots(String pool) {
    return pools.getOrDefault(pool, 0) - slotsTaken.getOrDefault(pool, 0);
  }

  /** Whether new work may come here at all. */
  public boolean takesWork() {
    return isEligible && (status.equals("healthy") || status.equals("joining"));
  }
}
