package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.spawn.Adoption;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills processes that escaped from ended executions: they closed their output, left the group and
 * stayed. A look costs as much as a program start, so there is one per second for all executions
 * that ended, one more ten seconds after the last end, as a process may seem to belong to a program
 * that was just ending, and one every ten seconds while programs run. Ended orphans are collected
 * five times a second.
 */
final class Sweeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mn-process-sweeper").factory());
  private static final int LOOK_MS = 200;
  private static final int LOOKS_A_SWEEP = 50;
  private static final long FIRST_MS = 1_000;
  private static final long AGAIN_MS = 10_000;

  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicBoolean watching = new AtomicBoolean();
  private final Runnable sweep;

  /** Timer thread only. */
  private int looks;

  /** Timer thread only; null before the first. */
  private ScheduledFuture<?> again;

  private final BooleanSupplier isBusy;

  Sweeper(Runnable sweep, BooleanSupplier isBusy) {
    this.sweep = sweep;
    this.isBusy = isBusy;
  }

  /** To be called when a program starts. */
  void watch() {
    if (watching.compareAndSet(false, true)) {
      timer.schedule(this::look, LOOK_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    watching.set(false);
    Adoption.collect();
    if (isBusy.getAsBoolean()) {
      watch();
      if (++looks % LOOKS_A_SWEEP == 0) {
        sweep();
      }
    }
  }

  /** To be called when a program has ended. */
  void wake() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        timer.schedule(this::afterAnEnd, FIRST_MS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // Closed meanwhile: the closing thread kills the remaining processes.
      }
    }
  }

  private void afterAnEnd() {
    scheduled.set(false);
    sweep();
    if (again != null) {
      again.cancel(false);
    }
    again = timer.schedule(this::sweep, AGAIN_MS, TimeUnit.MILLISECONDS);
  }

  /** Retried at the next look; an exception would end the timer's task silently. */
  private void sweep() {
    try {
      sweep.run();
    } catch (RuntimeException e) {
      LOG.warn("processes that programs left were not looked for", e);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
