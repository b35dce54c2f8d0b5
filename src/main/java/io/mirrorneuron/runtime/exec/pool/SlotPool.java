package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.pool.Pools.PoolUsage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.Set;
import java.util.function.Predicate;

/** One pool and its queue; see {@link Pools}. */
final class SlotPool {
  private final AllocationLedger book;
  final String name;
  final int capacity;
  private final Predicate<SlotClaim> served;

  /** By rank, then by arrival. */
  final List<SlotClaim> queue = new LinkedList<>();

  int inUse;

  /** Ids of executions that hold slots or have lent them. */
  final Set<String> holders = new HashSet<>();

  private int active;

  /**
   * @param served whether a claim may be granted now
   */
  SlotPool(String name, int capacity, AllocationLedger book, Predicate<SlotClaim> served) {
    this.served = served;
    this.book = book;
    this.name = name;
    this.capacity = capacity;
  }

  /** The caller holds the lock. */
  void enqueue(SlotClaim claim) {
    ListIterator<SlotClaim> before = queue.listIterator(queue.size());
    while (before.hasPrevious()) {
      if (before.previous().rank.compareTo(claim.rank) <= 0) {
        before.next();
        break;
      }
    }
    before.add(claim);
  }

  void serve() {
    List<SlotClaim> winners;
    synchronized (this) {
      winners = grant();
    }
    winners.forEach(winner -> winner.granted.run());
  }

  /** Grants free slots. The caller holds the lock, and calls the winners after releasing it. */
  List<SlotClaim> grant() {
    var winners = new ArrayList<SlotClaim>();
    var passed = new ArrayList<SlotClaim>();
    boolean reserved = false;
    var waiting = queue.iterator();
    while (!reserved && inUse < capacity && waiting.hasNext()) {
      SlotClaim claim = waiting.next();
      if (!served.test(claim)) {
        break; // the remaining claims are behind it
      }
      if (claim.slots > capacity - inUse) {
        passed.add(claim);
      } else if (takesResources(claim)) {
        waiting.remove();
        claim.holding = true;
        holders.add(claim.executionId);
        count(claim, 1);
        winners.add(claim);
        passed.forEach(slower -> slower.overtaken++);
      }
      reserved = passed.stream().anyMatch(slower -> slower.overtaken >= Pools.OVERTAKES);
    }
    return winners;
  }

  private boolean takesResources(SlotClaim claim) {
    if (claim.want != null) {
      claim.allocation = book.take(claim.want).orElse(null);
    }
    return claim.want == null || claim.allocation != null;
  }

  /** The caller holds the lock. */
  void count(SlotClaim claim, int direction) {
    inUse += direction * claim.slots;
    active += direction;
  }

  synchronized PoolUsage usage() {
    return new PoolUsage(
        name, capacity, inUse, Math.max(0, capacity - inUse), queue.size(), active, holders);
  }
}
