package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.Placement.Missing;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Room;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.workflow.NodeAttributes;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceChoice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Gives each agent the best node that it fits: resources now before waiting, the preferred node,
 * then by strategy, finally by name or turn. Binpack keeps a job on the node of its first agent
 * while it has resources, then takes the fullest node; spread takes the emptiest, and so does
 * binpack among nodes where the agents of the job have to take turns.
 */
public final class BestNode implements Placement {
  private static final Comparator<Machine> BY_NAME = Comparator.comparing(Machine::name);

  private final Comparator<Machine> equals;

  /** Takes the first by name of equally good nodes. */
  public BestNode() {
    this(name -> 0);
  }

  /**
   * @param turn of a node: the lowest of equally good nodes is taken
   */
  BestNode(ToLongFunction<String> turn) {
    this.equals =
        Comparator.<Machine>comparingLong(machine -> turn.applyAsLong(machine.name()))
            .thenComparing(BY_NAME);
  }

  @Override
  public PlacementPlan plan(List<Machine> nodes, List<PlacementRequest> requests) {
    Round round = new Round(nodes.stream().sorted(equals).toList());
    for (PlacementRequest request : requests) {
      round.place(request);
    }
    return new PlacementPlan(round.placed, round.refused);
  }

  @Override
  public PlacementPlan planEach(List<Machine> nodes, List<PlacementRequest> requests) {
    List<Placed> placed = new ArrayList<>();
    List<Unplaced> refused = new ArrayList<>();
    for (Machine node : nodes.stream().sorted(equals).toList()) {
      PlacementPlan copy = plan(List.of(node), requests);
      if (copy.refusals().isEmpty()) {
        copy.placements().forEach(one -> placed.add(copy(one)));
      }
      refused.addAll(copy.refusals());
    }
    return new PlacementPlan(placed, placed.isEmpty() ? together(refused) : List.of());
  }

  private static Placed copy(Placed one) {
    PlacementRequest asked = one.request();
    String suffix = "@" + one.node();
    boolean isCopy = asked.agentId().endsWith(suffix);
    int length = asked.agentId().length() - (isCopy ? suffix.length() : 0);
    String source = asked.agentId().substring(0, length);
    return new Placed(
        new PlacementRequest(source + suffix, asked.agentType(), asked.wish()),
        source,
        one.node(),
        one.amounts(),
        one.devices(),
        one.room(),
        one.score(),
        List.of("each node runs a copy", one.room().words()));
  }

  /** One refusal per agent, with the unmet requests on each node. */
  private static List<Unplaced> together(List<Unplaced> refused) {
    Map<String, Map<String, List<Missing>>> byAgent = new LinkedHashMap<>();
    for (Unplaced one : refused) {
      byAgent.computeIfAbsent(one.agentId(), _ -> new LinkedHashMap<>()).putAll(one.lacks());
    }
    return byAgent.entrySet().stream()
        .map(one -> new Unplaced(one.getKey(), one.getValue()))
        .toList();
  }

  /** The nodes for agents with equal requests, and the unmet requests on the other nodes. */
  private record Fit(Map<Seat, Alone> seats, Map<String, List<Missing>> lacks) {}

  /** The resources for an agent if it were the only one of its job. */
  private record Alone(Room room, List<NodeDevice> devices) {}

  private record Offer(Seat seat, Room room, double fullness, boolean isPreferred) {}

  private static final class Round {
    private final List<Seat> seats;
    private final Map<Wish, Fit> fits = new HashMap<>();
    private final List<Placed> placed = new ArrayList<>();
    private final List<Unplaced> refused = new ArrayList<>();
    private Seat home;

    /**
     * @param nodes the first of equally good nodes is taken
     */
    Round(List<Machine> nodes) {
      seats = nodes.stream().map(Seat::new).toList();
    }

    void place(PlacementRequest asked) {
      Wish wish = asked.wish();
      Fit fit = fits.computeIfAbsent(wish, this::fit);
      if (fit.seats.isEmpty()) {
        refused.add(new Unplaced(asked.agentId(), fit.lacks));
        return;
      }
      Strategy strategy = wish.scheduling().strategy();
      Offer best = null;
      for (Map.Entry<Seat, Alone> seat : fit.seats.entrySet()) {
        Offer offer = offer(seat.getKey(), seat.getValue().room, wish);
        if (best == null || order(strategy, offer, best) < 0) {
          best = offer;
        }
      }
      take(asked, best, fit);
    }

    private Fit fit(Wish wish) {
      Map<Seat, Alone> able = new LinkedHashMap<>();
      Map<String, List<Missing>> lacks = new LinkedHashMap<>();
      for (Seat seat : seats) {
        List<Missing> lacking = Lacks.of(seat.machine(), seat.attributes(), wish);
        if (lacking.isEmpty()) {
          able.put(seat, new Alone(seat.alone(wish), seat.whole(wish.request())));
        } else {
          lacks.put(seat.machine().name(), lacking);
        }
      }
      return new Fit(able, lacks);
    }

    private static Offer offer(Seat seat, Room alone, Wish wish) {
      ResourceRequest request = wish.request();
      boolean takesTurns = alone == Room.NOW && !seat.hasRoom(wish);
      return new Offer(
          seat,
          takesTurns ? Room.TURNS : alone,
          seat.fullness(request),
          seat.machine().name().equals(wish.scheduling().preferredNode()));
    }

    private int order(Strategy strategy, Offer one, Offer other) {
      int order = group(one.room).compareTo(group(other.room));
      order = order != 0 ? order : Boolean.compare(other.isPreferred, one.isPreferred);
      order = order != 0 ? order : one.room.compareTo(other.room);
      return order != 0 ? order : byStrategy(strategy, one, other);
    }

    /** On equality the first is kept. */
    private int byStrategy(Strategy strategy, Offer one, Offer other) {
      if (strategy == Strategy.SPREAD || one.room != Room.NOW) {
        return Double.compare(one.fullness, other.fullness);
      }
      int byHome = Boolean.compare(other.seat == home, one.seat == home);
      return byHome != 0 ? byHome : Double.compare(other.fullness, one.fullness);
    }

    /** Taking turns within the job does not count as waiting. */
    private static Room group(Room room) {
      return room == Room.TURNS ? Room.NOW : room;
    }

    private void take(PlacementRequest asked, Offer best, Fit fit) {
      ResourceRequest request = asked.wish().request();
      Scheduling scheduling = asked.wish().scheduling();
      List<String> reasons = reasons(best, scheduling.strategy(), fit);
      home = home == null ? best.seat : home;
      placed.add(
          new Placed(
              asked,
              null,
              best.seat.machine().name(),
              request.amounts(),
              best.seat.promise(asked.wish(), best.room, fit.seats.get(best.seat).devices),
              best.room,
              score(scheduling.strategy(), best.fullness),
              reasons));
    }

    private List<String> reasons(Offer best, Strategy strategy, Fit fit) {
      List<String> reasons = new ArrayList<>();
      reasons.add(best.room.words());
      if (best.isPreferred) {
        reasons.add("the preferred node");
      }
      if (best.seat == home) {
        reasons.add("the node of the job's first agent");
      }
      if (seats.size() == 1) {
        reasons.add("the only node");
      } else if (fit.seats.size() == 1) {
        reasons.add("the only node that has what it asks for");
      } else {
        reasons.add(strategy == Strategy.SPREAD ? "spread" : "binpack");
      }
      return reasons;
    }

    private static double score(Strategy strategy, double fullness) {
      double full = fullness <= 1 ? fullness : 1 / fullness;
      double empty = Math.max(0, 1 - fullness);
      return Math.round((strategy == Strategy.SPREAD ? empty : full) * 1000) / 1000.0;
    }
  }

  /** A node with the resources promised to a job so far. */
  private static final class Seat {
    /** Where fullness is compared, an agent without requests counts as this much. */
    private static final long LEAST_MILLIS = 100;

    private final Machine machine;
    private final Attributes attributes;
    private final List<NodeDevice> free;
    private final Set<String> promised = new HashSet<>();
    private final Map<String, Integer> slots = new HashMap<>(); // promised, by pool
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

    /** The resources for an agent if it were the only one of its job. */
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

    /** Whether it fits in addition to what the job has been promised. */
    boolean hasRoom(Wish wish) {
      ResourceRequest request = wish.request();
      return (wish.pool() == null
              || slots.getOrDefault(wish.pool(), 0) + wish.slots()
                  <= machine.freeSlots(wish.pool()))
          && request.amounts().plus(machine.given()).plus(planned).fitsIn(machine.usable())
          && (request.devices().isEmpty() || beside(request).isPresent());
    }

    /** Its devices if the node were idle. */
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

    /** Fullness with one more: 1 is full, more means overcommitted. */
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
     * Promises resources to an agent.
     *
     * @param whole its devices when none is free now
     * @return its devices
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

  /** Requests of an agent that a node can never meet, however much is given back. Pure. */
  private static final class Lacks {
    private static final String[] DEVICES = {
      "resources.devices", "resources.gpu_count", "resources.gpus", "resources.gpu"
    };

    private final Machine machine;
    private final List<Missing> found = new ArrayList<>();

    private Lacks(Machine machine) {
      this.machine = machine;
    }

    /** Empty when the agent fits. */
    static List<Missing> of(Machine machine, Attributes attributes, Wish wish) {
      Lacks lacks = new Lacks(machine);
      if (!machine.takesWork()) {
        lacks.add("a node that takes new work, and this one is " + lacks.status(), "");
      }
      lacks.constraints(attributes, wish.scheduling().constraints());
      lacks.pool(wish.pool(), wish.slots());
      lacks.amounts(wish.request().amounts());
      lacks.devices(wish.request().devices());
      lacks.rest(wish.request());
      return lacks.found;
    }

    private void add(String words, String... members) {
      found.add(Missing.of(words, members));
    }

    private String status() {
      return machine.isEligible() ? machine.status() : "not eligible";
    }

    private void constraints(Attributes attributes, List<Constraint> constraints) {
      for (Constraint constraint : constraints) {
        if (!attributes.meet(constraint)) {
          List<String> had = attributes.of(constraint.attribute());
          String there =
              had.isEmpty()
                  ? none(attributes, constraint.attribute())
                  : "it is " + String.join(", ", had);
          List<String> values = constraint.values();
          found.add(
              new Missing(
                  List.of("constraints", "placement_requirements"),
                  values.isEmpty() ? constraint.attribute() : values.getFirst(),
                  "a node with %s, and here %s".formatted(constraint.words(), there),
                  Missing.LESS));
        }
      }
    }

    private static String none(Attributes attributes, String attribute) {
      String label = NodeAttributes.LABEL + attribute;
      boolean isLabel = !attributes.of(label).isEmpty();
      return isLabel ? "there is none; did you mean %s?".formatted(label) : "there is none";
    }

    private void pool(String pool, int slots) {
      if (pool == null) {
        return;
      }
      Integer present = machine.pools().get(pool);
      if (present == null) {
        add(
            "the pool %s; the pools of this node are %s (executor.pool_capacities)"
                .formatted(pool, String.join(", ", new TreeSet<>(machine.pools().keySet()))),
            "config.pool");
      } else if (slots > present) {
        add(
            "%d slots of the pool %s, which has %d here".formatted(slots, pool, present),
            "config.pool_slots");
      }
    }

    private void amounts(Amounts wanted) {
      Amounts totals = machine.totals();
      if (wanted.cpuMillis() > totals.cpuMillis()) {
        add(
            "%s CPU cores, and there are %s in all"
                .formatted(Amounts.cores(wanted.cpuMillis()), Amounts.cores(totals.cpuMillis())),
            "resources.cpu_cores",
            "resources.cores",
            "resources.cpu");
      }
      size("memory", wanted.memoryMb(), totals.memoryMb());
      size("disk", wanted.diskMb(), totals.diskMb());
    }

    private void size(String what, long wanted, long there) {
      if (wanted > there) {
        String member = "resources." + what;
        add(
            "%d MB of %s, and there are %d in all".formatted(wanted, what, there),
            member + "_mb",
            member,
            member + "_gb");
      }
    }

    private void devices(List<DeviceDemand> demands) {
      List<NodeDevice> devices = machine.devices();
      if (demands.isEmpty() || DeviceMatch.inAll(demands, devices).isPresent()) {
        return;
      }
      int before = found.size();
      for (DeviceDemand demand : demands) {
        long there = devices.stream().filter(one -> DeviceMatch.fitsInAll(demand, one)).count();
        if (there < demand.minCount()) {
          add(
              "%s, and there %s"
                      .formatted(
                          demand.words(), there == 0 ? "is none" : "are " + there + " in all")
                  + problems(),
              DEVICES);
        }
      }
      if (found.size() == before) {
        List<String> all = demands.stream().map(DeviceDemand::words).toList();
        add(
            "%s at once, and there are %d devices in all"
                .formatted(String.join(" and ", all), devices.size()),
            DEVICES);
      }
    }

    /** A card that its vendor's tool does not report does not exist for any program. */
    private String problems() {
      return machine.deviceProblems().stream().map(one -> "; " + one).collect(Collectors.joining());
    }

    private void rest(ResourceRequest request) {
      for (ResourceRequest.Port port : request.ports()) {
        if (!port.isUdp() && machine.ownPorts().contains(port.number())) {
          found.add(
              Missing.of(
                      "port %d, which is this server's own".formatted(port.number()),
                      "resources.ports")
                  .helping("Give the program another port."));
        }
      }
      for (ResourceRequest.Volume volume : request.volumes()) {
        if (volume.source() == null || !machine.folders().contains(volume.source())) {
          found.add(
              Missing.of(
                      "the folder %s, which is not there or is no folder"
                          .formatted(volume.source()),
                      "resources.volumes")
                  .helping("Make the folder, or name another one."));
        }
      }
      String driver = request.runtimeDriver();
      if (driver != null && machine.drivers().stream().noneMatch(driver::equalsIgnoreCase)) {
        String words =
            "the runtime driver %s; the drivers of this node are %s"
                .formatted(driver, String.join(", ", machine.drivers()));
        found.add(
            Missing.of(words, "resources.runtime_driver")
                .helping("Name one of the drivers of this node, or leave the member out."));
      }
    }
  }

  /** Devices that would meet demands if none of their memory were in use. Pure. */
  private static final class DeviceMatch {
    private DeviceMatch() {}

    /** A separate device for each demand; empty when there are not enough. */
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

    /**
     * A demand for an exact amount of free memory can be met later if the device has more in total.
     */
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
}
