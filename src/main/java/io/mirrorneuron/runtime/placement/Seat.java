package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.PlacementPlan.Room;
import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.DeviceChoice;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A node with what of it a job has been promised so far. */
final class Seat {
  /** An agent that asks for nothing takes some room all the same, where fullness is compared. */
  private static final long LEAST_MILLIS = 100;

  private final Machine machine;
  private final Attributes attributes;
  private final List<NodeDevice> free;
  private final Set<String> promised = new HashSet<>();
  private final Map<String, Integer> slots = new HashMap<>(); // promised of pools
  private Amounts planned = Amounts.NONE;
  private long millis;

  Seat(Machine machine) {
    this.machine = machine;
    this.attributes = Attributes.of(machine);
    this.free = machine.devices().stream().filter(one -> isFree(machine, one)).toList();
  }

  private static boolean isFree(Machine machine, NodeDevice device) {
    return !machine.devicesGiven().contains(device.device().id());
  }

  Machine machine() {
    return machine;
  }

  Attributes attributes() {
    return attributes;
  }

  /** What an agent would find if it were the only one of its job. */
  Room alone(Wish wish) {
    ResourceRequest request = wish.request();
    int devices = count(request);
    if (!request.amounts().fitsIn(machine.usable()) || devices > machine.usableDevices()) {
      return Room.LIMITED;
    }
    int given = machine.devices().size() - free.size();
    boolean isRoom =
        (wish.pool() == null || wish.slots() <= machine.freeSlots(wish.pool()))
            && request.amounts().plus(machine.given()).fitsIn(machine.usable())
            && given + devices <= machine.usableDevices()
            && (devices == 0 || DeviceChoice.of(request.devices(), free).isPresent());
    return !isRoom ? Room.LATER : arePortsFree(request) ? Room.NOW : Room.PORT;
  }

  private boolean arePortsFree(ResourceRequest request) {
    return request.ports().stream()
        .noneMatch(one -> machine.portsTaken().contains(Machine.port(one.number(), one.isUdp())));
  }

  /** Whether it is there beside what the job has been promised. */
  boolean hasRoom(Wish wish) {
    ResourceRequest request = wish.request();
    return (wish.pool() == null
            || slots.getOrDefault(wish.pool(), 0) + wish.slots() <= machine.freeSlots(wish.pool()))
        && request.amounts().plus(machine.given()).plus(planned).fitsIn(machine.usable())
        && (request.devices().isEmpty() || beside(request).isPresent());
  }

  /** The devices that it would get if the node had nothing else to do. */
  List<NodeDevice> whole(ResourceRequest request) {
    return request.devices().isEmpty()
        ? List.of()
        : DeviceMatch.inAll(request.devices(), machine.devices()).orElse(List.of());
  }

  private Optional<List<NodeDevice>> beside(ResourceRequest request) {
    int taken = machine.devices().size() - free.size() + promised.size();
    if (taken + count(request) > machine.usableDevices()) {
      return Optional.empty();
    }
    List<NodeDevice> left =
        free.stream().filter(one -> !promised.contains(one.device().id())).toList();
    return DeviceChoice.of(request.devices(), left);
  }

  /** How full it would be with one more: 1 is full, more are too many at once. */
  double fullness(ResourceRequest request) {
    Amounts all = request.amounts().plus(machine.given()).plus(planned);
    long counted = machine.given().cpuMillis() + millis + nominal(request);
    int devices = machine.devices().size() - free.size() + promised.size() + count(request);
    Amounts usable = machine.usable();
    return Math.max(
        Math.max(share(counted, usable.cpuMillis()), share(all.memoryMb(), usable.memoryMb())),
        Math.max(share(all.diskMb(), usable.diskMb()), share(devices, machine.usableDevices())));
  }

  /**
   * Promises it to an agent.
   *
   * @param whole the devices that it takes when there are none for it now
   * @return the devices that it would get
   */
  List<NodeDevice> promise(Wish wish, Room room, List<NodeDevice> whole) {
    ResourceRequest request = wish.request();
    if (wish.pool() != null) {
      slots.merge(wish.pool(), wish.slots(), Integer::sum);
    }
    List<NodeDevice> devices = whole;
    if (!request.devices().isEmpty() && room == Room.NOW) {
      devices = beside(request).orElse(whole);
      devices.forEach(one -> promised.add(one.device().id()));
    }
    planned = planned.plus(request.amounts());
    millis += nominal(request);
    return devices;
  }

  private static long nominal(ResourceRequest request) {
    return Math.max(LEAST_MILLIS, request.amounts().cpuMillis());
  }

  private static int count(ResourceRequest request) {
    long all = request.devices().stream().mapToLong(one -> one.minCount()).sum();
    return (int) Math.min(Integer.MAX_VALUE / 2, all);
  }

  private static double share(long part, long whole) {
    return part == 0 ? 0 : whole <= 0 ? part : (double) part / whole;
  }
}
