package io.mirrorneuron.models;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Shares one fetch among all callers: at most one is under way, and each caller waits for it within
 * a time limit. Thread-safe.
 */
final class SharedFetch<T> {
  private final String name;
  private final Callable<T> load;
  private CompletableFuture<T> flight; // guarded by this
  private volatile T last;

  /**
   * @param name of the thread that fetches
   * @param load must end by itself, sooner or later
   */
  SharedFetch(String name, Callable<T> load) {
    this.name = name;
    this.load = load;
  }

  /**
   * What came of it.
   *
   * @param value fresh; null when it could not be had in time
   * @param last the newest that was ever had, or null
   * @param failure why there is none; null when it is only late
   */
  record Look<T>(T value, T last, Throwable failure) {
    boolean isFresh() {
      return value != null;
    }

    boolean isLate() {
      return value == null && failure == null;
    }
  }

  Look<T> look(Duration patience) {
    return await(begin(), patience);
  }

  /**
   * Waits for what {@link #begin} began.
   *
   * @param patience may be over
   */
  Look<T> await(CompletableFuture<T> begun, Duration patience) {
    try {
      T value = begun.get(Math.max(0, patience.toMillis()), TimeUnit.MILLISECONDS);
      return new Look<>(value, value, null);
    } catch (TimeoutException e) {
      return new Look<>(null, last, null);
    } catch (ExecutionException e) {
      return new Look<>(null, last, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Look<>(null, last, e);
    }
  }

  /** Later callers get a fetch that begins after this call. */
  synchronized void forget() {
    flight = null;
  }

  /** Starts a fetch, or joins the running one. Non-blocking. */
  synchronized CompletableFuture<T> begin() {
    if (flight == null || flight.isDone()) {
      CompletableFuture<T> fresh = new CompletableFuture<>();
      flight = fresh;
      Thread.ofVirtual().name(name).start(() -> fetch(fresh));
    }
    return flight;
  }

  private void fetch(CompletableFuture<T> fresh) {
    try {
      T value = load.call();
      last = value;
      fresh.complete(value);
    } catch (Throwable e) {
      fresh.completeExceptionally(e);
    }
  }
}
