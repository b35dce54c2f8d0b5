package io.mirrorneuron.run.folder;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Notifies listeners of changes in the folders of runs. Writes of this process are reported at
 * once; for files that programs write, folders with listeners are polled ten times a second.
 */
public final class RunWatch implements AutoCloseable {
  private static final long TICK_MS = 100;

  private static final class Watched {
    final List<Runnable> actions = new CopyOnWriteArrayList<>();
    final LongSupplier stamps;
    volatile long stamp;

    Watched(LongSupplier stamps) {
      this.stamps = stamps;
      this.stamp = stamps.getAsLong();
    }
  }

  private final Map<String, Watched> runs = new ConcurrentHashMap<>();
  private final Function<String, LongSupplier> stamps;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mn-run-watch").factory());

  /**
   * @param stamps returns for a run a cheap source of numbers that change whenever its files change
   */
  public RunWatch(Function<String, LongSupplier> stamps) {
    this.stamps = stamps;
    clock.scheduleWithFixedDelay(this::look, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  public AutoCloseable add(String runId, Runnable action) {
    runs.compute(
        runId,
        (id, present) -> {
          Watched watched = present == null ? new Watched(stamps.apply(id)) : present;
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

  public boolean isWatched(String runId) {
    return runs.containsKey(runId);
  }

  public void changed(String runId) {
    Watched watched = runs.get(runId);
    if (watched != null) {
      watched.stamp = watched.stamps.getAsLong(); // the poll must not report this change again
      watched.actions.forEach(Runnable::run);
    }
  }

  private void look() {
    runs.forEach(
        (runId, watched) -> {
          long stamp = watched.stamps.getAsLong();
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
