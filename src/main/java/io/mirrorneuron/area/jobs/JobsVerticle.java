package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.AskedWait;
import io.mirrorneuron.bus.LocalAreas;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.CancelReason;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.ForkedJob;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.RestoredJob;
import io.mirrorneuron.port.SentMessage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.store.BackupArchive;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.wire.DeadLetterScan;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The area {@code jobs}. */
public final class JobsVerticle extends AreaVerticle {
  private static final int LIMIT = 256;
  private static final int LOG_PAGE = 1000;
  private static final int STORIES = 256;
  private static final long STORY_WEIGHT = 200_000;

  private final JobsPort jobs;
  private final JobRuns runs;
  private final JobReads reads;
  private final BundleStaging staging;
  private final Secret adminToken;
  private final Clock clock;
  private final JobViewCaches views;
  private final Polls polls = new Polls(System::nanoTime);
  private JobStreams streams;
  private JobDetails details;

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
    this.views =
        new JobViewCaches(
            rows, runs, reads, new JobStories(jobs, runs, STORIES, STORY_WEIGHT), threads());
    onHot("submitJob", this::submitJob);
    on("validateJob", this::validateJob);
    on("planJob", this::planJob);
    on("listJobs", call -> jobs.list(WantedJobs.of(call)));
    onHot("getJob", this::getJob);
    on("explainJob", call -> jobs.why(id(call)));
    on("cancelJob", this::cancelJob);
    on("pauseJob", call -> changed(call, jobs.pause(id(call), call.flag("drain"), call.subject())));
    on("resumeJob", call -> changed(call, jobs.resume(id(call), call.subject())));
    on("backupJob", call -> Buffer.buffer(BackupArchive.pack(jobs.backup(id(call)))));
    on("restoreJob", this::restoreJob);
    on("forkJob", this::forkJob);
    on("sendMessage", this::sendMessage);
    onHot("listJobEvents", call -> streams.events(call));
    onHot("getWorkflowProgress", this::getWorkflowProgress);
    onHot("streamWorkflowProgress", call -> streams.progress(call));
    onHot("getAgentGraph", call -> views.graph(id(call)));
    on("listDeadLetters", this::listDeadLetters);
    on("replayDeadLetter", c -> jobs.replayDeadLetter(id(c), (int) c.integer("index")));
    on("cleanupJobs", this::cleanupJobs);
    on("cleanupJobsAlias", this::cleanupJobs);
  }

  @Override
  public Future<?> start() throws Exception {
    streams = new JobStreams(vertx, threads(), jobs, runs, reads, views, clock);
    FarFacts far = new FarFacts(new LocalAreas(vertx.eventBus()));
    details = new JobDetails(views, reads, far, this::isElsewhere, threads());
    return super.start();
  }

  @Override
  public Future<?> stop() {
    streams.close();
    return Future.succeededFuture();
  }

  /** Answers when the job is stored, or as far as it is when the caller has waited. */
  private Future<Buffer> submitJob(ApiCall call) {
    Duration wait = AskedWait.of(call).orElse(Duration.ZERO);
    return blocking(() -> submit(call))
        .compose(
            answer ->
                streams
                    .ends()
                    .end(answer.jobId(), wait, gone(call))
                    .map(far -> wait.isZero() ? answer.of(far.job()) : answer.at(far.job()))
                    .otherwise(answer)) // it is stored, whatever is known of it
        .map(AreaVerticle::encode);
  }

  private SubmitAnswer submit(ApiCall call) {
    SubmitRequest request = SubmitRequest.read(call.body());
    return request.whileHeld(
        staging, () -> SubmitAnswer.of(jobs.submit(submission(request, call)), request.ignored()));
  }

  private Validation validateJob(ApiCall call) {
    SubmitRequest request = SubmitRequest.read(call.body());
    Validation told = request.located(staging, jobs.validate(submission(request, call)));
    List<Issue> issues = new ArrayList<>(told.issues());
    for (String sentence : request.ignored()) {
      issues.add(Issue.warning("request.unknown_member", sentence, "", Location.BUNDLE));
    }
    return Validation.of(issues, told.results(), told.plan());
  }

  private JobPlan planJob(ApiCall call) {
    SubmitRequest request = SubmitRequest.read(call.body());
    return jobs.plan(submission(request, call)).warned(request.ignored());
  }

  private Submission submission(SubmitRequest request, ApiCall call) {
    return request.submission(staging, call.text("Idempotency-Key")).by(call.subject());
  }

  private Future<Buffer> getJob(ApiCall call) {
    Duration wait = AskedWait.of(call).orElseGet(() -> polls.patience(id(call)));
    Future<?> end =
        wait.isZero()
            ? Future.succeededFuture()
            : streams.ends().endOfOlder(id(call), wait, gone(call));
    return end.compose(far -> job(call)).onSuccess(told -> polls.answered(id(call)));
  }

  private Future<Buffer> job(ApiCall call) {
    String jobId = id(call);
    return switch (call.text("include")) {
      case "full" -> blocking(() -> encode(reads.full(jobId)));
      case "status" -> views.status(jobId).map(JobStanding::document);
      default -> sawOthers() ? details.of(jobId) : views.detail(jobId);
    };
  }

  private Future<Buffer> getWorkflowProgress(ApiCall call) {
    return views
        .progress(id(call))
        .map(shown -> Buffer.buffer(shown.document().at(clock.millis())));
  }

  private ObjectNode listDeadLetters(ApiCall call) {
    DeadLetterScan scan = new DeadLetterScan();
    EventPage page;
    long after = 0;
    do {
      page = reads.events(id(call), after, LOG_PAGE);
      scan.read(page.events());
      after = page.next();
    } while (!page.events().isEmpty() && !page.ended());
    ObjectNode answer = Json.object().put("job_id", id(call));
    answer.putArray("data").addAll(scan.letters());
    return answer;
  }

  private RestoredJob restoreJob(ApiCall call) {
    Path zip = call.upload().path();
    Backup backup = BackupArchive.unpack(zip, zip.getParent());
    return jobs.restore(backup, call.text("blueprint_id"), call.text("run_id"), call.subject());
  }

  private ForkedJob forkJob(ApiCall call) {
    JsonNode at = call.body().path("at");
    Map<String, JsonNode> inputs = new HashMap<>();
    call.body()
        .path("inputs")
        .properties()
        .forEach(one -> inputs.put(one.getKey(), one.getValue()));
    return jobs.fork(
        id(call),
        new ForkRequest(
            at.textValue(),
            at.asLong(),
            inputs,
            revised(call),
            call.text("Idempotency-Key"),
            call.subject()));
  }

  private Submission revised(ApiCall call) {
    return call.body().get("bundle") instanceof ObjectNode bundle
        ? SubmitRequest.read(bundle).submission(staging, null)
        : null;
  }

  private ObjectNode cancelJob(ApiCall call) {
    String inBody = call.body().path("reason").textValue();
    String reason = inBody == null ? call.text("reason") : inBody;
    return changed(call, jobs.cancel(id(call), call.subject(), CancelReason.checked(reason)));
  }

  private SentMessage sendMessage(ApiCall call) {
    ObjectNode message = call.body();
    return jobs.send(id(call), message.remove("agent_id").asText(), message);
  }

  private ObjectNode cleanupJobs(ApiCall call) {
    List<String> ids = Json.elements(call.body().path("job_ids")).map(JsonNode::asText).toList();
    return Json.object().put("cleared_count", jobs.clear(adminToken.value(), ids));
  }

  private static ObjectNode changed(ApiCall call, String status) {
    return Json.object().put("status", status).put("job_id", id(call));
  }

  private static String id(ApiCall call) {
    return call.text("job_id");
  }
}
