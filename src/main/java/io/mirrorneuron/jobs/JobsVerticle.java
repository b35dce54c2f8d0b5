package io.mirrorneuron.jobs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.client.JobsClient;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.Backup;
import io.mirrorneuron.model.EventPage;
import io.mirrorneuron.model.SubmittedJob;
import io.mirrorneuron.store.BackupArchive;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;

/** The area {@code jobs}. */
public final class JobsVerticle extends AreaVerticle {
  private static final int LIMIT = 256;
  private static final int MAX_ROWS = 1000;
  private static final int LOG_PAGE = 1000;
  private static final long DETAIL_BYTES = 16 << 20;

  private final JobsClient jobs;
  private final BundleStaging staging;
  private final Secret adminToken;
  private final JobDetails details;
  private JobChanges changes;

  /**
   * @param rows null when the rows of the runtime cannot be read; each detail is then asked for
   *     anew
   * @param adminToken what the runtime wants to see for a cleanup
   */
  public JobsVerticle(JobsClient jobs, JobRows rows, BundleStaging staging, Secret adminToken) {
    super("jobs", LIMIT);
    this.jobs = jobs;
    this.staging = staging;
    this.adminToken = adminToken;
    this.details = rows == null ? null : new JobDetails(rows, this::compose, DETAIL_BYTES);
    on("submitJob", this::submitJob);
    on("listJobs", this::listJobs);
    onHot("getJob", this::getJob);
    on("explainJob", call -> jobs.why(id(call)));
    on("cancelJob", call -> changed(call, jobs.cancel(id(call))));
    on("pauseJob", call -> changed(call, jobs.pause(id(call), call.flag("drain"))));
    on("resumeJob", call -> changed(call, jobs.resume(id(call))));
    on("backupJob", call -> Buffer.buffer(BackupArchive.pack(jobs.backup(id(call)))));
    on("restoreJob", this::restoreJob);
    on("sendMessage", this::sendMessage);
    onHot("listJobEvents", this::listJobEvents);
    on("listDeadLetters", this::listDeadLetters);
    on("replayDeadLetter", this::replayDeadLetter);
    on("cleanupJobs", this::cleanupJobs);
    on("cleanupJobsAlias", this::cleanupJobs);
  }

  @Override
  public Future<?> start() throws Exception {
    changes = new JobChanges(vertx, (job, action) -> blocking(() -> jobs.watch(job, action)));
    return super.start();
  }

  @Override
  public Future<?> stop() {
    changes.close();
    return Future.succeededFuture();
  }

  private ObjectNode submitJob(ApiCall call) {
    SubmittedJob job =
        jobs.submit(
            SubmitRequest.read(call.body()).submission(staging, call.text("Idempotency-Key")));
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
      return blocking(() -> encode(jobs.get(jobId)));
    }
    return details == null ? compose(jobId) : details.get(jobId);
  }

  private Future<Buffer> compose(String jobId) {
    return blocking(
        () ->
            encode(
                JobDetail.compact(
                    jobId, jobs.brief(jobId), jobs.lastEvents(jobId, JobDetail.EVENTS_READ))));
  }

  /** A reader with patience gets an empty page only when nothing has come for that long. */
  private Future<Buffer> listJobEvents(ApiCall call) {
    boolean compact = !call.text("include").equals("full");
    if (call.patience().isZero()) {
      return readEvents(call).map(page -> Events.page(page, compact));
    }
    String jobId = id(call);
    return changes
        .observe(jobId)
        .compose(
            version ->
                readEvents(call)
                    .compose(
                        page ->
                            page.events().isEmpty() && !page.ended()
                                ? changes
                                    .after(jobId, version, call.patience())
                                    .compose(changed -> readEvents(call))
                                : Future.succeededFuture(page)))
        .map(page -> Events.page(page, compact));
  }

  private Future<EventPage> readEvents(ApiCall call) {
    int limit = (int) call.integer("limit");
    return blocking(
        () ->
            call.has("after")
                ? jobs.events(id(call), call.integer("after"), limit)
                : jobs.lastEvents(id(call), limit));
  }

  private ObjectNode listDeadLetters(ApiCall call) {
    ObjectNode answer = Json.object().put("job_id", id(call));
    ArrayNode letters = answer.putArray("data");
    EventPage page;
    int position = 0;
    long after = 0;
    do {
      page = jobs.events(id(call), after, LOG_PAGE);
      Events.addDeadLetters(letters, page.events(), position);
      position += page.events().size();
      after = page.next();
    } while (!page.events().isEmpty() && !page.ended());
    return answer;
  }

  private ObjectNode replayDeadLetter(ApiCall call) {
    return jobs.replayDeadLetter(id(call), (int) call.integer("index"));
  }

  private ObjectNode restoreJob(ApiCall call) {
    Path zip = call.upload().path();
    Backup backup = BackupArchive.unpack(zip, zip.getParent());
    return jobs.restore(backup, call.text("blueprint_id"), call.text("run_id"));
  }

  private ObjectNode sendMessage(ApiCall call) {
    ObjectNode message = call.body();
    return jobs.send(id(call), message.remove("agent_id").asText(), message);
  }

  private ObjectNode cleanupJobs(ApiCall call) {
    return Json.object().put("cleared_count", jobs.clear(adminToken.value()));
  }

  private static ObjectNode changed(ApiCall call, String status) {
    return Json.object().put("status", status).put("job_id", id(call));
  }

  private static String id(ApiCall call) {
    return call.text("job_id");
  }
}
