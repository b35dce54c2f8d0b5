package io.mirrorneuron.runtime.exec;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends, soon after executions ended, processes that escaped them: that closed their output, left
 * the group and stayed. Looking costs as much as starting a program, so it is done once for all
 * executions of a second, and not at all when nothing ended.
 */
final class Sweeper implements AutoCloseable {
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mn-process-sweeper").factory());
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Runnable sweep;

  Sweeper(Runnable sweep) {
    this.sweep = sweep;
  }

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
