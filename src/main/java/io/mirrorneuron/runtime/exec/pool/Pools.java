package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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

  /**
   * Who has something of this node now.
   *
   * @param slots of the pool; 0 while others have them, as its program waits for a person
   * @param allocation what else; null when that is nothing
   */
  public record Holder(
      String jobId, String agentId, String pool, int slots, Allocation allocation) {}

  /**
   * How full a pool is at one moment.
   *
   * @param inUse slots that running executions hold
   * @param queued executions that wait
   * @param active executions that hold slots
   * @param holders ids of these, and of those that have lent their slots
   */
  public record PoolUsage(
      String pool,
      int capacity,
      int inUse,
      int available,
      int queued,
      int active,
      Set<String> holders) {
    public PoolUsage {
      holders = Set.copyOf(holders);
    }
  }

  /**
   * Somebody who asks for slots and resources of this node.
   *
   * @param rank its place among those that wait
   */
  public record SlotRequest(
      String executionId, String jobId, String agentId, ResourceRequest request, QueueRank rank) {

    /** How often others have been served before it, as far as that counts. */
    int overtaken() {
      return rank.had() ? Pools.OVERTAKES : 0;
    }

    /** For people. */
    String holder() {
      return "agent " + agentId + " of job " + jobId;
    }

    /** Whether one of them may have to wait for the other. */
    boolean competesWith(SlotRequest other) {
      ResourceRequest mine = request;
      ResourceRequest its = other.request;
      return mine.amounts().cpuMillis() > 0 && its.amounts().cpuMillis() > 0
          || mine.amounts().memoryMb() > 0 && its.amounts().memoryMb() > 0
          || mine.amounts().diskMb() > 0 && its.amounts().diskMb() > 0
          || !mine.devices().isEmpty() && !its.devices().isEmpty()
          || mine.ports().stream()
              .anyMatch(one -> its.ports().stream().anyMatch(one::isSameNumber));
    }
  }

  /**
   * Why somebody cannot be given what it asks for now.
   *
   * @param byLimits whether it is not taken, but more than the operator allows programs
   * @param sentence for people; completes "it waits: "
   */
  public record WaitReason(boolean byLimits, String sentence) {
    static WaitReason taken(String sentence) {
      return new WaitReason(false, sentence);
    }

    static WaitReason limited(String sentence) {
      return new WaitReason(true, sentence);
    }
  }

  /**
   * What a node has for programs, besides slots, at one moment.
   *
   * @param node its name
   * @param total all of it
   * @param usable what of it the operator allows programs
   * @param devices in the order in which they are preferred
   * @param usableDevices how many of them the operator allows programs at once
   */
  public record NodeCapacity(
      String node, Amounts total, Amounts usable, List<NodeDevice> devices, int usableDevices) {
    public NodeCapacity {
      devices = List.copyOf(devices);
    }

    /** Vendors of its devices. */
    public Set<String> vendors() {
      return devices.stream().map(one -> one.device().vendor()).collect(Collectors.toSet());
    }

    /** Of a node that has so much of everything that nobody waits, and no devices. */
    public static NodeCapacity endless(String node) {
      Amounts all = new Amounts(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4);
      return new NodeCapacity(node, all, all, List.of(), 0);
    }
  }

  /**
   * What programs a node can run at one moment.
   *
   * @param runners names of its ways to run programs
   */
  public record ProgramCapacity(List<String> runners, List<PoolUsage> pools) {
    public ProgramCapacity {
      runners = List.copyOf(runners);
      pools = List.copyOf(pools);
    }
  }
}
