package io.mirrorneuron.area.jobs;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.JobsPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The operations of jobs that can be followed. Each reads one page behind a cursor; a caller with
 * patience gets an empty page only when nothing has changed for that long. Lives on one event loop.
 */
final class JobStreams {
  /** What happens within this time is shown together to those who follow a job. */
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

  /** Closes all watches; callers that wait are answered with what there is. */
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

  /** One who follows the job sees its changes in steps, and the first and the last at once. */
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

  /** Waits for ends of jobs, by the same watches. */
  EndWaits ends() {
    return ends;
  }

  /**
   * Reads again after a change when a page is empty and not the last one. Who has not come so far,
   * or comes after the end, opens no watch.
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
        told -> {
          if (isLast.test(told)) {
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

  /** Hears of what the runtime does and of what programs of the run write. */
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
}
