package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobPlan.AgentPlace;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkPoint;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.JobsPort.ReplayedLetter;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SentMessage;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.NullableTime;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.runtime.documents.RowFilter;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.graph.PayloadPaths;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.bundle.FileBundleStore;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MessageForm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Jobs in memory, moved by the test: {@link #submit} leaves a job running, {@link #append} and
 * {@link #finish} do the rest. Thread-safe; watchers are called by the thread that appends.
 */
public final class FakeJobs implements JobsPort {
  private final Map<String, FakeJob> jobs = new LinkedHashMap<>();
  private final Map<String, Keyed> keyed = new HashMap<>();
  private final Set<String> runs = new HashSet<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<Submission> submissions = new CopyOnWriteArrayList<>();
  private final List<Backup> backups = new CopyOnWriteArrayList<>();
  private final List<Watch> watches = new CopyOnWriteArrayList<>();
  private final Clock clock;
  private volatile Consumer<String> interceptor = call -> {};
  private volatile String adminToken;
  private volatile List<String> warnings = List.of();
  private int submitted;
  private long changes;

  /**
   * What was made under an idempotency key.
   *
   * @param wish all that the call asked for
   */
  private record Keyed(String jobId, Object wish) {}

  public FakeJobs() {
    this(Clock.fixed(Instant.parse("2026-01-02T03:04:05.006Z"), ZoneOffset.UTC));
  }

  public FakeJobs(Clock clock) {
    this.clock = clock;
  }

  // --- for tests

  /** What every later submission is answered with. */
  public void warn(List<String> sentences) {
    warnings = List.copyOf(sentences);
  }

  /**
   * Runs before every call with its text, for example {@code cancel fake-1}; may throw or block.
   */
  public void intercept(Consumer<String> before) {
    interceptor = before;
  }

  /** Every further call fails with this. */
  public void failWith(MnException failure) {
    intercept(
        call -> {
          throw failure;
        });
  }

  /** From now on {@link #clear} demands this token. */
  public void requireAdminToken(String token) {
    adminToken = token;
  }

  /** Calls in order, each as its method name and arguments. */
  public List<String> calls() {
    return calls;
  }

  /** What {@link #restore} was given. */
  public List<Backup> backups() {
    return backups;
  }

  public List<Submission> submissions() {
    return submissions;
  }

  /** How many watches of the job are open. */
  public int watchers(String jobId) {
    return (int) watches.stream().filter(watch -> watch.jobId.equals(jobId)).count();
  }

  public void append(String jobId, String type) {
    append(jobId, Json.object().put("type", type));
  }

  /** Adds an event; {@code job_id}, {@code timestamp} and {@code seq} are filled in. */
  public void append(String jobId, ObjectNode event) {
    synchronized (this) {
      record(job(jobId), event);
    }
    changed(jobId);
  }

  /** Ends the job as {@code completed}, {@code failed} or {@code cancelled} with its event. */
  public void finish(String jobId, String status) {
    synchronized (this) {
      FakeJob job = job(jobId);
      ObjectNode event = Json.object().put("type", "job_" + status);
      if (status.equals("completed")) {
        job.result = Json.object().put("answer", 42);
        event.set("result", job.result);
      }
      job.status = status;
      record(job, event);
    }
    changed(jobId);
  }

  // --- the port

  @Override
  public SubmittedJob submit(Submission submission) {
    called("submit");
    return begin(submission, List.of(submission.manifestJson(), wish(submission.payloads())))
        .withWarnings(warnings);
  }

  @Override
  public Validation validate(Submission submission) {
    called("validate");
    Set<String> paths = FileBundleStore.pathsOf(submission.payloads());
    return Validation.of(
        new Manifests(DefaultRunner.HOST_LOCAL)
            .check(submission.manifestJson(), paths, Purpose.NEW)
            .issues(),
        null);
  }

  @Override
  public JobPlan plan(Submission submission) {
    called("plan");
    Workflow workflow = new Manifests(DefaultRunner.HOST_LOCAL).parse(submission.manifestJson());
    List<AgentPlace> placements =
        workflow.agents().keySet().stream().map(FakeJobs::placed).toList();
    return new JobPlan(
        "planned",
        workflow.graphId(),
        "batch",
        "binpack",
        "single_node",
        placements.size(),
        List.of("mirror_neuron@fake"),
        placements,
        0,
        Map.of(),
        "2026-01-01T00:00:00.000Z",
        workflow.warnings());
  }

  private static AgentPlace placed(String agent) {
    return new AgentPlace(
        agent,
        null,
        "router",
        "mirror_neuron@fake",
        null,
        new JobPlan.Resources(null, null, null, null),
        new JobPlan.Allocations(List.of(), List.of(), List.of(), null),
        List.of(),
        List.of(),
        0.5,
        "job_colocated",
        List.of("fits now"));
  }

  private SubmittedJob begin(Submission submission, Object wish) {
    FakeJob job;
    synchronized (this) {
      Keyed known = keyed.get(submission.idempotencyKey());
      if (known != null) {
        if (!known.wish().equals(wish)) {
          throw new MnException(
              ErrorCode.CONFLICT,
              "idempotency_key_reused",
              "this Idempotency-Key was used before for another submission");
        }
        return new SubmittedJob(known.jobId(), job(known.jobId()).status);
      }
      claim(Json.parseObject(submission.manifestJson(), "manifest").path("run_id").textValue());
      job = add(submission);
      submissions.add(submission);
      if (submission.idempotencyKey() != null) {
        keyed.put(submission.idempotencyKey(), new Keyed(job.id, wish));
      }
    }
    for (String type : List.of("job_pending", "job_validated", "job_scheduled", "job_running")) {
      append(job.id, type);
    }
    return new SubmittedJob(job.id, "pending");
  }

  /**
   * @param runId that somebody chose, or null
   */
  private synchronized void claim(String runId) {
    if (runId != null && !runs.add(runId)) {
      throw new MnException(
          ErrorCode.CONFLICT, "run_id_in_use", "another job has a run with the id " + runId);
    }
  }

  private synchronized FakeJob add(Submission submission) {
    String now = Json.timestamp(clock.instant());
    FakeJob job = new FakeJob("fake-" + (submitted + 1), submission, now);
    submitted++;
    jobs.put(job.id, job);
    return job;
  }

  /** The files with what makes them equal to others. */
  private static Object wish(Payloads payloads) {
    return switch (payloads) {
      case Payloads.Folder folder -> folder;
      case Payloads.Inline(var files, var _) -> {
        Map<String, ByteBuffer> contents = new HashMap<>();
        files.forEach(
            (path, bytes) -> contents.put(PayloadPaths.requireSafe(path), ByteBuffer.wrap(bytes)));
        yield contents;
      }
    };
  }

  @Override
  public synchronized JobDetail get(String jobId) {
    called("get " + jobId);
    return JobDetailForm.read(job(jobId).detail());
  }

  @Override
  public synchronized Why why(String jobId) {
    called("why " + jobId);
    String status = job(jobId).status;
    Why.Explanation one =
        new Why.Explanation(
            new Why.Subject("step", "work"),
            "retry_wait",
            "retry",
            "step work waits",
            "job.workflow_state.steps.work",
            List.of(),
            null,
            null,
            new NullableTime("2026-06-20T10:00:05.000Z"),
            null,
            null,
            null,
            "");
    return new Why(
        jobId,
        status,
        job(jobId).submission.submittedBy(),
        null,
        null,
        "it is " + status,
        List.of(one),
        null);
  }

  @Override
  public synchronized JobPage list(JobPage.Query query) {
    called("list " + query.limit() + " " + query.includeTerminal());
    int limit = query.limit() <= 0 ? 100 : query.limit();
    int from = query.isPaged() && !query.cursor().isEmpty() ? from(query.cursor()) : 0;
    List<JobPage.Row> rows =
        jobs.values().stream()
            .filter(job -> query.includeTerminal() || !job.isTerminal())
            .sorted((a, b) -> Long.compare(b.changed, a.changed))
            .map(job -> new JobPage.Row(Json.write(job.row())))
            .filter(new RowFilter(query)::accepts)
            .skip(from)
            .limit(limit + 1L)
            .toList();
    boolean isCut = rows.size() > limit;
    return new JobPage(
        isCut ? rows.subList(0, limit) : rows,
        null,
        isCut && query.isPaged() ? "row-" + (from + limit) : null);
  }

  private static int from(String cursor) {
    if (!cursor.startsWith("row-")) {
      throw MnException.invalid("cursor must be the next of a page");
    }
    return Integer.parseInt(cursor.substring("row-".length()));
  }

  @Override
  public String cancel(String jobId, String by, String reason) {
    called("cancel " + jobId + by(by) + (reason == null ? "" : ": " + reason));
    synchronized (this) {
      if (job(jobId).isTerminal()) {
        return job(jobId).status;
      }
    }
    finish(jobId, "cancelled");
    return "cancelled";
  }

  @Override
  public String pause(String jobId, boolean drain, String by) {
    called((drain ? "drain " : "pause ") + jobId + by(by));
    move(jobId, "paused", "job_paused");
    return "paused";
  }

  @Override
  public String resume(String jobId, String by) {
    called("resume " + jobId + by(by));
    move(jobId, "running", "job_resumed");
    return "resumed";
  }

  @Override
  public synchronized int clear(String token, List<String> ids) {
    called("clear " + token + (ids.isEmpty() ? "" : " " + ids));
    if (adminToken != null && !adminToken.equals(token)) {
      throw new MnException(
          ErrorCode.FORBIDDEN, "admin_token_required", "ClearJobs requires MN_GRPC_ADMIN_TOKEN");
    }
    int before = jobs.size();
    for (String id : ids) {
      if (!job(id).isTerminal()) {
        throw MnException.precondition("job " + id + " is open; nothing was cleared");
      }
    }
    jobs.values().removeIf(job -> job.isTerminal() && (ids.isEmpty() || ids.contains(job.id)));
    return before - jobs.size();
  }

  @Override
  public synchronized EventPage events(String jobId, long after, int limit) {
    called("events " + jobId + " " + after + " " + limit);
    return job(jobId).page(after, limit);
  }

  @Override
  public synchronized EventPage lastEvents(String jobId, int limit) {
    called("lastEvents " + jobId + " " + limit);
    return job(jobId).lastPage(limit);
  }

  @Override
  public Subscription watch(String jobId, Runnable onChange) {
    called("watch " + jobId);
    Watch watch = new Watch(jobId, onChange);
    watches.add(watch);
    return () -> watches.remove(watch);
  }

  @Override
  public synchronized Backup backup(String jobId) {
    called("backup " + jobId);
    FakeJob job = job(jobId);
    if (!job.status.equals("paused")) {
      throw MnException.precondition("job " + jobId + " must be paused before a backup");
    }
    return job.backup();
  }

  @Override
  public RestoredJob restore(Backup backup, String blueprintId, String runId, String by) {
    called("restore " + blueprintId + " " + runId + by(by));
    claim(runId);
    ObjectNode source = source(backup);
    String manifest = new String(backup.files().get(Backup.MANIFEST), StandardCharsets.UTF_8);
    Map<String, byte[]> files = new HashMap<>();
    backup
        .files()
        .forEach(
            (path, content) -> {
              if (path.startsWith(Backup.PAYLOADS)) {
                files.put(path.substring(Backup.PAYLOADS.length()), content);
              }
            });
    FakeJob job = add(new Submission(manifest, new Payloads.Inline(files), null, by));
    backups.add(backup);
    move(job.id, "paused", "job_restored");
    return new RestoredJob(
        job.id,
        isNone(runId) ? job.runId() : runId,
        isNone(blueprintId) ? job.graphId() : blueprintId,
        "paused",
        source.path("job_id").asText(),
        source.path("run_id").asText(),
        Json.object().set("source", source),
        new RestoredJob.Recovery(job.id, "paused_for_review", "restored"));
  }

  private static boolean isNone(String id) {
    return id == null || id.isBlank();
  }

  private static ObjectNode source(Backup backup) {
    try {
      ObjectNode json = Json.parseObject(backup.json(), "backup_json");
      if (json.path("schema_version").asText().equals(Backup.SCHEMA)
          && backup.files().containsKey(Backup.MANIFEST)) {
        return json.withObject("/source");
      }
    } catch (MnException e) {
      throw MnException.invalid(e.getMessage());
    }
    throw MnException.invalid("it is no backup");
  }

  @Override
  public synchronized SentMessage send(String jobId, String agentId, ObjectNode message) {
    called("send " + jobId + " " + agentId + " " + Json.write(message));
    ObjectNode full = MessageForm.full(message);
    JsonNode given = full.at("/envelope/message_id");
    if (!given.isMissingNode() && (!given.isTextual() || given.asText().isBlank())) {
      throw MnException.invalid("message_id must be a text that is not empty");
    }
    FakeJob job = running(jobId);
    job.requireAgent(agentId);
    String id = given.asText("msg-" + calls.size());
    job.take(id, full);
    return new SentMessage(true, jobId, agentId, id);
  }

  @Override
  public synchronized ReplayedLetter replayDeadLetter(String jobId, int index) {
    called("replayDeadLetter " + jobId + " " + index);
    JsonNode letter = job(jobId).deadLetter(index);
    running(jobId);
    return new ReplayedLetter(true, jobId, letter.path("agent_id").asText(), index);
  }

  private FakeJob running(String jobId) {
    FakeJob job = job(jobId);
    if (job.isTerminal()) {
      throw MnException.precondition("job is not running");
    }
    return job;
  }

  @Override
  public ForkedJob fork(String jobId, ForkRequest request) {
    called("fork " + jobId + " " + request);
    ForkPoint from;
    Submission source;
    synchronized (this) {
      FakeJob job = job(jobId);
      from = new ForkPoint(jobId, job.forkPoint(request));
      source = job.submission;
    }
    Submission wanted =
        new Submission(
            source.manifestJson(),
            source.payloads(),
            request.idempotencyKey(),
            request.submittedBy());
    SubmittedJob begun = begin(wanted, List.of(from, request.inputs()));
    String made = begun.jobId();
    synchronized (this) {
      job(made).forkedFrom(from);
      if (!job(jobId).forks.contains(made)) {
        job(jobId).forks.add(made);
      }
    }
    return new ForkedJob(made, made, begun.status(), from);
  }

  private static String by(String subject) {
    return subject == null ? "" : " by " + subject;
  }

  private void called(String call) {
    calls.add(call);
    interceptor.accept(call);
  }

  /** Nothing happens to a job that is there already. */
  private void move(String jobId, String to, String event) {
    synchronized (this) {
      FakeJob job = job(jobId);
      if (job.isTerminal()) {
        throw MnException.precondition("job " + jobId + " is in the terminal state " + job.status);
      }
      if (job.status.equals(to)) {
        return;
      }
      job.status = to;
    }
    append(jobId, event);
  }

  private void record(FakeJob job, ObjectNode event) {
    job.append(event, Json.timestamp(clock.instant()));
    job.changed = ++changes;
  }

  private void changed(String jobId) {
    watches.stream().filter(watch -> watch.jobId.equals(jobId)).forEach(w -> w.onChange.run());
  }

  private FakeJob job(String jobId) {
    FakeJob job = jobs.get(jobId);
    if (job == null) {
      throw MnException.notFound("job", jobId);
    }
    return job;
  }

  private record Watch(String jobId, Runnable onChange) {
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** Its jobs have no steps that ask people. */
  @Override
  public ObjectNode decide(String jobId, HumanDecision decision) {
    get(jobId);
    throw MnException.notFound("request", decision.requestId());
  }
}
