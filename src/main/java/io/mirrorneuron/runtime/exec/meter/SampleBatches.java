package io.mirrorneuron.runtime.exec.meter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Samples that wait to be written, by run. Adding never waits for writing. Thread-safe. */
final class SampleBatches {
  private static final Logger LOG = LoggerFactory.getLogger(SampleBatches.class);

  /** Samples of all runs that wait at most; further ones are dropped. */
  private static final int MOST_WAITING = 20_000;

  private final SampleSink samples;
  private final ConcurrentMap<String, List<ObjectNode>> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean overflowing = new AtomicBoolean();

  /**
   * One run is written by one thread at a time; runs that share a lock only wait for each other.
   */
  private final Object[] locks = new Object[16];

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
          List<ObjectNode> list = present == null ? new ArrayList<>(4) : present;
          list.add(sample);
          return list;
        });
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void flush() {
    waiting.keySet().forEach(this::flush);
    overflowing.set(false);
  }

  /** Writes what waits of the run; what came before is written when it returns. */
  void flush(String runId) {
    synchronized (locks[Math.floorMod(runId.hashCode(), locks.length)]) {
      List<ObjectNode> batch = waiting.remove(runId);
      if (batch != null) {
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
