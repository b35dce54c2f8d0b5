package io.mirrorneuron.area.runs;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BiFunction;

/** Lets cursor reads wait for changes of a run. Merges changes in quick succession. */
final class RunChanges {
  private final Vertx vertx;
  private final BiFunction<String, Runnable, AutoCloseable> watching;
  private final long togetherMillis;

  /**
   * @param watching reports each change of a run, on any thread, until closed
   * @param togetherMillis how long to wait for more after the first change
   */
  RunChanges(
      Vertx vertx, BiFunction<String, Runnable, AutoCloseable> watching, long togetherMillis) {
    this.vertx = vertx;
    this.watching = watching;
    this.togetherMillis = togetherMillis;
  }

  /** Collects changes until closed. Used on one event loop. */
  Watch watch(String runId) {
    return new Watch(runId);
  }

  final class Watch implements AutoCloseable {
    private final Context context = vertx.getOrCreateContext();
    private final AutoCloseable registration;
    private boolean changed;
    private Promise<Void> waiting;

    private Watch(String runId) {
      registration = watching.apply(runId, () -> context.runOnContext(ignored -> changed()));
    }

    private void changed() {
      changed = true;
      if (waiting != null) {
        Promise<Void> waiter = waiting;
        waiting = null;
        vertx.setTimer(togetherMillis, timer -> waiter.tryComplete());
      }
    }

    /** Whether there was a change since the last wait or {@link #looking}. */
    boolean hasChanged() {
      return changed;
    }

    /** Forgets earlier changes: a read that begins now sees them. */
    void looking() {
      changed = false;
    }

    /** Completes after a change since the last wait, or when the limit is over. */
    Future<Void> await(Duration limit) {
      Promise<Void> waiter = Promise.promise();
      waiting = waiter;
      long timer = vertx.setTimer(Math.max(1, limit.toMillis()), late -> waiter.tryComplete());
      if (changed) {
        changed();
      }
      changed = false;
      return waiter.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    @Override
    public void close() {
      try {
        registration.close();
      } catch (Exception e) {
        throw new IllegalStateException("a watch of the run store cannot be closed", e);
      }
    }
  }
}
