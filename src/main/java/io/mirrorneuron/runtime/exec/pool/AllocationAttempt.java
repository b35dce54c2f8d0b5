package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Pools.SlotRequest;
import io.mirrorneuron.runtime.exec.pool.Pools.WaitReason;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceChoice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks whether a request fits into the free resources, and computes its allocation. */
final class AllocationAttempt {
  private static final int MOST_NAMED = 3;

  record Holding(SlotRequest want, Allocation allocation) {
    private Stream<Port> ports() {
      return allocation.ports().stream();
    }
  }

  private final SlotRequest want;
  private final NodeCapacity stock;
  private final List<Holding> given;
  private final Ports ports;
  private final Set<String> taken;
  private final Set<Integer> takenPorts;
  private final Optional<List<NodeDevice>> devices;
  private final Optional<WaitReason> lack;
  private List<Port> numbered = List.of();
  private int lastPort;

  /**
   * @param lastPort number of the last port that was allocated without a requested number
   */
  AllocationAttempt(
      SlotRequest want, NodeCapacity stock, List<Holding> given, Ports ports, int lastPort) {
    this.want = want;
    this.stock = stock;
    this.given = given;
    this.ports = ports;
    this.lastPort = lastPort;
    this.taken =
        given.stream()
            .flatMap(one -> one.allocation().devices().stream())
            .map(Allocation.Device::id)
            .collect(Collectors.toSet());
    this.takenPorts =
        given.stream()
            .flatMap(Holding::ports)
            .map(AllocationAttempt::key)
            .collect(Collectors.toSet());
    this.devices = devices();
    this.lack = shares().or(this::missingDevices).or(this::missingPort).or(this::withoutNumber);
  }

  Optional<WaitReason> lack() {
    return lack;
  }

  /** Only when nothing is missing. */
  Allocation allocation() {
    return new Allocation(
        stock.node(),
        want.request().amounts(),
        devices.orElseThrow().stream().map(NodeDevice::device).toList(),
        numbered,
        want.request().volumes(),
        "host_local");
  }

  /** The new value of {@code lastPort} after this allocation. */
  int lastPort() {
    return lastPort;
  }

  // ---- shares

  private Optional<WaitReason> shares() {
    return share("thousandths of a core", Amounts::cpuMillis)
        .or(() -> share("MB of memory", Amounts::memoryMb))
        .or(() -> share("MB of disk", Amounts::diskMb));
  }

  private Optional<WaitReason> share(String unit, ToLongFunction<Amounts> amount) {
    long asked = amount.applyAsLong(want.request().amounts());
    if (asked == 0) {
      return Optional.empty();
    }
    long usable = amount.applyAsLong(stock.usable());
    long used = given.stream().mapToLong(one -> amount.applyAsLong(amounts(one))).sum();
    if (asked > usable) {
      return Optional.of(
          WaitReason.limited(
              "it asks for %d %s; programs may use %d of the %d that this node has"
                  .formatted(asked, unit, usable, amount.applyAsLong(stock.total()))));
    }
    return asked <= usable - used
        ? Optional.empty()
        : Optional.of(
            WaitReason.taken(
                "it asks for %d %s; of the %d that programs may use here %d are taken%s"
                    .formatted(
                        asked,
                        unit,
                        usable,
                        used,
                        by(one -> amount.applyAsLong(amounts(one)) > 0))));
  }

  private static Amounts amounts(Holding holding) {
    return holding.allocation().amounts();
  }

  // ---- devices

  private Optional<List<NodeDevice>> devices() {
    if (want.request().devices().isEmpty()) {
      return Optional.of(List.of());
    }
    List<NodeDevice> free =
        stock.devices().stream().filter(one -> !taken.contains(one.device().id())).toList();
    return DeviceChoice.of(want.request().devices(), free)
        .filter(chosen -> taken.size() + chosen.size() <= stock.usableDevices());
  }

  private Optional<WaitReason> missingDevices() {
    if (devices.isPresent()) {
      return Optional.empty();
    }
    List<DeviceDemand> demands = want.request().devices();
    String asked = demands.stream().map(DeviceDemand::words).collect(Collectors.joining(", and "));
    int wanted = demands.stream().mapToInt(DeviceDemand::minCount).sum();
    return Optional.of(
        wanted > stock.usableDevices()
            ? WaitReason.limited(
                "it asks for %s; programs may use %d of the %d devices of this node"
                    .formatted(asked, stock.usableDevices(), stock.devices().size()))
            : WaitReason.taken(
                "it asks for %s; of the %d devices of this node %d are taken%s"
                    .formatted(
                        asked,
                        stock.devices().size(),
                        taken.size(),
                        by(one -> !one.allocation().devices().isEmpty()))));
  }

  // ---- ports

  private Optional<WaitReason> missingPort() {
    return want.request().ports().stream()
        .filter(port -> port.number() != 0)
        .flatMap(port -> missing(port).stream())
        .findFirst();
  }

  /** Equal for two ports that cannot both be listened on. */
  private static int key(Port port) {
    return key(port.number(), port.isUdp());
  }

  private static int key(int number, boolean udp) {
    return udp ? -number : number;
  }

  private Optional<WaitReason> missing(Port port) {
    Optional<Holding> holder =
        !takenPorts.contains(key(port))
            ? Optional.empty()
            : given.stream().filter(one -> one.ports().anyMatch(port::isSameNumber)).findFirst();
    if (holder.isPresent()) {
      return Optional.of(
          WaitReason.taken(
              "port %d is taken by %s".formatted(port.number(), holder.get().want().holder())));
    }
    return ports.isFree().test(port.number(), port.isUdp())
        ? Optional.empty()
        : Optional.of(
            WaitReason.taken("port %d is in use by another program".formatted(port.number())));
  }

  /** Chooses numbers for ports without a requested number. */
  private Optional<WaitReason> withoutNumber() {
    Set<Integer> known = new HashSet<>(takenPorts);
    want.request().ports().forEach(port -> known.add(key(port)));
    List<Port> all = new ArrayList<>();
    for (Port port : want.request().ports()) {
      Port one = port;
      if (port.number() == 0) {
        int number =
            ports.pick(lastPort, port.isUdp(), free -> known.contains(key(free, port.isUdp())));
        if (number == 0) {
          return Optional.of(
              WaitReason.taken(
                  "all ports from %d to %d are taken or in use"
                      .formatted(ports.first(), ports.last())));
        }
        lastPort = number;
        one = port.with(number);
        known.add(key(one));
      }
      all.add(one);
    }
    numbered = all;
    return Optional.empty();
  }

  private String by(Predicate<Holding> has) {
    List<String> holders =
        given.stream().filter(has).map(one -> one.want().holder()).distinct().toList();
    if (holders.isEmpty()) {
      return "";
    }
    String named = holders.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
    return " (by %s%s)".formatted(named, holders.size() > MOST_NAMED ? ", …" : "");
  }
}
