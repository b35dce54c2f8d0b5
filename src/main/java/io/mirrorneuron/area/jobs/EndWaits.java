package io.mirrorneuron.area.jobs;

import io.mirrorneuron.bus.StepLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;

/** Waits for ends of jobs. Lives on one event loop. */
final class EndWaits {
  /** A watch may be broken off, so that it tells nothing; how far a job is is looked at anyway. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final JobChanges changes;
  private final JobViewCaches views;
  private boolean closed;

  EndWaits(JobChanges changes, JobViewCaches views) {
    this.changes = changes;
    this.views = views;
  }

  /** Nobody waits any longer. */
  void close() {
    closed = true;
  }

  /**
   * How far the job is when it has ended, the time is over or nobody waits any more, whichever
   * comes first.
   *
   * @param gone completes when nobody waits any more
   */
  Future<JobStanding> end(String jobId, Duration wait, Future<Void> gone) {
    if (wait.isZero()) {
      return views.status(jobId);
    }
    Waiter waiter = new Waiter(jobId, System.nanoTime() + wait.toNanos(), gone);
    gone.onSuccess(left -> waiter.change.tryComplete());
    return waiter.end();
  }

  /** The same of a job that may have ended before; then no watch is opened for it. */
  Future<JobStanding> endOfOlder(String jobId, Duration wait, Future<Void> gone) {
    return changes.isWatched(jobId)
        ? end(jobId, wait, gone)
        : views
            .status(jobId)
            .compose(
                status ->
                    status.isFinal() ? Future.succeededFuture(status) : end(jobId, wait, gone));
  }

  private final class Waiter {
    private final String jobId;
    private final long until;
    private final Future<Void> gone;
    private Promise<Void> change = Promise.promise();

    Waiter(String jobId, long until, Future<Void> gone) {
      this.jobId = jobId;
      this.until = until;
      this.gone = gone;
    }

    Future<JobStanding> end() {
      return StepLoop.until(this::look); // a job may change many times
    }

    private Future<Optional<JobStanding>> look() {
      return isOver()
          ? views.status(jobId).map(Optional::of)
          : changes
              .observe(jobId)
              .compose(version -> views.status(jobId).compose(status -> look(version, status)));
    }

    private Future<Optional<JobStanding>> look(long version, JobStanding status) {
      if (status.isFinal()) {
        changes.ended(jobId);
      }
      if (status.isFinal() || isOver()) {
        return Future.succeededFuture(Optional.of(status));
      }
      Duration left = Duration.ofNanos(until - System.nanoTime());
      change = Promise.promise();
      return changes
          .after(jobId, version, left.compareTo(LOOK) < 0 ? left : LOOK, change)
          .map(changed -> Optional.empty());
    }

    private boolean isOver() {
      return closed || gone.isComplete() || until - System.nanoTime() <= 0;
    }
  }
}
