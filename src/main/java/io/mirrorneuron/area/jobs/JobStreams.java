package io.mirrorneuron.area.jobs;

import io.mirrorneuron.area.jobs.view.Compaction;
import io.mirrorneuron.area.jobs.view.JobEvent;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.bus.StepLoop;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The operations of jobs that can be followed. Each reads one page after a cursor; a long poll gets
 * an empty page only when nothing has changed for its wait. Runs on one event loop.
 */
final class JobStreams {
  /** Changes within this time reach followers of a job together. */
  private static final long PACE_MILLIS = 200;

  private final AreaThreads threads;
  private final JobsPort jobs;
  private final JobRuns runs;
  private final JobReads reads;
  private final JobViewCaches views;
  private final Clock clock;
  private final JobChanges changes;
  private final JobChanges changesWithRuns;
  private final EndWaits ends;

  JobStreams(
      Vertx vertx,
      AreaThreads threads,
      JobsPort jobs,
      JobRuns runs,
      JobReads reads,
      JobViewCaches views,
      Clock clock) {
    this.threads = threads;
    this.jobs = jobs;
    this.runs = runs;
    this.reads = reads;
    this.views = views;
    this.clock = clock;
    this.changes =
        new JobChanges(vertx, (job, action) -> threads.inLine(() -> jobs.watch(job, action)));
    this.ends = new EndWaits(changes, views);
    this.changesWithRuns =
        new JobChanges(vertx, (job, action) -> threads.inLine(() -> watchWithRun(job, action)));
  }

  /** Closes all watches; waiting callers get what there is. */
  void close() {
    ends.close();
    changes.close();
    changesWithRuns.close();
  }

  Future<Buffer> events(ApiCall call) {
    boolean compact = !call.text("include").equals("full");
    return patiently(
            call,
            changes,
            () -> readEvents(call),
            page -> page.events().isEmpty(),
            EventPage::ended)
        .map(page -> EventPages.page(page, compact));
  }

  private Future<EventPage> readEvents(ApiCall call) {
    int limit = (int) call.integer("limit");
    return threads.inLine(
        () ->
            call.has("after")
                ? reads.events(id(call), call.integer("after"), limit)
                : reads.lastEvents(id(call), limit));
  }

  /** The long polls of a follower are paced; a first read is answered at once. */
  Future<Buffer> progress(ApiCall call) {
    boolean follows = call.has("after") && !call.patience().isZero();
    long after = call.has("after") ? call.integer("after") : -1;
    return (follows ? threads.later(PACE_MILLIS) : Future.succeededFuture())
        .compose(
            paced ->
                patiently(
                    call,
                    changesWithRuns,
                    () -> views.progressNow(id(call)),
                    shown -> shown.seq() <= after,
                    ProgressPage::isFinal))
        .map(shown -> shown.page(after, clock.millis()));
  }

  /** Waits for ends of jobs, with the same watches. */
  EndWaits ends() {
    return ends;
  }

  /**
   * Reads again after a change when a page is empty and not the last one. Opens no watch for a
   * caller that has not reached the newest state, or that comes after the end.
   */
  private <P> Future<P> patiently(
      ApiCall call,
      JobChanges from,
      Supplier<Future<P>> read,
      Predicate<P> isEmpty,
      Predicate<P> isLast) {
    if (call.patience().isZero()) {
      return read.get();
    }
    String jobId = id(call);
    Predicate<P> isAwaited = page -> isEmpty.test(page) && !isLast.test(page);
    Supplier<Future<P>> watched = () -> watched(call, from, read, isAwaited);
    Future<P> page =
        from.isWatched(jobId)
            ? watched.get()
            : read.get()
                .compose(
                    there -> isAwaited.test(there) ? watched.get() : Future.succeededFuture(there));
    return page.onSuccess(
        reported -> {
          if (isLast.test(reported)) {
            from.ended(jobId);
          }
        });
  }

  private static <P> Future<P> watched(
      ApiCall call, JobChanges from, Supplier<Future<P>> read, Predicate<P> isAwaited) {
    return from.observe(id(call))
        .compose(
            version ->
                read.get()
                    .compose(
                        page ->
                            isAwaited.test(page)
                                ? from.after(id(call), version, call.patience())
                                    .compose(changed -> read.get())
                                : Future.succeededFuture(page)));
  }

  /** Reports changes by the runtime and by programs of the run. */
  private JobsPort.Subscription watchWithRun(String jobId, Runnable onChange) {
    String runId = reads.runId(jobId);
    JobsPort.Subscription ofJob = jobs.watch(jobId, onChange);
    JobsPort.Subscription ofRun = runId == null ? () -> {} : runs.watch(runId, onChange);
    return () -> {
      ofJob.close();
      ofRun.close();
    };
  }

  private static String id(ApiCall call) {
    return call.text("job_id");
  }

  /** Encodes event pages. Pure. */
  private static final class EventPages {
    private EventPages() {}

    /** {@code {data, next, ended}}; full events are copied as the texts they are. */
    static Buffer page(EventPage page, boolean compact) {
      String data =
          page.events().stream()
              .map(
                  text ->
                      compact ? Json.write(Compaction.event(JobEvent.parse(text).json())) : text)
              .collect(Collectors.joining(","));
      return Buffer.buffer(
          "{\"data\":[" + data + "],\"next\":" + page.next() + ",\"ended\":" + page.ended() + "}");
    }
  }

  /** Waits for ends of jobs. Runs on one event loop. */
  static final class EndWaits {
    /** Poll interval: a broken watch reports nothing, so the status is also polled. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final JobChanges changes;
    private final JobViewCaches views;
    private boolean closed;

    EndWaits(JobChanges changes, JobViewCaches views) {
      this.changes = changes;
      this.views = views;
    }

    void close() {
      closed = true;
    }

    /**
     * The status when the job has ended, the time is over or the caller has disconnected, whichever
     * comes first.
     *
     * @param gone completes when the caller has disconnected
     */
    Future<LazyJobStatus> end(String jobId, Duration wait, Future<Void> gone) {
      if (wait.isZero()) {
        return views.status(jobId);
      }
      Waiter waiter = new Waiter(jobId, System.nanoTime() + wait.toNanos(), gone);
      gone.onSuccess(left -> waiter.change.tryComplete());
      return waiter.end();
    }

    /** As {@link #end}; opens no watch if the job has already ended. */
    Future<LazyJobStatus> endOfOlder(String jobId, Duration wait, Future<Void> gone) {
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

      Future<LazyJobStatus> end() {
        return StepLoop.until(this::look); // a job may change many times
      }

      private Future<Optional<LazyJobStatus>> look() {
        return isOver()
            ? views.status(jobId).map(Optional::of)
            : changes
                .observe(jobId)
                .compose(version -> views.status(jobId).compose(status -> look(version, status)));
      }

      private Future<Optional<LazyJobStatus>> look(long version, LazyJobStatus status) {
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

  /**
   * Lets cursor reads wait for the next change of a job. All readers of a job share one watch. It
   * stays open while readers return and is closed at the end of the job or after some time without
   * readers: a watch over gRPC is expensive to open, and one on another node's job is expensive to
   * keep. Runs on one event loop.
   */
  static final class JobChanges {
    private static final long SWEEP_MILLIS = 10_000;

    private final Vertx vertx;
    private final Context context;
    private final Opening opening;
    private final Map<String, Watched> watched = new HashMap<>();

    /**
     * Number of all changes so far; the first look of a watch counts, as there may have been one
     * before.
     */
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

    boolean isWatched(String jobId) {
      return watched.containsKey(jobId);
    }

    /**
     * Starts to watch the job.
     *
     * @return the number of the last change so far, for {@link #after}
     */
    Future<Long> observe(String jobId) {
      Watched job = watched.computeIfAbsent(jobId, Watched::new);
      job.used = true;
      return job.subscription.map(open -> job.version);
    }

    /** Completes after a change later than {@code version}, or after the wait. */
    Future<Void> after(String jobId, long version, Duration wait) {
      return after(jobId, version, wait, Promise.promise());
    }

    /**
     * As the other {@code after}.
     *
     * @param change to complete it earlier ends the wait
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

    /** Closes the watch of an ended job, unless a caller waits for later changes. */
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

    /** Closes every watch and completes every wait. */
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
}
