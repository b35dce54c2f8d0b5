package io.mirrorneuron.bus;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Virtual threads for the blocking work of one area. At most {@code limit} calls run at once; the
 * next is refused. Reads of stream followers arrive in bursts, as after a lost connection: they
 * have half as many threads of their own, and wait in a queue. Thread-safe.
 */
public final class AreaThreads {
  private final String name;
  private final Semaphore permits;
  private final AdmissionQueue followers;
  private final Supplier<Context> context;

  /**
   * @param context of the caller, on which futures complete; null has them complete anywhere
   */
  AreaThreads(String name, int limit, Supplier<Context> context) {
    this.name = name;
    this.permits = new Semaphore(limit);
    this.followers = new AdmissionQueue(Math.max(1, limit / 2));
    this.context = context;
  }

  /**
   * Runs the work; completes on the caller's event loop. Fails as UNAVAILABLE when too many calls
   * are in progress.
   */
  public <T> Future<T> blocking(Callable<T> work) {
    if (!permits.tryAcquire()) {
      return Future.failedFuture(
          MnException.unavailable("too many requests of this kind are in progress", null));
    }
    Promise<T> promise = Promise.promise();
    inThread(work, promise, context.get(), permits::release);
    return promise.future();
  }

  /** As {@link #blocking}, for reads of followers; queues work instead of refusing it. */
  public <T> Future<T> inLine(Callable<T> work) {
    Promise<T> promise = Promise.promise();
    Context caller = context.get();
    followers.enter(
        () -> inThread(work, promise, caller, followers::leave),
        refusal -> in(caller, () -> promise.fail(refusal)));
    return promise.future();
  }

  /** Completes after this time without holding a thread; never when the area is stopped before. */
  public Future<Void> later(long millis) {
    Promise<Void> promise = Promise.promise();
    context.get().owner().setTimer(millis, timer -> promise.complete());
    return promise.future();
  }

  private <T> void inThread(
      Callable<T> work, Promise<T> promise, Context caller, Runnable released) {
    Thread.ofVirtual()
        .name(name)
        .start(
            () -> {
              Future<T> outcome = run(work);
              released.run();
              in(caller, () -> outcome.onComplete(promise));
            });
  }

  private static void in(Context context, Runnable action) {
    if (context == null) {
      action.run();
    } else {
      context.runOnContext(ignored -> action.run());
    }
  }

  private static <T> Future<T> run(Callable<T> work) {
    try {
      return Future.succeededFuture(work.call());
    } catch (Throwable e) {
      return Future.failedFuture(e);
    }
  }

  /**
   * Limits concurrent work and queues the rest in order of arrival. The queue is bounded in length
   * and waiting time, so that no work is done for callers that have given up. Thread-safe.
   */
  private static final class AdmissionQueue {
    private static final int LONGEST = 10_000;

    /** Shorter than a caller's own timeout, so that the caller gets the reason. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private record Waiting(Runnable start, Consumer<MnException> refuse, long since) {}

    private final int atOnce;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int underWay;

    AdmissionQueue(int atOnce) {
      this.atOnce = atOnce;
    }

    /**
     * Starts the work now or when there is room. The work must call {@link #leave} when it has
     * ended.
     *
     * @param refuse called instead with UNAVAILABLE, at once or later, when the queue is too long
     */
    void enter(Runnable start, Consumer<MnException> refuse) {
      boolean now;
      synchronized (this) {
        now = underWay < atOnce;
        if (now) {
          underWay++;
        } else if (waiting.size() < LONGEST) {
          waiting.add(new Waiting(start, refuse, System.nanoTime()));
          return;
        }
      }
      if (now) {
        start.run();
      } else {
        refuse.accept(tooLong());
      }
    }

    /** Ends started work; starts the next one on this thread. */
    void leave() {
      for (Waiting next = next(); next != null; next = next()) {
        if (System.nanoTime() - next.since() < PATIENCE_NANOS) {
          next.start().run();
          return;
        }
        next.refuse().accept(tooLong());
      }
    }

    /** Passes the free slot on; null when the queue is empty. */
    private synchronized Waiting next() {
      Waiting next = waiting.poll();
      if (next == null) {
        underWay--;
      }
      return next;
    }

    private static MnException tooLong() {
      return MnException.unavailable("too many wait for reads of this kind", null);
    }
  }
}
