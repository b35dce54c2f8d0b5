package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.JobStory;
import io.mirrorneuron.area.jobs.view.progress.ClockTemplate;
import io.mirrorneuron.area.jobs.view.stored.JobRecord;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.store.BackupArchive;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.wire.DeadLetterScan;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** The area {@code jobs}. */
public final class JobsVerticle extends AreaVerticle {
  private static final int LIMIT = 256;
  private static final int MAX_ROWS = 1000;
  private static final int LOG_PAGE = 1000;
  private static final long DETAIL_BYTES = 16 << 20;
  private static final long PROGRESS_BYTES = 32 << 20;
  private static final long GRAPH_BYTES = 8 << 20;
  private static final int STORIES = 256;
  private static final long STORY_WEIGHT = 200_000;

  /** What happens within this time is shown together to those who follow a job. */
  private static final long PACE_MILLIS = 200;

  private final JobsPort jobs;
  private final JobRuns runs;
  private final JobReads reads;
  private final BundleStaging staging;
  private final Secret adminToken;
  private final Clock clock;
  private final JobStories stories;
  private final RunRows rows;
  private final Function<String, Future<Buffer>> details;
  private final Function<String, Future<Snapshot>> progress;
  private final Function<String, Future<Buffer>> graphs;
  private JobChanges changes;
  private JobChanges changesWithRuns;

  /**
   * @param rows null when the rows of the runtime cannot be read; each view is then made anew
   * @param adminToken what the runtime wants to see for a cleanup
   */
  public JobsVerticle(
      JobsPort jobs,
      JobRows rows,
      JobRuns runs,
      BundleStaging staging,
      Secret adminToken,
      Clock clock) {
    super("jobs", LIMIT);
    this.jobs = jobs;
    this.runs = runs;
    this.reads = new JobReads(jobs, runs);
    this.staging = staging;
    this.adminToken = adminToken;
    this.clock = clock;
    this.stories = new JobStories(jobs, runs, STORIES, STORY_WEIGHT);
    this.rows =
        rows == null
            ? null
            : new RunRows(
                rows, runs::version, run -> inLine(() -> runs.stamp(run)), System::nanoTime);
    this.details =
        kept(id -> blocking(() -> encode(reads.compact(id))), Buffer::length, DETAIL_BYTES);
    this.progress =
        kept(id -> seen(id, Snapshot::of), shown -> shown.document().length(), PROGRESS_BYTES);
    this.graphs =
        kept(
            id -> seen(id, (story, record) -> encode(story.agentGraph(record))),
            Buffer::length,
            GRAPH_BYTES);
    on("submitJob", this::submitJob);
    on("listJobs", this::listJobs);
    onHot("getJob", this::getJob);
    on("explainJob", call -> jobs.why(id(call)));
    on("cancelJob", call -> changed(call, jobs.cancel(id(call), call.subject())));
    on("pauseJob", call -> changed(call, jobs.pause(id(call), call.flag("drain"), call.subject())));
    on("resumeJob", call -> changed(call, jobs.resume(id(call), call.subject())));
    on("backupJob", call -> Buffer.buffer(BackupArchive.pack(jobs.backup(id(call)))));
    on("restoreJob", this::restoreJob);
    on("forkJob", this::forkJob);
    on("sendMessage", this::sendMessage);
    onHot("listJobEvents", this::listJobEvents);
    onHot("getWorkflowProgress", this::getWorkflowProgress);
    onHot("streamWorkflowProgress", this::streamWorkflowProgress);
    onHot("getAgentGraph", call -> graphs.apply(id(call)));
    on("listDeadLetters", this::listDeadLetters);
    on("replayDeadLetter", this::replayDeadLetter);
    on("cleanupJobs", this::cleanupJobs);
    on("cleanupJobsAlias", this::cleanupJobs);
  }

  @Override
  public Future<?> start() throws Exception {
    changes = new JobChanges(vertx, (job, action) -> inLine(() -> jobs.watch(job, action)));
    changesWithRuns =
        new JobChanges(vertx, (job, action) -> inLine(() -> watchWithRun(job, action)));
    return super.start();
  }

  @Override
  public Future<?> stop() {
    changes.close();
    changesWithRuns.close();
    return Future.succeededFuture();
  }

  private ObjectNode submitJob(ApiCall call) {
    SubmittedJob job =
        jobs.submit(
            SubmitRequest.read(call.body())
                .submission(staging, call.text("Idempotency-Key"))
                .by(call.subject()));
    return Json.object()
        .put("id", job.jobId())
        .put("job_id", job.jobId())
        .put("status", job.status());
  }

  private ObjectNode listJobs(ApiCall call) {
    int limit = (int) Math.min(call.integer("limit"), MAX_ROWS);
    return jobs.list(limit, call.flag("include_terminal"));
  }

  private Future<Buffer> getJob(ApiCall call) {
    String jobId = id(call);
    if (call.text("include").equals("full")) {
      return blocking(() -> encode(reads.full(jobId)));
    }
    return details.apply(jobId);
  }

  /** The way to the view of a job, by rows where there are any. */
  private <V> Function<String, Future<V>> kept(
      Function<String, Future<V>> compose, ToIntFunction<V> length, long maxBytes) {
    if (rows == null) {
      return compose;
    }
    var cache = new RowCache<>(rows, compose, length, maxBytes);
    // A job without a row may have left a run.
    return id ->
        cache.get(id).recover(e -> isUnknown(e) ? compose.apply(id) : Future.failedFuture(e));
  }

  private static boolean isUnknown(Throwable failure) {
    return failure instanceof MnException known && known.code() == ErrorCode.NOT_FOUND;
  }

  private <V> Future<V> seen(String jobId, BiFunction<JobStory, JobRecord, V> view) {
    return inLine(() -> stories.look(jobId, view));
  }

  private Future<Buffer> listJobEvents(ApiCall call) {
    boolean compact = !call.text("include").equals("full");
    return patiently(
            call, changes, () -> readEvents(call), page -> page.events().isEmpty() && !page.ended())
        .map(page -> EventPages.page(page, compact));
  }

  /** A reader with patience gets an empty page only when nothing has come for that long. */
  private <P> Future<P> patiently(
      ApiCall call, JobChanges from, Supplier<Future<P>> read, Predicate<P> isEmpty) {
    if (call.patience().isZero()) {
      return read.get();
    }
    String jobId = id(call);
    return from.observe(jobId)
        .compose(
            version ->
                read.get()
                    .compose(
                        page ->
                            isEmpty.test(page)
                                ? from.after(jobId, version, call.patience())
                                    .compose(changed -> read.get())
                                : Future.succeededFuture(page)));
  }

  private Future<Buffer> getWorkflowProgress(ApiCall call) {
    return progress
        .apply(id(call))
        .map(shown -> Buffer.buffer(shown.document().at(clock.millis())));
  }

  /** One who follows the job sees its changes in steps, and the first and the last at once. */
  private Future<Buffer> streamWorkflowProgress(ApiCall call) {
    boolean follows = call.has("after") && !call.patience().isZero();
    long after = call.has("after") ? call.integer("after") : -1;
    return (follows ? later(PACE_MILLIS) : Future.succeededFuture())
        .compose(
            paced ->
                patiently(
                    call,
                    changesWithRuns,
                    () -> progressNow(id(call)),
                    shown -> shown.seq() <= after && !shown.isFinal()))
        .map(shown -> shown.page(after, clock.millis()));
  }

  private Future<Snapshot> progressNow(String jobId) {
    if (rows != null) {
      rows.lookAgain(jobId);
    }
    return progress.apply(jobId);
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

  private Future<EventPage> readEvents(ApiCall call) {
    int limit = (int) call.integer("limit");
    return inLine(
        () ->
            call.has("after")
                ? reads.events(id(call), call.integer("after"), limit)
                : reads.lastEvents(id(call), limit));
  }

  private ObjectNode listDeadLetters(ApiCall call) {
    DeadLetterScan scan = new DeadLetterScan();
    EventPage page;
    long after = 0;
    do {
      page = jobs.events(id(call), after, LOG_PAGE);
      scan.read(page.events());
      after = page.next();
    } while (!page.events().isEmpty() && !page.ended());
    ObjectNode answer = Json.object().put("job_id", id(call));
    answer.putArray("data").addAll(scan.letters());
    return answer;
  }

  private ObjectNode replayDeadLetter(ApiCall call) {
    return jobs.replayDeadLetter(id(call), (int) call.integer("index"));
  }

  private ObjectNode restoreJob(ApiCall call) {
    Path zip = call.upload().path();
    Backup backup = BackupArchive.unpack(zip, zip.getParent());
    return jobs.restore(backup, call.text("blueprint_id"), call.text("run_id"), call.subject());
  }

  private ObjectNode forkJob(ApiCall call) {
    JsonNode at = call.body().path("at");
    Map<String, JsonNode> inputs = new HashMap<>();
    call.body()
        .path("inputs")
        .properties()
        .forEach(one -> inputs.put(one.getKey(), one.getValue()));
    return jobs.fork(
        id(call),
        new ForkRequest(
            at.textValue(), at.asLong(), inputs, call.text("Idempotency-Key"), call.subject()));
  }

  private ObjectNode sendMessage(ApiCall call) {
    ObjectNode message = call.body();
    return jobs.send(id(call), message.remove("agent_id").asText(), message);
  }

  private ObjectNode cleanupJobs(ApiCall call) {
    return Json.object().put("cleared_count", jobs.clear(adminToken.value()));
  }

  /**
   * The progress of a job.
   *
   * @param seq grows with each event that is in it
   * @param isFinal nothing follows
   */
  private record Snapshot(ClockTemplate document, long seq, boolean isFinal) {

    static Snapshot of(JobStory story, JobRecord record) {
      return new Snapshot(story.progress(record), story.version(), story.isFinal(record));
    }

    /** {@code {data, next, ended}} for who has seen it up to an event. */
    Buffer page(long after, long now) {
      Buffer page = Buffer.buffer("{\"data\":[");
      if (seq > after) {
        page.appendBytes(document.at(now));
      }
      return page.appendString(
          "],\"next\":" + Math.max(seq, after) + ",\"ended\":" + isFinal + "}");
    }
  }

  private static ObjectNode changed(ApiCall call, String status) {
    return Json.object().put("status", status).put("job_id", id(call));
  }

  private static String id(ApiCall call) {
    return call.text("job_id");
  }
}
