package io.mirrorneuron.runtime.exec.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One pool and its queue; see {@link Pools}. */
final class SlotPool {
  private final ResourceBook book;
  final String name;
  final int capacity;
  final Deque<SlotClaim> queue = new ArrayDeque<>();
  int inUse;
  private int active;

  SlotPool(String name, int capacity, ResourceBook book) {
    this.book = book;
    this.name = name;
    this.capacity = capacity;
  }

  /** Gives out what is free. */
  void serve() {
    List<SlotClaim> winners;
    synchronized (this) {
      winners = grant();
    }
    winners.forEach(winner -> winner.granted.run());
  }

  /** Gives out what is free. The caller holds the lock and calls the winners without it. */
  List<SlotClaim> grant() {
    var winners = new ArrayList<SlotClaim>();
    var passed = new ArrayList<SlotClaim>();
    boolean reserved = false;
    var waiting = queue.iterator();
    while (!reserved && inUse < capacity && waiting.hasNext()) {
      SlotClaim claim = waiting.next();
      if (claim.slots > capacity - inUse) {
        passed.add(claim);
      } else if (takesResources(claim)) {
        waiting.remove();
        claim.holding = true;
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
        name, capacity, inUse, Math.max(0, capacity - inUse), queue.size(), active);
  }
}
