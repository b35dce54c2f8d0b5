package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Nodes and wishes for tests. */
final class Machines {
  static final Amounts TOTALS = new Amounts(8000, 16_384, 100_000);

  private Machines() {}

  /** A node of 8 cores and 16 GB, with this many GPUs of 24 GB. */
  static Machine of(String name, int gpus) {
    return of(name, TOTALS, TOTALS, Amounts.NONE, gpus);
  }

  static Machine of(String name, Amounts totals, Amounts usable, Amounts given, int gpus) {
    return new Machine(
        name,
        "healthy",
        true,
        Map.of("os", List.of("linux"), "arch", List.of("amd64"), "meta.rack", List.of("r1")),
        totals,
        usable,
        given,
        IntStream.range(0, gpus).mapToObj(i -> gpu(name, i)).toList(),
        Set.of(),
        gpus,
        List.of(),
        Set.of(),
        Set.of(),
        List.of("host_local"),
        Map.of("default", 4),
        Map.of(),
        Set.of(),
        Set.of("/srv/data"));
  }

  static NodeDevice gpu(String node, int index) {
    return new NodeDevice(
        new Allocation.Device(node + "-" + index, index, "gpu", "nvidia", "cuda"),
        "12.4",
        List.of("cuda"),
        24_000,
        20_000);
  }

  static Machine withStatus(Machine machine, String status, boolean isEligible) {
    return new Machine(
        machine.name(),
        status,
        isEligible,
        machine.labels(),
        machine.totals(),
        machine.usable(),
        machine.given(),
        machine.devices(),
        machine.devicesGiven(),
        machine.usableDevices(),
        machine.deviceProblems(),
        machine.portsTaken(),
        machine.ownPorts(),
        machine.drivers(),
        machine.pools(),
        machine.slotsTaken(),
        machine.programs(),
        machine.folders());
  }

  /** The same, where programs have so many slots of a pool. */
  static Machine working(Machine machine, String pool, int slots) {
    return new Machine(
        machine.name(),
        machine.status(),
        machine.isEligible(),
        machine.labels(),
        machine.totals(),
        machine.usable(),
        machine.given(),
        machine.devices(),
        machine.devicesGiven(),
        machine.usableDevices(),
        machine.deviceProblems(),
        machine.portsTaken(),
        machine.ownPorts(),
        machine.drivers(),
        machine.pools(),
        Map.of(pool, slots),
        machine.programs(),
        machine.folders());
  }

  /** The same, where programs have these devices and ports. */
  static Machine giving(Machine machine, Set<String> devices, int usable, String... ports) {
    return new Machine(
        machine.name(),
        machine.status(),
        machine.isEligible(),
        machine.labels(),
        machine.totals(),
        machine.usable(),
        machine.given(),
        machine.devices(),
        devices,
        usable,
        machine.deviceProblems(),
        Set.of(ports),
        machine.ownPorts(),
        machine.drivers(),
        machine.pools(),
        machine.slotsTaken(),
        machine.programs(),
        machine.folders());
  }

  static ResourceRequest asks(long millis, long memory, DeviceDemand... devices) {
    return new ResourceRequest(
        new Amounts(millis, memory, 0), List.of(devices), List.of(), List.of(), null);
  }

  static ResourceRequest asks(Port port, Volume volume, String driver) {
    return new ResourceRequest(
        Amounts.NONE,
        List.of(),
        port == null ? List.of() : List.of(port),
        volume == null ? List.of() : List.of(volume),
        driver);
  }

  static DeviceDemand gpus(int count, String vendor, Double memory, String... ids) {
    return new DeviceDemand(
        "gpu", count, vendor, null, List.of(), List.of(ids), null, ">=", memory, ">=");
  }

  static PlacementRequest agent(String id, ResourceRequest request, Scheduling scheduling) {
    return new PlacementRequest(id, "executor", new Wish(request, scheduling, "default", 1));
  }

  static Scheduling by(Strategy strategy, String preferred, Constraint... constraints) {
    return new Scheduling(strategy, true, preferred, List.of(constraints));
  }
}
