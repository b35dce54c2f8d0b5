package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.pool.AllocationAttempt.Holding;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Pools.SlotRequest;
import io.mirrorneuron.runtime.exec.pool.Pools.WaitReason;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Allocations of devices, ports and shares of this node. Only this ledger allocates, so nothing is
 * allocated twice as long as one process keeps it. A waiting request may be overtaken by others
 * that compete with it, but only {@value Pools#OVERTAKES} times, and never if it held resources
 * when its server ended. Thread-safe.
 */
final class AllocationLedger {
  private final Supplier<NodeCapacity> stock;
  private final Ports ports;

  // Guarded by this.
  private final Map<String, Holding> given = new LinkedHashMap<>();
  private final Map<SlotRequest, Integer> waiting = new LinkedHashMap<>(); // how often overtaken
  private int lastPort;

  /** Requests that did not fit since the last release; later allocations only made less free. */
  private final Set<ResourceRequest> tooMuch = new HashSet<>();

  /**
   * @param stock current capacity of the node; called often, must not block
   */
  AllocationLedger(Supplier<NodeCapacity> stock, Ports ports) {
    this.stock = stock;
    this.ports = ports;
  }

  /** Allocates the whole request, or nothing and records that it waits. */
  synchronized Optional<Allocation> take(SlotRequest want) {
    if (given.containsKey(want.executionId())) {
      throw new IllegalStateException("execution " + want.executionId() + " has resources");
    }
    AllocationAttempt fitting = tooMuch.contains(want.request()) ? null : fitting(want);
    if (fitting == null || fitting.lack().isPresent()) {
      tooMuch.add(want.request());
      waiting.putIfAbsent(want, want.overtaken());
      return Optional.empty();
    }
    if (keptForAnother(want).isPresent()) {
      waiting.putIfAbsent(want, want.overtaken());
      return Optional.empty();
    }
    waiting.remove(want);
    waiting.replaceAll((other, times) -> other.competesWith(want) ? times + 1 : times);
    Allocation allocation = fitting.allocation();
    lastPort = fitting.lastPort();
    given.put(want.executionId(), new Holding(want, allocation));
    return Optional.of(allocation);
  }

  /**
   * Releases the request, whether it holds resources or waits.
   *
   * @return whether other requests may fit now
   */
  synchronized boolean leave(SlotRequest want) {
    boolean waited = waiting.remove(want) != null;
    boolean had = given.remove(want.executionId()) != null;
    if (waited || had) {
      tooMuch.clear();
    }
    return waited || had;
  }

  /** To be called when the capacity of the node may have changed. */
  synchronized void changed() {
    tooMuch.clear();
  }

  /** The missing resource, or empty. */
  synchronized Optional<WaitReason> lack(SlotRequest want) {
    return fitting(want).lack().or(() -> keptForAnother(want));
  }

  synchronized List<Allocation> given() {
    return given.values().stream().map(Holding::allocation).toList();
  }

  private AllocationAttempt fitting(SlotRequest want) {
    return new AllocationAttempt(want, stock.get(), List.copyOf(given.values()), ports, lastPort);
  }

  /**
   * Whether the request would fit into the empty node; else keeping resources for it is useless,
   * perhaps for days.
   */
  private boolean isOnlyWaitingForOthers(SlotRequest want) {
    return new AllocationAttempt(want, stock.get(), List.of(), ports, lastPort).lack().isEmpty();
  }

  private Optional<WaitReason> keptForAnother(SlotRequest want) {
    for (Map.Entry<SlotRequest, Integer> other : waiting.entrySet()) {
      if (other.getKey().equals(want)) {
        break; // the rest came later
      }
      if (other.getValue() >= Pools.OVERTAKES
          && other.getKey().competesWith(want)
          && isOnlyWaitingForOthers(other.getKey())) {
        return Optional.of(
            WaitReason.taken(
                "what becomes free is kept for " + other.getKey().holder() + " first"));
      }
    }
    return Optional.empty();
  }
}
