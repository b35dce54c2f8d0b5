package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.exec.pool.Holder;
import io.mirrorneuron.runtime.workflow.Allocation;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What of a node its programs have now, and what the limits leave for others. Pure. */
record GivenOut(List<Holder> holders, Amounts usable) {
  /** Of devices, ports and holders; nobody reads more. */
  private static final int MOST_LISTED = 100;

  /**
   * What programs have.
   *
   * @param programs how many of them have any of it
   * @param devices ids of the first
   * @param ports the first
   * @param holders whose programs have it, also those that have slots only; the first by job
   * @param holdersOmitted how many more there are
   */
  record Taken(
      double cpuCores,
      long memoryMb,
      long diskMb,
      int programs,
      List<String> devices,
      List<Integer> ports,
      List<Held> holders,
      int holdersOmitted) {}

  /**
   * @param slots of the pool
   */
  record Held(
      String jobId,
      String agentId,
      String pool,
      int slots,
      double cpuCores,
      long memoryMb,
      long diskMb,
      List<String> devices,
      List<Integer> ports) {
    static Held of(Holder holder) {
      List<Allocation> given = Stream.ofNullable(holder.allocation()).toList();
      Amounts amounts = GivenOut.sum(given);
      return new Held(
          holder.jobId(),
          holder.agentId(),
          holder.pool(),
          holder.slots(),
          amounts.cpuMillis() / 1000.0,
          amounts.memoryMb(),
          amounts.diskMb(),
          GivenOut.devices(given),
          GivenOut.ports(given));
    }
  }

  /** What is left. */
  record Free(double cpuCores, long memoryMb, long diskMb) {}

  Taken taken() {
    List<Allocation> given = given();
    Amounts sum = sum(given);
    List<Held> told =
        holders.stream()
            .sorted(Comparator.comparing(Holder::jobId).thenComparing(Holder::agentId))
            .limit(MOST_LISTED)
            .map(Held::of)
            .toList();
    return new Taken(
        sum.cpuMillis() / 1000.0,
        sum.memoryMb(),
        sum.diskMb(),
        given.size(),
        devices(given),
        ports(given),
        told,
        holders.size() - told.size());
  }

  private List<Allocation> given() {
    return holders.stream().map(Holder::allocation).filter(Objects::nonNull).toList();
  }

  private static List<String> devices(List<Allocation> given) {
    return given.stream()
        .flatMap(one -> one.devices().stream())
        .map(Allocation.Device::id)
        .distinct()
        .limit(MOST_LISTED)
        .toList();
  }

  private static List<Integer> ports(List<Allocation> given) {
    return given.stream()
        .flatMap(one -> one.ports().stream())
        .map(ResourceRequest.Port::number)
        .limit(MOST_LISTED)
        .toList();
  }

  /** Lowered limits may leave less than nothing, which is nothing. */
  Free free() {
    Amounts left = usable.minus(sum(given()));
    return new Free(
        Math.max(0, left.cpuMillis()) / 1000.0,
        Math.max(0, left.memoryMb()),
        Math.max(0, left.diskMb()));
  }

  private static Amounts sum(List<Allocation> given) {
    return given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus);
  }
}
