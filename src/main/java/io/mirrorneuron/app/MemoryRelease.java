package io.mirrorneuron.app;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Returns memory to the system that holds nothing any more. The garbage collector does so only
 * after a full collection, and makes one only when the heap cannot grow any more: an idle server
 * would keep for days what a busy hour took, and a busy one would take all that it may have.
 */
final class MemoryRelease {
  private static final long LOOK_MILLIS = 5_000;

  /** Looks in a row without a collection between them after which a server is idle. */
  private static final int IDLE_LOOKS = 3;

  /** Bytes to gain below which an idle server makes no collection. */
  private static final long WORTH_BYTES = 32L << 20;

  /** The same of a busy one, and as much as is live: what collections cost stays in proportion. */
  private static final long BUSY_WORTH_BYTES = 128L << 20;

  private final LongSupplier collections;
  private final LongSupplier used;
  private final Runnable collect;
  private long seen = -1;
  private int quiet;
  private long kept;

  /**
   * @param collections how many there have been
   * @param used bytes of the heap, live or not
   * @param collect collects the whole heap
   */
  MemoryRelease(LongSupplier collections, LongSupplier used, Runnable collect) {
    this.collections = collections;
    this.used = used;
    this.collect = collect;
  }

  /** Looks now and then, on a thread of its own: a collection stops the others anyway. */
  static AutoCloseable start() {
    List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    Runtime machine = Runtime.getRuntime();
    MemoryRelease heap =
        new MemoryRelease(
            () -> collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum(),
            () -> machine.totalMemory() - machine.freeMemory(),
            System::gc);
    ScheduledExecutorService looks =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mn-memory-release").factory());
    looks.scheduleWithFixedDelay(heap::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return looks::shutdownNow;
  }

  /** Collects when that gives back enough for what the server is doing. */
  void look() {
    long now = collections.getAsLong();
    quiet = now == seen ? quiet + 1 : 0;
    seen = now;
    long worth = quiet >= IDLE_LOOKS ? WORTH_BYTES : Math.max(BUSY_WORTH_BYTES, kept);
    if (used.getAsLong() > kept + worth) {
      collect.run();
      kept = used.getAsLong();
      seen = collections.getAsLong();
      quiet = 0;
    }
  }
}
