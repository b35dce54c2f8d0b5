package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.Constraint;
import io.mirrorneuron.runtime.workflow.DeviceDemand;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a node will never have of what an agent looks for, whatever others give back; each a phrase
 * that follows "agent X asks for". Pure.
 */
final class Lacks {
  private final Machine machine;
  private final List<String> found = new ArrayList<>();

  private Lacks(Machine machine) {
    this.machine = machine;
  }

  /** None when the agent fits. */
  static List<String> of(Machine machine, Attributes attributes, Wish wish) {
    Lacks lacks = new Lacks(machine);
    if (!machine.takesWork()) {
      lacks.found.add("a node that takes new work, and this one is " + lacks.status());
    }
    lacks.constraints(attributes, wish.scheduling().constraints());
    lacks.pool(wish.pool(), wish.slots());
    lacks.amounts(wish.request().amounts());
    lacks.devices(wish.request().devices());
    lacks.rest(wish.request());
    return lacks.found;
  }

  private String status() {
    return machine.isEligible() ? machine.status() : "not eligible";
  }

  private void constraints(Attributes attributes, List<Constraint> constraints) {
    for (Constraint constraint : constraints) {
      if (!attributes.meet(constraint)) {
        List<String> had = attributes.of(constraint.attribute());
        String there = had.isEmpty() ? "there is none" : "it is " + String.join(", ", had);
        found.add("a node with %s, and here %s".formatted(constraint.words(), there));
      }
    }
  }

  private void pool(String pool, int slots) {
    if (pool == null) {
      return;
    }
    Integer present = machine.pools().get(pool);
    if (present == null) {
      found.add(
          "the pool %s; the pools of this node are %s (executor.pool_capacities)"
              .formatted(pool, String.join(", ", new TreeSet<>(machine.pools().keySet()))));
    } else if (slots > present) {
      found.add("%d slots of the pool %s, which has %d here".formatted(slots, pool, present));
    }
  }

  private void amounts(Amounts wanted) {
    Amounts totals = machine.totals();
    if (wanted.cpuMillis() > totals.cpuMillis()) {
      found.add(
          "%s CPU cores, and there are %s in all"
              .formatted(Amounts.cores(wanted.cpuMillis()), Amounts.cores(totals.cpuMillis())));
    }
    size("memory", wanted.memoryMb(), totals.memoryMb());
    size("disk", wanted.diskMb(), totals.diskMb());
  }

  private void size(String what, long wanted, long there) {
    if (wanted > there) {
      found.add("%d MB of %s, and there are %d in all".formatted(wanted, what, there));
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
        found.add(
            "%s, and there %s"
                .formatted(demand.words(), there == 0 ? "is none" : "are " + there + " in all"));
      }
    }
    if (found.size() == before) {
      List<String> all = demands.stream().map(DeviceDemand::words).toList();
      found.add(
          "%s at once, and there are %d devices in all"
              .formatted(String.join(" and ", all), devices.size()));
    }
  }

  private void rest(ResourceRequest request) {
    for (ResourceRequest.Volume volume : request.volumes()) {
      if (volume.source() == null || !machine.folders().contains(volume.source())) {
        found.add("the folder %s, which is not there".formatted(volume.source()));
      }
    }
    String driver = request.runtimeDriver();
    if (driver != null && machine.drivers().stream().noneMatch(driver::equalsIgnoreCase)) {
      found.add(
          "the runtime driver %s; the drivers of this node are %s"
              .formatted(driver, String.join(", ", machine.drivers())));
    }
  }
}
