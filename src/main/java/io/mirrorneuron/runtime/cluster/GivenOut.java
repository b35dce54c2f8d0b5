package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.workflow.Allocation;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import java.util.List;

/** What of a node its programs have now, and what the limits leave for others. Pure. */
record GivenOut(List<Allocation> given, Amounts usable) {
  /** Of devices and of ports; nobody reads more. */
  private static final int MOST_LISTED = 100;

  /**
   * What programs have.
   *
   * @param programs how many of them have any of it
   * @param devices ids of the first
   * @param ports the first
   */
  record Taken(
      double cpuCores,
      long memoryMb,
      long diskMb,
      int programs,
      List<String> devices,
      List<Integer> ports) {}

  /** What is left. */
  record Free(double cpuCores, long memoryMb, long diskMb) {}

  Taken taken() {
    Amounts sum = sum();
    return new Taken(
        sum.cpuMillis() / 1000.0,
        sum.memoryMb(),
        sum.diskMb(),
        given.size(),
        given.stream()
            .flatMap(one -> one.devices().stream())
            .map(Allocation.Device::id)
            .distinct()
            .limit(MOST_LISTED)
            .toList(),
        given.stream()
            .flatMap(one -> one.ports().stream())
            .map(ResourceRequest.Port::number)
            .limit(MOST_LISTED)
            .toList());
  }

  /** Lowered limits may leave less than nothing, which is nothing. */
  Free free() {
    Amounts left = usable.minus(sum());
    return new Free(
        Math.max(0, left.cpuMillis()) / 1000.0,
        Math.max(0, left.memoryMb()),
        Math.max(0, left.diskMb()));
  }

  private Amounts sum() {
    return given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus);
  }
}
