package io.mirrorneuron.app;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Returns memory to the system when the server is idle. The garbage collector does so only after a
 * full collection, which an idle server never has: it would keep for days what a busy hour took.
 */
final class IdleMemoryRelease {
  private static final long LOOK_MILLIS = 15_000;

  /** Bytes to gain below which no collection is made. */
  private static final long WORTH_BYTES = 32L << 20;

  private final LongSupplier collections;
  private final LongSupplier used;
  private final Runnable collect;
  private long seen = -1;
  private long kept;

  /**
   * @param collections how many there have been
   * @param used bytes of the heap, live or not
   * @param collect collects the whole heap
   */
  IdleMemoryRelease(LongSupplier collections, LongSupplier used, Runnable collect) {
    this.collections = collections;
    this.used = used;
    this.collect = collect;
  }

  /** Looks now and then, on a thread of its own: a collection stops the others anyway. */
  static AutoCloseable start() {
    List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    Runtime machine = Runtime.getRuntime();
    IdleMemoryRelease heap =
        new IdleMemoryRelease(
            () -> collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum(),
            () -> machine.totalMemory() - machine.freeMemory(),
            System::gc);
    ScheduledExecutorService looks =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("idle-heap").factory());
    looks.scheduleWithFixedDelay(heap::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return looks::shutdownNow;
  }

  /** Collects when nothing has since the last look, and more is there than was kept last time. */
  void look() {
    long now = collections.getAsLong();
    if (now == seen && used.getAsLong() > kept + WORTH_BYTES) {
      collect.run();
      kept = used.getAsLong();
      now = collections.getAsLong();
    }
    seen = now;
  }
}
