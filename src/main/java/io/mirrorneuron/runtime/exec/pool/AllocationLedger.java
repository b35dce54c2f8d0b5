package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.pool.Fitting.Holding;
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
 * Who has which devices, ports and shares of this node. The node alone decides: nothing is given
 * twice as long as one process keeps the book. Who waits may be overtaken by others that want the
 * same, but only {@value Pools#OVERTAKES} times, and not at all if it had them when its server
 * ended. Thread-safe.
 */
final class AllocationLedger {
  private final Supplier<NodeCapacity> stock;
  private final Ports ports;

  // Guarded by this.
  private final Map<String, Holding> given = new LinkedHashMap<>();
  private final Map<SlotRequest, Integer> waiting = new LinkedHashMap<>(); // how often overtaken
  private int lastPort;

  /** What did not fit since something was given back; others have taken more since. */
  private final Set<ResourceRequest> tooMuch = new HashSet<>();

  /**
   * @param stock what the node has now; asked often, must not block
   */
  AllocationLedger(Supplier<NodeCapacity> stock, Ports ports) {
    this.stock = stock;
    this.ports = ports;
  }

  /** Gives all that is wanted, or nothing; then who wants it is known to wait. */
  synchronized Optional<Allocation> take(SlotRequest want) {
    if (given.containsKey(want.executionId())) {
      throw new IllegalStateException("execution " + want.executionId() + " has resources");
    }
    Fitting fitting = tooMuch.contains(want.request()) ? null : fitting(want);
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
   * Who wants it neither has nor waits for it any more.
   *
   * @return whether others may have more now
   */
  synchronized boolean leave(SlotRequest want) {
    boolean waited = waiting.remove(want) != null;
    boolean had = given.remove(want.executionId()) != null;
    if (waited || had) {
      tooMuch.clear();
    }
    return waited || had;
  }

  /** What the node has may be something else now. */
  synchronized void changed() {
    tooMuch.clear();
  }

  /** What is missing now, if anything. */
  synchronized Optional<WaitReason> lack(SlotRequest want) {
    return fitting(want).lack().or(() -> keptForAnother(want));
  }

  synchronized List<Allocation> given() {
    return given.values().stream().map(Holding::allocation).toList();
  }

  private Fitting fitting(SlotRequest want) {
    return new Fitting(want, stock.get(), List.copyOf(given.values()), ports, lastPort);
  }

  /** Else keeping anything for it would be in vain, perhaps for days. */
  private boolean isOnlyWaitingForOthers(SlotRequest want) {
    return new Fitting(want, stock.get(), List.of(), ports, lastPort).lack().isEmpty();
  }

  private Optional<WaitReason> keptForAnother(SlotRequest want) {
    for (Map.Entry<SlotRequest, Integer> other : waiting.entrySet()) {
      if (other.getKey().equals(want)) {
        break; // the others came later
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
