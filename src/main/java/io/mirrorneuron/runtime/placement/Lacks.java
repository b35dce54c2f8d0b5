package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.Constraint;
import io.mirrorneuron.runtime.workflow.DeviceDemand;
import io.mirrorneuron.runtime.workflow.NodeAttributes;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a node will never have of what an agent looks for, whatever others give back. Pure. */
final class Lacks {
  private static final String[] DEVICES = {
    "resources.devices", "resources.gpu_count", "resources.gpus", "resources.gpu"
  };

  private final Machine machine;
  private final List<Missing> found = new ArrayList<>();

  private Lacks(Machine machine) {
    this.machine = machine;
  }

  /** None when the agent fits. */
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
                    .formatted(demand.words(), there == 0 ? "is none" : "are " + there + " in all")
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

  /** A card that its vendor's tool does not tell is not there for anybody. */
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
                    "the folder %s, which is not there or is no folder".formatted(volume.source()),
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
