package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.settings.NotStarted;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Slots by pool name. A free slot goes to the longest waiting request that fits. A request that is
 * too large for what is free may be overtaken, but only {@value #OVERTAKES} times; from then on
 * what becomes free is kept for it. So a large request neither stalls small ones nor starves.
 * Thread-safe.
 */
public final class Pools {
  static final int OVERTAKES = 16;

  private final Map<String, Pool> pools = new TreeMap<>();
  private final int maxQueueLength;

  public Pools(Map<String, Integer> capacities, int maxQueueLength) {
    capacities.forEach((name, capacity) -> pools.put(name, new Pool(name, capacity)));
    this.maxQueueLength = maxQueueLength;
  }

  /**
   * Asks for slots.
   *
   * @param granted called once when the slots are the claim's: at once, on this thread, or later on
   *     the thread that freed them; it must not block
   */
  public Claim claim(String poolName, int slots, Runnable granted) throws NotStarted {
    Pool pool = pools.get(poolName);
    if (pool == null) {
      throw new NotStarted("unknown executor pool \"" + poolName + "\"");
    }
    if (slots < 1 || slots > pool.capacity) {
      throw new NotStarted(
          "executor pool \"%s\" has %d slots, %d were asked for"
              .formatted(poolName, pool.capacity, slots));
    }
    var claim = new Claim(pool, slots, granted);
    List<Claim> winners;
    synchronized (pool) {
      pool.queue.add(claim);
      winners = pool.grant();
      if (!claim.holding && pool.queue.size() > maxQueueLength) {
        pool.queue.remove(claim);
        claim.done = true;
        throw new NotStarted(
            "executor_pool_queue_full: %d executions wait for pool \"%s\""
                .formatted(pool.queue.size(), poolName));
      }
    }
    winners.forEach(winner -> winner.granted.run());
    return claim;
  }

  public List<PoolUsage> usage() {
    return pools.values().stream().map(Pool::usage).toList();
  }

  /**
   * A request for slots: first a place in the queue, then the slots. Closing gives back either,
   * once.
   */
  public static final class Claim implements AutoCloseable {
    private final Pool pool;
    private final int slots;
    private final Runnable granted;

    // Guarded by the pool.
    private int overtaken;
    private boolean holding;
    private boolean lent;
    private boolean done;

    private Claim(Pool pool, int slots, Runnable granted) {
      this.pool = pool;
      this.slots = slots;
      this.granted = granted;
    }

    /** Gives the slots to others until they are {@link #takeBack taken back}; idempotent. */
    public void lend() {
      List<Claim> winners;
      synchronized (pool) {
        if (!holding || lent || done) {
          return;
        }
        lent = true;
        pool.count(this, -1);
        winners = pool.grant();
      }
      winners.forEach(winner -> winner.granted.run());
    }

    /**
     * Has the slots at once, also when all are given out: then there are more than the pool has.
     */
    public void takeBack() {
      synchronized (pool) {
        if (lent && !done) {
          lent = false;
          pool.count(this, 1);
        }
      }
    }

    /** Where it stands in the queue, or null once it holds its slots or has given up. */
    public QueuePlace place() {
      synchronized (pool) {
        int ahead = 0;
        for (Claim claim : pool.queue) {
          if (claim == this) {
            return new QueuePlace(
                pool.name, ahead + 1, pool.queue.size(), pool.capacity, pool.inUse);
          }
          ahead++;
        }
        return null;
      }
    }

    @Override
    public void close() {
      List<Claim> winners;
      synchronized (pool) {
        if (done) {
          return;
        }
        done = true;
        if (lent) {
          lent = false;
        } else if (holding) {
          pool.count(this, -1);
        } else {
          pool.queue.remove(this);
        }
        winners = pool.grant();
      }
      winners.forEach(winner -> winner.granted.run());
    }
  }

  private static final class Pool {
    private final String name;
    private final int capacity;
    private final Deque<Claim> queue = new ArrayDeque<>();
    private int inUse;
    private int active;

    Pool(String name, int capacity) {
      this.name = name;
      this.capacity = capacity;
    }

    /** Gives out what is free. The caller holds the lock and calls the winners without it. */
    private List<Claim> grant() {
      var winners = new ArrayList<Claim>();
      var passed = new ArrayList<Claim>();
      boolean reserved = false;
      var waiting = queue.iterator();
      while (!reserved && inUse < capacity && waiting.hasNext()) {
        Claim claim = waiting.next();
        if (claim.slots <= capacity - inUse) {
          waiting.remove();
          claim.holding = true;
          count(claim, 1);
          winners.add(claim);
          passed.forEach(slower -> slower.overtaken++);
        } else {
          passed.add(claim);
        }
        reserved = passed.stream().anyMatch(slower -> slower.overtaken >= OVERTAKES);
      }
      return winners;
    }

    /** The caller holds the lock. */
    private void count(Claim claim, int direction) {
      inUse += direction * claim.slots;
      active += direction;
    }

    private synchronized PoolUsage usage() {
      return new PoolUsage(
          name, capacity, inUse, Math.max(0, capacity - inUse), queue.size(), active);
    }
  }
}
