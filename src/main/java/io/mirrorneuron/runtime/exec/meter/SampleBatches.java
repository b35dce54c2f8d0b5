package io.mirrorneuron.runtime.exec.meter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples that wait to be written, by run. While those of many runs wait they wait longer, so that
 * what short programs of a job used is written once. Adding never waits for writing. Thread-safe.
 */
final class SampleBatches {
  private static final Logger LOG = LoggerFactory.getLogger(SampleBatches.class);

  /** Samples of all runs that wait at most; further ones are dropped. */
  private static final int MOST_WAITING = 20_000;

  /** How much longer samples wait for each run that has some, and at most. */
  private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final SampleSink samples;
  private final ConcurrentMap<String, Batch> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean overflowing = new AtomicBoolean();

  /**
   * One run is written by one thread at a time; runs that share a lock only wait for each other.
   */
  private final Object[] locks = new Object[16];

  /**
   * @param since by {@link System#nanoTime}, when the first of the samples came
   */
  private record Batch(long since, List<ObjectNode> samples) {}

  SampleBatches(SampleSink samples) {
    this.samples = samples;
    Arrays.setAll(locks, index -> new Object());
  }

  void add(String runId, ObjectNode sample) {
    if (count.incrementAndGet() > MOST_WAITING) {
      count.decrementAndGet();
      if (overflowing.compareAndSet(false, true)) {
        LOG.warn("resource samples cannot be written as fast as they come, some are lost");
      }
      return;
    }
    waiting.compute(
        runId,
        (id, present) -> {
          Batch batch =
              present == null ? new Batch(System.nanoTime(), new ArrayList<>(4)) : present;
          batch.samples().add(sample);
          return batch;
        });
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void flush() {
    waiting.keySet().forEach(this::flush);
    overflowing.set(false);
  }

  /**
   * Writes those that have waited long enough; to be called again and again.
   *
   * @param nanos how long those of a run wait that is alone
   */
  void flushDue(long nanos) {
    if (count.get() >= MOST_WAITING / 2) {
      flush();
      return;
    }
    long longer = Math.min(LONGEST_NANOS, EACH_NANOS * (waiting.size() - 1));
    long before = System.nanoTime() - nanos - longer;
    waiting.forEach(
        (runId, batch) -> {
          if (batch.since() - before <= 0) {
            flush(runId);
          }
        });
    overflowing.set(false);
  }

  /** Writes what waits of the run; what came before is written when it returns. */
  void flush(String runId) {
    synchronized (locks[Math.floorMod(runId.hashCode(), locks.length)]) {
      Batch its = waiting.remove(runId);
      if (its != null) {
        List<ObjectNode> batch = its.samples();
        count.addAndGet(-batch.size());
        try {
          samples.write(runId, batch);
        } catch (RuntimeException e) {
          LOG.warn("{} resource samples of run {} are lost", batch.size(), runId, e);
        }
      }
    }
  }
}
