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
 * Slots by pool name, allocated together with the other requested resources of the node: all or
 * nothing. A free slot goes to the longest waiting request that fits. A request too large for the
 * free slots may be overtaken, but only {@value #OVERTAKES} times; from then on free slots are kept
 * for it. So a large request neither blocks small ones nor starves. Slots are not kept for requests
 * that wait for other resources. Thread-safe.
 */
public final class Pools {
  static final int OVERTAKES = 16;

  private final Map<String, SlotPool> pools = new TreeMap<>();
  private final int maxQueueLength;
  private final AllocationLedger book;
  private final AtomicInteger heldBack = new AtomicInteger();
  private final AtomicLong lastLook = new AtomicLong(System.nanoTime());

  /**
   * @param stock current capacity besides slots; called often, must not block
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
   * Requests slots and resources.
   *
   * @param granted called once when all are granted: immediately on this thread, or later on the
   *     thread that freed them; must not block
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

  /** Until {@link #letIn}, serves only executions that held slots when their server ended. */
  public void holdBack() {
    heldBack.incrementAndGet();
  }

  /** Ends one {@link #holdBack}; after the last, all requests are served again. */
  public void letIn() {
    heldBack.decrementAndGet();
    serveAll();
  }

  private boolean serves(SlotClaim claim) {
    return claim.rank.had() || heldBack.get() == 0;
  }

  /** Serves waiting requests again after the capacity of the node has changed. */
  public void reconsider() {
    book.changed();
    serveAll();
  }

  /**
   * Like {@link #reconsider}, but does nothing within the pause after the last call.
   *
   * @param pause between two looks of all callers together
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

  /** Current allocations besides slots. */
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
   * An execution that holds resources of this node.
   *
   * @param slots of the pool; 0 while they are lent, as the program waits for a person
   * @param allocation resources besides slots; null for none
   */
  public record Holder(
      String jobId, String agentId, String pool, int slots, Allocation allocation) {}

  /**
   * Usage of a pool at one moment.
   *
   * @param inUse slots held by running executions
   * @param queued waiting executions
   * @param active executions that hold slots
   * @param holders ids of these, and of executions that lent their slots
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
   * A request for slots and resources of this node.
   *
   * @param rank its place among waiting requests
   */
  public record SlotRequest(
      String executionId, String jobId, String agentId, ResourceRequest request, QueueRank rank) {

    /**
     * Initial count of overtakes: the limit for a request that held slots when its server ended.
     */
    int overtaken() {
      return rank.had() ? Pools.OVERTAKES : 0;
    }

    /** For people. */
    String holder() {
      return "agent " + agentId + " of job " + jobId;
    }

    /** Whether one of the two may have to wait for the other. */
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
   * Why a request cannot be granted now.
   *
   * @param byLimits whether the resource is free, but exceeds what the operator allows programs
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
   * The capacity of a node for programs, besides slots, at one moment.
   *
   * @param usable the part of the total that the operator allows programs
   * @param devices in order of preference
   * @param usableDevices number that the operator allows programs at once
   */
  public record NodeCapacity(
      String node, Amounts total, Amounts usable, List<NodeDevice> devices, int usableDevices) {
    public NodeCapacity {
      devices = List.copyOf(devices);
    }

    public Set<String> vendors() {
      return devices.stream().map(one -> one.device().vendor()).collect(Collectors.toSet());
    }

    /** Practically unlimited amounts, without devices. */
    public static NodeCapacity endless(String node) {
      Amounts all = new Amounts(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4);
      return new NodeCapacity(node, all, all, List.of(), 0);
    }
  }

  /** The capacity of a node for programs at one moment. */
  public record ProgramCapacity(List<String> runners, List<PoolUsage> pools) {
    public ProgramCapacity {
      runners = List.copyOf(runners);
      pools = List.copyOf(pools);
    }
  }
}
