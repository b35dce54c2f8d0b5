package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.area.Platform;
import io.mirrorneuron.area.jobs.view.JobStatusView;
import io.mirrorneuron.blueprint.bundle.BundleConfig;
import io.mirrorneuron.bundle.InputValues;
import io.mirrorneuron.bundle.SkippedChecks;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.AskedWait;
import io.mirrorneuron.bus.IgnoredMembers;
import io.mirrorneuron.bus.LocalAreas;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.CancelReason;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SentMessage;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.store.BackupArchive;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.wire.DeadLetterScan;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import io.mirrorneuron.wire.LenientJson;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

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
   * @param rows null when the rows of the runtime cannot be read; nothing is cached then
   * @param adminToken the token that the runtime requires for a cleanup
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
    RemoteRunFacts remote = new RemoteRunFacts(new LocalAreas(vertx.eventBus()));
    details = new JobDetails(views, reads, remote, this::isElsewhere, threads());
    return super.start();
  }

  @Override
  public Future<?> stop() {
    streams.close();
    return Future.succeededFuture();
  }

  /** Answers when the job is stored; with its status if the caller asked to wait. */
  private Future<Buffer> submitJob(ApiCall call) {
    Duration wait = AskedWait.of(call).orElse(Duration.ZERO);
    return blocking(() -> submit(call))
        .compose(
            answer ->
                streams
                    .ends()
                    .end(answer.jobId(), wait, gone(call))
                    .map(
                        remote -> wait.isZero() ? answer.of(remote.job()) : answer.at(remote.job()))
                    .otherwise(answer)) // the job is stored, even if its status cannot be read
        .map(AreaVerticle::encode);
  }

  private SubmitAnswer submit(ApiCall call) {
    SubmitRequest request = SubmitRequest.read(call.body());
    return request.whileHeld(
        staging, () -> SubmitAnswer.of(jobs.submit(submission(request, call)), request.ignored()));
  }

  private Validation validateJob(ApiCall call) {
    SubmitRequest request = SubmitRequest.read(call.body());
    Validation reported = request.located(staging, jobs.validate(submission(request, call)));
    List<Issue> issues = new ArrayList<>(reported.issues());
    for (String sentence : request.ignored()) {
      issues.add(Issue.warning("request.unknown_member", sentence, "", Location.BUNDLE));
    }
    return Validation.of(issues, reported.results(), reported.plan());
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
    return end.compose(remote -> job(call)).onSuccess(reported -> polls.answered(id(call)));
  }

  private Future<Buffer> job(ApiCall call) {
    String jobId = id(call);
    return switch (call.text("include")) {
      case "full" -> blocking(() -> encode(reads.full(jobId)));
      case "status" -> views.status(jobId).map(LazyJobStatus::document);
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

  /** The filter of a job list. */
  private static final class WantedJobs {
    private static final int MOST = 1000;

    private WantedJobs() {}

    static JobPage.Query of(ApiCall call) {
      return new JobPage.Query(
          (int) Math.min(call.integer("limit"), MOST),
          call.flag("include_terminal"),
          Objects.requireNonNullElse(call.text("cursor"), ""),
          call.text("status"),
          call.text("name"),
          call.has("created_after")
              ? Records.since("created_after", call.text("created_after"))
              : null,
          call.text("q"));
    }
  }

  /**
   * Details of jobs with data of their runs, wherever these are. Runs on one event loop.
   *
   * @param isElsewhere whether another node has a run
   */
  private record JobDetails(
      JobViewCaches views,
      JobReads reads,
      RemoteRunFacts remote,
      Function<String, Future<Boolean>> isElsewhere,
      AreaThreads threads) {

    Future<Buffer> of(String jobId) {
      return views
          .status(jobId)
          .compose(
              standing -> {
                String run = standing.job().runId();
                return run == null
                    ? views.detail(jobId)
                    : isElsewhere
                        .apply(run)
                        .otherwise(false) // the store is unreachable
                        .compose(
                            isRemote -> isRemote ? elsewhere(jobId, run) : views.detail(jobId));
              });
    }

    private Future<Buffer> elsewhere(String jobId, String runId) {
      return remote
          .of(runId)
          .compose(
              reported ->
                  threads.blocking(() -> AreaVerticle.encode(reads.compact(jobId, reported))));
    }
  }

  /**
   * The answer to a submission.
   *
   * @param id the job's id, under its older name
   * @param runId null when it could not be read
   * @param warnings sentences about parts of the request that are ignored
   * @param job its status after the caller's wait; null when the caller did not ask to wait
   */
  private record SubmitAnswer(
      String id,
      String jobId,
      @JsonInclude(JsonInclude.Include.NON_NULL) String runId,
      String status,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings,
      @JsonInclude(JsonInclude.Include.NON_NULL) JobStatusView.Job job) {

    /**
     * @param ignored sentences about members of the request
     */
    static SubmitAnswer of(SubmittedJob job, List<String> ignored) {
      List<String> warnings = new ArrayList<>(ignored);
      warnings.addAll(job.warnings());
      return new SubmitAnswer(job.jobId(), job.jobId(), null, job.status(), warnings, null);
    }

    /** With the run of the stored job. */
    SubmitAnswer of(JobStatusView.Job job) {
      return new SubmitAnswer(id, jobId, job.runId(), status, warnings, null);
    }

    SubmitAnswer at(JobStatusView.Job job) {
      return new SubmitAnswer(id, jobId, job.runId(), job.status(), warnings, job);
    }
  }

  /**
   * Detects clients that poll a job every few milliseconds, and delays their answers until the job
   * ends or a short time is over. One late answer is cheaper than many equal ones: each poll costs
   * as much as a step of the job, or more when it has many agents. The delay grows with the length
   * of the series of polls. Clients that ask again without any pause, or only now and then, are
   * answered at once. Thread-safe.
   */
  static final class Polls {
    /** First delay of a polling client. */
    static final Duration PATIENCE = Duration.ofMillis(50);

    /** Longest delay. */
    static final Duration LONGEST = Duration.ofMillis(200);

    /** The delay grows by the time since the first answer divided by this. */
    private static final int PART = 4;

    private static final Duration SOONEST = Duration.ofMillis(1);
    private static final Duration LATEST = Duration.ofMillis(20);
    private static final int JOBS = 4096;

    private final LongSupplier nanoTime;
    private final Cache<String, Row> rows =
        Caffeine.newBuilder().executor(Runnable::run).maximumSize(JOBS).build();

    Polls(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
    }

    /**
     * How long this answer may wait for the end of the job; zero for a first poll, which starts a
     * series.
     */
    Duration patience(String jobId) {
      Row row = rows.getIfPresent(jobId);
      if (row == null) {
        return Duration.ZERO;
      }
      if (!isPoll(nanoTime.getAsLong() - row.last)) {
        rows.invalidate(jobId);
        return Duration.ZERO;
      }
      Duration longer = PATIENCE.plusNanos((row.last - row.first) / PART);
      return longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
    }

    private static boolean isPoll(long pause) {
      return pause >= SOONEST.toNanos() && pause <= LATEST.toNanos();
    }

    /** Notes that a status was answered. */
    void answered(String jobId) {
      long now = nanoTime.getAsLong();
      rows.asMap().compute(jobId, (id, row) -> new Row(row == null ? now : row.first, now));
    }

    /** Times of the first and the last answer of a series of polls. */
    private record Row(long first, long last) {}
  }

  /**
   * The body of {@code POST /jobs}, and its submission.
   *
   * @param manifest as a tree; null when it is given as text or not at all
   * @param manifestJson as text; a tree from older clients; null when it is not given
   * @param inputs values by the names that the manifest declares
   * @param ignored sentences about members that have no meaning here
   */
  private record SubmitRequest(
      JsonNode manifest,
      JsonNode manifestJson,
      Map<String, byte[]> payloads,
      String bundleHandle,
      Map<String, JsonNode> inputs,
      boolean force,
      List<String> ignored) {
    private static final String MANIFEST_JSON = "manifest_json";

    /** Older name of the handle, sent by clients of the original server; not in the contract. */
    private static final String OLDER_HANDLE = "_bundle_path";

    private static final Set<String> MEMBERS =
        Set.of(
            "manifest", MANIFEST_JSON, "payloads", "bundle_path", OLDER_HANDLE, "inputs", "force");

    /** Expects a body that fits the contract. */
    static SubmitRequest read(ObjectNode body) {
      Body reported = LenientJson.read(body, Body.class);
      Map<String, byte[]> payloads = new LinkedHashMap<>();
      reported.payloads.forEach(
          (path, text) -> payloads.put(path, text.asText().getBytes(StandardCharsets.UTF_8)));
      String handle = olderHandle(reported.olderHandle);
      return new SubmitRequest(
          reported.manifest,
          reported.manifestJson,
          payloads,
          handle.isEmpty() ? Objects.requireNonNullElse(reported.bundlePath, "") : handle,
          inputs(reported.inputs),
          reported.force,
          IgnoredMembers.of(body.properties().stream().map(Map.Entry::getKey), MEMBERS));
    }

    private record Body(
        JsonNode manifest,
        JsonNode manifestJson,
        Map<String, JsonNode> payloads,
        String bundlePath,
        @JsonProperty(OLDER_HANDLE) JsonNode olderHandle,
        JsonNode inputs,
        boolean force) {}

    private static Map<String, JsonNode> inputs(JsonNode reported) {
      Map<String, JsonNode> inputs = new LinkedHashMap<>();
      if (reported != null) {
        reported.properties().forEach(one -> inputs.put(one.getKey(), one.getValue()));
      }
      return inputs;
    }

    private static String olderHandle(JsonNode handle) {
      if (handle == null) {
        return "";
      }
      if (!handle.isTextual()) {
        throw refusal("type_error", OLDER_HANDLE, "must be a string");
      }
      return handle.textValue();
    }

    /**
     * The named bundle, else the manifest.
     *
     * @param idempotencyKey or null
     */
    Submission submission(BundleStaging staging, String idempotencyKey) {
      if (!bundleHandle.isEmpty()) {
        BundleStaging.Bundle bundle = staging.open(bundleHandle);
        return new Submission(
                filled(bundle.manifest().json(), bundle.manifest().tree()),
                new Submission.Payloads.Folder(bundle.payloads()),
                idempotencyKey)
            .from(origin(bundle));
      }
      String text = manifestText();
      ObjectNode read = JsonText.distinct(text, MANIFEST_JSON);
      if (isObject(manifest) && !manifest.equals(read)) {
        throw refusal("value_error", MANIFEST_JSON, "is another manifest than manifest");
      }
      return new Submission(
          filled(text, read), new Submission.Payloads.Inline(payloads), idempotencyKey);
    }

    /** Runs the submission; keeps the uploaded bundle on disk meanwhile. */
    <T> T whileHeld(BundleStaging staging, Supplier<T> work) {
      return bundleHandle.isEmpty() ? work.get() : staging.using(bundleHandle, work);
    }

    /** The bundle's files were uploaded, so none of them is trusted. */
    private static Submission.Origin origin(BundleStaging.Bundle bundle) {
      return bundle.manifest().hasInputRules()
          ? new Submission.Origin(null, BundleConfig.ofFiles(bundle.folder()))
          : Submission.Origin.UNKNOWN;
    }

    /** The report; for an uploaded bundle with places in its manifest file. */
    Validation located(BundleStaging staging, Validation report) {
      return bundleHandle.isEmpty()
          ? report
          : staging.open(bundleHandle).manifest().located(report);
    }

    private String manifestText() {
      if (manifestJson != null && manifestJson.isTextual()) {
        return manifestJson.textValue();
      }
      if (isObject(manifestJson)) {
        return manifestJson.toString();
      }
      if (isObject(manifest)) {
        return manifest.toString();
      }
      throw MnException.invalid("manifest, manifest_json or bundle_path is required");
    }

    private static boolean isObject(JsonNode given) {
      return given != null && given.isObject();
    }

    private static MnException refusal(String type, String member, String message) {
      return Fault.refusal(List.of(new Fault(type, List.of("body", member), message, null)));
    }

    /** Without inputs and force the author's text is stored unchanged. */
    private String filled(String text, ObjectNode manifest) {
      String given = InputValues.into(text, manifest, inputs);
      return force ? SkippedChecks.into(given) : given;
    }
  }

  /** The area {@code jobs}: running and ended jobs, from the runtime and from run folders. */
  public static final class JobsModule {
    private JobsModule() {}

    public static AreaVerticle of(Platform platform) {
      JobRuns runs =
          new JobRuns(platform.runs(), platform.shownRuns(), platform.index(), platform.clock());
      return new JobsVerticle(
          platform.jobs(),
          platform.rows().orElse(null),
          runs,
          platform.staging(),
          platform.config().grpc().adminToken(),
          platform.clock());
    }
  }
}
