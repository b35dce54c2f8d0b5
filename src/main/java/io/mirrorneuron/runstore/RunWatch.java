package io.mirrorneuron.runstore;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Who wants to hear of which run. What this process writes is told at once; files that programs
 * write are looked at ten times a second, while anybody wants to hear of them.
 */
final class RunWatch implements AutoCloseable {
  private static final long TICK_MS = 100;

  private static final class Watched {
    final List<Runnable> actions = new CopyOnWriteArrayList<>();
    volatile long stamp;
  }

  private final Map<String, Watched> runs = new ConcurrentHashMap<>();
  private final ToLongFunction<String> stamps;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mn-run-watch").factory());

  /**
   * @param stamps a number that is another one when the files of a run have changed; must be cheap
   */
  RunWatch(ToLongFunction<String> stamps) {
    this.stamps = stamps;
    clock.scheduleWithFixedDelay(this::look, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  AutoCloseable add(String runId, Runnable action) {
    runs.compute(
        runId,
        (id, present) -> {
          Watched watched = present == null ? new Watched() : present;
          if (present == null) {
            watched.stamp = stamps.applyAsLong(id);
          }
          watched.actions.add(action);
          return watched;
        });
    return () ->
        runs.computeIfPresent(
            runId,
            (id, watched) -> {
              watched.actions.remove(action);
              return watched.actions.isEmpty() ? null : watched;
            });
  }

  void changed(String runId) {
    Watched watched = runs.get(runId);
    if (watched != null) {
      watched.actions.forEach(Runnable::run);
    }
  }

  private void look() {
    runs.forEach(
        (runId, watched) -> {
          long stamp = stamps.applyAsLong(runId);
          if (stamp != watched.stamp) {
            watched.stamp = stamp;
            watched.actions.forEach(Runnable::run);
          }
        });
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
