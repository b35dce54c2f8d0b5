package io.mirrorneuron.area.jobs;

import io.mirrorneuron.port.JobsPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets cursor reads wait for the next change of a job. One watch per job stands behind all of them;
 * it is kept while readers come back and closed at the end of the job, or when none has for a
 * while, because a watch over gRPC is dear to open, and one of another node's job is dear to keep.
 * Lives on one event loop.
 */
final class JobChanges {
  private static final long SWEEP_MILLIS = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final Opening opening;
  private final Map<String, Watched> watched = new HashMap<>();

  /** All that was noticed; the first look of a watch counts, as there may have been one before. */
  private long noticed;

  /** Opens a watch off the event loop and completes on it. */
  interface Opening {
    Future<JobsPort.Subscription> open(String jobId, Runnable onChange);
  }

  JobChanges(Vertx vertx, Opening opening) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.opening = opening;
    vertx.setPeriodic(SWEEP_MILLIS, timer -> sweep());
  }

  /** Whether changes are noticed now. */
  boolean isWatched(String jobId) {
    return watched.containsKey(jobId);
  }

  /**
   * Makes sure that changes are noticed from now on.
   *
   * @return the number of the last change noticed so far, to be given to {@link #after}
   */
  Future<Long> observe(String jobId) {
    Watched job = watched.computeIfAbsent(jobId, Watched::new);
    job.used = true;
    return job.subscription.map(open -> job.version);
  }

  /** Completes when there have been changes after {@code version}, or after the wait. */
  Future<Void> after(String jobId, long version, Duration wait) {
    return after(jobId, version, wait, Promise.promise());
  }

  /**
   * The same.
   *
   * @param change whoever completes it earlier waits no more
   */
  Future<Void> after(String jobId, long version, Duration wait, Promise<Void> change) {
    Watched job = watched.get(jobId);
    if (job == null || job.version > version) {
      return Future.succeededFuture();
    }
    job.waiting.add(change);
    long timer = vertx.setTimer(Math.max(1, wait.toMillis()), late -> change.tryComplete());
    return change
        .future()
        .onComplete(
            done -> {
              vertx.cancelTimer(timer);
              job.waiting.remove(change);
            });
  }

  /** The job has ended: its watch is closed, unless somebody waits for what comes after. */
  void ended(String jobId) {
    Watched job = watched.get(jobId);
    if (job != null && job.waiting.isEmpty()) {
      watched.remove(jobId);
      job.subscription.onSuccess(JobsPort.Subscription::close);
    }
  }

  private void sweep() {
    watched
        .values()
        .removeIf(
            job -> {
              boolean idle = !job.used && job.waiting.isEmpty();
              job.used = false;
              if (idle) {
                job.subscription.onSuccess(JobsPort.Subscription::close);
              }
              return idle;
            });
  }

  /** Closes every watch and lets every reader go. */
  void close() {
    watched
        .values()
        .forEach(
            job -> {
              job.subscription.onSuccess(JobsPort.Subscription::close);
              List.copyOf(job.waiting).forEach(Promise::tryComplete);
            });
    watched.clear();
  }

  private final class Watched {
    final Future<JobsPort.Subscription> subscription;
    final List<Promise<Void>> waiting = new ArrayList<>();
    long version = ++noticed;
    boolean used;

    Watched(String jobId) {
      subscription =
          opening
              .open(jobId, () -> context.runOnContext(ignored -> changed()))
              .onFailure(e -> watched.remove(jobId, this));
    }

    void changed() {
      version = ++noticed;
      List.copyOf(waiting).forEach(Promise::tryComplete);
    }
  }
}
