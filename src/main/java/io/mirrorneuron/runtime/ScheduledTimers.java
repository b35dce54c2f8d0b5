package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.port.Leader.Timers;
import java.time.Clock;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers on one daemon thread. Tasks are short: they only pass an input to an event loop. */
final class ScheduledTimers implements Timers, AutoCloseable {
  private final Clock clock;
  private final ScheduledThreadPoolExecutor executor;

  ScheduledTimers(Clock clock) {
    this.clock = clock;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("mn-timers").factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public long now() {
    return clock.millis();
  }

  @Override
  public long ticks() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public void at(long at, Runnable task) {
    if (!executor.isShutdown()) {
      executor.schedule(task, Math.max(0, at - now()), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
