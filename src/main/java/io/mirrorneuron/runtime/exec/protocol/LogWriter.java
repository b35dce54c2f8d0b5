package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.LogSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes printed lines to the logs of their runs, in batches. One thread, idle while nothing is
 * printed; adding never waits for it. Thread-safe.
 */
public final class LogWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  /** From the first line of a batch until it is written. */
  private static final Duration MOMENT = Duration.ofMillis(50);

  /** Of all pending lines; further ones are refused. */
  private static final long MOST_WAITING_BYTES = 16 << 20;

  /** Records per write. */
  private static final int TOGETHER = 500;

  interface Entry {
    /** Approximate bytes. */
    int size();

    /** Called once, by the writing thread. */
    LogRecord record();

    /** Called when it could not be written. */
    void lost();
  }

  private final LogSink sink;
  private final ConcurrentMap<String, Deque<Entry>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final ScheduledExecutorService timer =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().daemon().name("mn-log-writer").factory(),
          new ThreadPoolExecutor.DiscardPolicy()); // rejects tasks after the shutdown

  /**
   * One run is written by one thread at a time; runs that share a lock only wait for each other.
   */
  private final Object[] locks = new Object[16];

  public LogWriter(LogSink sink) {
    this.sink = sink;
    Arrays.setAll(locks, index -> new Object());
  }

  /** Returns false when too much is pending. */
  boolean add(String runId, Entry entry) {
    if (waitingBytes.addAndGet(entry.size()) > MOST_WAITING_BYTES) {
      waitingBytes.addAndGet(-entry.size());
      return false;
    }
    put(runId, entry);
    return true;
  }

  /** Adds the last entry of a program, regardless of the limit. */
  void addLast(String runId, Entry entry) {
    waitingBytes.addAndGet(entry.size());
    put(runId, entry);
  }

  private void put(String runId, Entry entry) {
    waiting.compute(
        runId,
        (id, present) -> {
          Deque<Entry> entries = present == null ? new ArrayDeque<>() : present;
          entries.add(entry);
          return entries;
        });
    wake();
  }

  private void wake() {
    if (awake.compareAndSet(false, true)) {
      timer.schedule(this::writeAll, MOMENT.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void writeAll() {
    awake.set(false); // before the look: an entry added from now on wakes the writer again
    waiting.keySet().forEach(this::flush);
  }

  /**
   * Writes the pending entries of the run. Entries added before the call are written when it
   * returns.
   */
  public void flush(String runId) {
    synchronized (locks[Math.floorMod(runId.hashCode(), locks.length)]) {
      Deque<Entry> entries = waiting.remove(runId);
      while (entries != null && !entries.isEmpty()) {
        List<Entry> some = new ArrayList<>(Math.min(TOGETHER, entries.size()));
        while (some.size() < TOGETHER && !entries.isEmpty()) {
          some.add(entries.poll());
        }
        write(runId, some);
        waitingBytes.addAndGet(-some.stream().mapToLong(Entry::size).sum());
      }
    }
  }

  private void write(String runId, List<Entry> entries) {
    try {
      if (sink.log(runId, entries.stream().map(Entry::record).toList())) {
        return;
      }
    } catch (RuntimeException e) {
      LOG.warn("{} lines that programs of run {} printed are lost", entries.size(), runId, e);
    }
    entries.forEach(Entry::lost);
  }

  @Override
  public void close() {
    timer.shutdown();
    writeAll();
  }
}
