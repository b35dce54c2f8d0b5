package io.mirrorneuron.runtime.service;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs checks at their intervals with different offsets; never two runs of one check at a time. One
 * timer thread exists while there are checks; each run has a virtual thread. Thread-safe.
 */
public final class ProbeSchedule implements AutoCloseable {
  private static final long IDLE_SECONDS = 1;

  /** The first run comes within this time, so that health is known soon. */
  private static final long FIRST_MS = 250;

  /** Most checks running at a time; further ones are skipped. */
  private static final int MOST_AT_ONCE = 1024;

  private final Semaphore atOnce = new Semaphore(MOST_AT_ONCE);
  private final ScheduledThreadPoolExecutor clock;

  public ProbeSchedule() {
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("mn-service-checks").factory());
    clock.setRemoveOnCancelPolicy(true);
    clock.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    clock.allowCoreThreadTimeOut(true);
  }

  /**
   * Repeats the check until the result is closed.
   *
   * @param seed spreads checks of the same interval
   */
  public AutoCloseable every(Duration interval, int seed, Runnable check) {
    long spread = Math.min(interval.toMillis(), FIRST_MS);
    Rhythm rhythm = new Rhythm(interval.toNanos(), check);
    rhythm.begin(Math.floorMod(seed * 0x9E3779B9, (int) spread));
    return rhythm::end;
  }

  public int waiting() {
    return clock.getQueue().size();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private final class Rhythm {
    private final long interval;
    private final Runnable check;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private long due;
    private ScheduledFuture<?> next;
    private boolean ended;

    Rhythm(long interval, Runnable check) {
      this.interval = interval;
      this.check = check;
    }

    synchronized void begin(long afterMs) {
      due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(afterMs);
      await();
    }

    synchronized void end() {
      ended = true;
      if (next != null) {
        next.cancel(false);
      }
    }

    private void await() {
      if (!ended) {
        try {
          next = clock.schedule(this::strike, due - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
          ended = true; // the server closes
        }
      }
    }

    /** Runs missed while the machine stood still are skipped. */
    private synchronized void strike() {
      long now = System.nanoTime();
      due += interval;
      if (due - now < 0) {
        due = now + interval;
      }
      await();
      if (!ended && underWay.compareAndSet(false, true)) {
        if (atOnce.tryAcquire()) {
          Thread.ofVirtual().name("mn-service-check").start(this::make);
        } else {
          underWay.set(false);
        }
      }
    }

    private void make() {
      try {
        check.run();
      } finally {
        atOnce.release();
        underWay.set(false);
      }
    }
  }
}
