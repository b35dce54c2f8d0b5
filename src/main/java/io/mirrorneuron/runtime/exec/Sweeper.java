package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.spawn.Adoption;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Ends, soon after executions ended, processes that escaped them: that closed their output, left
 * the group and stayed. Looking costs as much as starting a program, so it is done once for all
 * executions of a second, and every ten seconds while programs run. Processes that have ended and
 * came to this one are collected five times a second.
 */
final class Sweeper implements AutoCloseable {
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mn-process-sweeper").factory());
  private static final int LOOK_MS = 200;
  private static final int LOOKS_A_SWEEP = 50;

  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicBoolean watching = new AtomicBoolean();
  private final Runnable sweep;

  /** Of the timer's thread alone. */
  private int looks;

  private final BooleanSupplier isBusy;

  /**
   * @param isBusy whether programs run
   */
  Sweeper(Runnable sweep, BooleanSupplier isBusy) {
    this.sweep = sweep;
    this.isBusy = isBusy;
  }

  /** To be told when a program starts. */
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
        sweep.run();
      }
    }
  }

  /** To be told when a program ended. */
  void wake() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        timer.schedule(
            () -> {
              scheduled.set(false);
              sweep.run();
            },
            1,
            TimeUnit.SECONDS);
      } catch (RejectedExecutionException e) {
        // Closed meanwhile: who closes this ends what is left.
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
