package io.mirrorneuron.runtime.exec;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Ends, soon after executions ended, processes that escaped them: that closed their output, left
 * the group and stayed. Looking costs as much as starting a program, so it is done once for all
 * executions of a second. While programs run it is done every ten seconds, so that those of their
 * processes that have ended and came to this one are collected.
 */
final class Sweeper implements AutoCloseable {
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mn-process-sweeper").factory());
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicBoolean watching = new AtomicBoolean();
  private final Runnable sweep;
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
      timer.schedule(this::look, 10, TimeUnit.SECONDS);
    }
  }

  private void look() {
    watching.set(false);
    if (isBusy.getAsBoolean()) {
      watch();
      sweep.run();
    }
  }

  /** To be told when a program ended. */
  void wake() {
    if (scheduled.compareAndSet(false, true)) {
      timer.schedule(
          () -> {
            scheduled.set(false);
            sweep.run();
          },
          1,
          TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
