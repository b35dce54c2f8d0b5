package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import io.mirrorneuron.runtime.workflow.Allocation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Slots by pool name, and with them what else of the node is asked for: both are given at once or
 * not at all. A free slot goes to the longest waiting request that fits. A request that is too
 * large for what is free may be overtaken, but only {@value #OVERTAKES} times; from then on what
 * becomes free is kept for it. So a large request neither stalls small ones nor starves. Slots are
 * not kept for who waits for something else. Thread-safe.
 */
public final class Pools {
  static final int OVERTAKES = 16;

  private final Map<String, SlotPool> pools = new TreeMap<>();
  private final int maxQueueLength;
  private final AllocationLedger book;
  private final AtomicInteger heldBack = new AtomicInteger();
  private final AtomicLong lastLook = new AtomicLong(System.nanoTime());

  /**
   * @param stock what the node has besides slots; asked often, must not block
   */
  public Pools(
      Map<String, Integer> capacities,
      int maxQueueLength,
      Supplier<NodeCapacity> stock,
      Ports ports) {
    this.maxQueueLength = maxQueueLength;
    this.book = new AllocationLedger(stock, ports);
    capacities.forEach(
        (name, capacity) -> pools.put(name, new SlotPool(name, capacity, book, this::serves)));
  }

  /**
   * Asks for slots and resources.
   *
   * @param granted called once when all is the claim's: at once, on this thread, or later on the
   *     thread that freed it; it must not block
   */
  public SlotClaim claim(String poolName, int slots, SlotRequest want, Runnable granted)
      throws NotStarted {
    SlotPool pool = pools.get(poolName);
    if (pool == null) {
      throw new NotStarted("unknown executor pool \"" + poolName + "\"");
    }
    if (slots < 1 || slots > pool.capacity) {
      throw new NotStarted(
          "executor pool \"%s\" has %d slots, %d were asked for"
              .formatted(poolName, pool.capacity, slots));
    }
    var claim = new SlotClaim(this, pool, slots, want, granted);
    List<SlotClaim> winners;
    synchronized (pool) {
      pool.enqueue(claim);
      winners = pool.grant();
      if (!claim.holding && heldBack.get() == 0 && pool.queue.size() > maxQueueLength) {
        pool.queue.remove(claim);
        claim.done = true;
        if (claim.want != null) {
          book.leave(claim.want);
        }
        throw new NotStarted(
            "executor_pool_queue_full: %d executions wait for pool \"%s\""
                .formatted(pool.queue.size(), poolName));
      }
    }
    winners.forEach(winner -> winner.granted.run());
    return claim;
  }

  /** Gives something only to who had it when its server ended, until {@link #letIn}. */
  public void holdBack() {
    heldBack.incrementAndGet();
  }

  /** All are served again, as before as many {@link #holdBack}. */
  public void letIn() {
    heldBack.decrementAndGet();
    serveAll();
  }

  private boolean serves(SlotClaim claim) {
    return claim.rank.had() || heldBack.get() == 0;
  }

  /** Looks again at all that wait: the node has more, or less, than before. */
  public void reconsider() {
    book.changed();
    serveAll();
  }

  /**
   * As {@link #reconsider}, but only when that was last done longer ago.
   *
   * @param pause between two looks, whoever asks
   */
  public void lookAgain(Duration pause) {
    long now = System.nanoTime();
    long last = lastLook.get();
    if (now - last >= pause.toNanos() && lastLook.compareAndSet(last, now)) {
      reconsider();
    }
  }

  void serveAll() {
    pools.values().forEach(SlotPool::serve);
  }

  /** What is given out now, besides slots. */
  public List<Allocation> given() {
    return book.given();
  }

  AllocationLedger book() {
    return book;
  }

  public List<PoolUsage> usage() {
    return pools.values().stream().map(SlotPool::usage).toList();
  }
}
