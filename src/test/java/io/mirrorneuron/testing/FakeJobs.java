package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
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
  private static final Set<String> TERMINAL = Set.of("completed", "failed", "cancelled");

  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final Map<String, Job> byIdempotencyKey = new LinkedHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<Submission> submissions = new CopyOnWriteArrayList<>();
  private final List<Backup> backups = new CopyOnWriteArrayList<>();
  private final List<Watch> watches = new CopyOnWriteArrayList<>();
  private final Clock clock;
  private volatile Consumer<String> interceptor = call -> {};
  private volatile String adminToken;
  private int submitted;
  private long changes;

  public FakeJobs() {
    this(Clock.fixed(Instant.parse("2026-01-02T03:04:05.006Z"), ZoneOffset.UTC));
  }

  public FakeJobs(Clock clock) {
    this.clock = clock;
  }

  // --- for tests

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
      job(jobId).append(event);
    }
    changed(jobId);
  }

  /** Ends the job as {@code completed}, {@code failed} or {@code cancelled} with its event. */
  public void finish(String jobId, String status) {
    synchronized (this) {
      Job job = job(jobId);
      ObjectNode event = Json.object().put("type", "job_" + status);
      if (status.equals("completed")) {
        job.result = Json.object().put("answer", 42);
        event.set("result", job.result);
      }
      job.status = status;
      job.append(event);
    }
    changed(jobId);
  }

  // --- the port

  @Override
  public SubmittedJob submit(Submission submission) {
    called("submit");
    submissions.add(submission);
    ObjectNode manifest = Json.parseObject(submission.manifestJson(), "manifest_json");
    String id;
    synchronized (this) {
      Job known = byIdempotencyKey.get(submission.idempotencyKey());
      if (known != null) {
        if (!sameContent(known.submission, submission)) {
          throw new MnException(
              ErrorCode.CONFLICT, "idempotency_conflict", "key was used for another submission");
        }
        return new SubmittedJob(known.id, "pending");
      }
      Job job = new Job("fake-" + ++submitted, manifest, submission);
      jobs.put(job.id, job);
      if (submission.idempotencyKey() != null) {
        byIdempotencyKey.put(submission.idempotencyKey(), job);
      }
      id = job.id;
    }
    for (String type : List.of("job_pending", "job_validated", "job_scheduled", "job_running")) {
      append(id, type);
    }
    return new SubmittedJob(id, "pending");
  }

  @Override
  public synchronized ObjectNode get(String jobId) {
    called("get " + jobId);
    return job(jobId).detail();
  }

  @Override
  public synchronized ObjectNode why(String jobId) {
    called("why " + jobId);
    String status = job(jobId).status;
    ObjectNode why = Json.object().put("job_id", jobId).put("status", status);
    if (job(jobId).submission.submittedBy() != null) {
      why.put("submitted_by", job(jobId).submission.submittedBy());
    }
    ObjectNode one = why.put("summary", "it is " + status).putArray("explanations").addObject();
    one.putObject("subject").put("kind", "step").put("id", "work");
    one.put("state", "retry_wait").put("cause", "retry").put("text", "step work waits");
    one.put("record", "job.workflow_state.steps.work").put("until", "2026-06-20T10:00:05.000Z");
    return why;
  }

  @Override
  public synchronized ObjectNode list(int limit, boolean includeTerminal) {
    called("list " + limit + " " + includeTerminal);
    ObjectNode page = Json.object();
    ArrayNode rows = page.putArray("data");
    jobs.values().stream()
        .filter(job -> includeTerminal || !job.isTerminal())
        .sorted((a, b) -> Long.compare(b.changed, a.changed))
        .limit(limit <= 0 ? 100 : limit)
        .forEach(job -> rows.add(job.row()));
    return page;
  }

  @Override
  public String cancel(String jobId, String by) {
    called("cancel " + jobId + by(by));
    String status = status(jobId);
    if (TERMINAL.contains(status)) {
      return status;
    }
    finish(jobId, "cancelled");
    return "cancelled";
  }

  @Override
  public String pause(String jobId, boolean drain, String by) {
    called((drain ? "drain " : "pause ") + jobId + by(by));
    move(jobId, "running", "paused", "job_paused");
    return "paused";
  }

  @Override
  public String resume(String jobId, String by) {
    called("resume " + jobId + by(by));
    if (!status(jobId).equals("running")) {
      move(jobId, "paused", "running", "job_resumed");
    }
    return "resumed";
  }

  @Override
  public synchronized int clear(String token) {
    called("clear " + token);
    if (adminToken != null && !adminToken.equals(token)) {
      throw new MnException(
          ErrorCode.FORBIDDEN, "forbidden", "ClearJobs requires MN_GRPC_ADMIN_TOKEN");
    }
    int before = jobs.size();
    jobs.values().removeIf(Job::isTerminal);
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
    Job job = job(jobId);
    return job.page(Math.max(0, job.events.size() - limit), limit);
  }

  @Override
  public synchronized Subscription watch(String jobId, Runnable onChange) {
    called("watch " + jobId);
    job(jobId);
    Watch watch = new Watch(jobId, onChange);
    watches.add(watch);
    return () -> watches.remove(watch);
  }

  @Override
  public synchronized Backup backup(String jobId) {
    called("backup " + jobId);
    Job job = job(jobId);
    if (!job.status.equals("paused")) {
      throw MnException.precondition("job " + jobId + " must be paused before a backup");
    }
    ObjectNode json = Json.object().put("schema_version", Backup.SCHEMA);
    json.putObject("source").put("job_id", jobId);
    ObjectNode runtime = json.putObject("runtime");
    runtime.set("job", job.row());
    runtime.putArray("agents");
    runtime
        .putArray("events")
        .addAll(job.events.stream().map(text -> Json.parseObject(text, "event")).toList());
    byte[] manifest = job.submission.manifestJson().getBytes(StandardCharsets.UTF_8);
    return new Backup(
        Json.write(json), Map.of("manifest.json", manifest, "payloads/data", new byte[] {1, 2}));
  }

  @Override
  public synchronized ObjectNode restore(
      Backup backup, String blueprintId, String runId, String by) {
    called("restore " + blueprintId + " " + runId + by(by));
    backups.add(backup);
    ObjectNode source = Json.parseObject(backup.json(), "backup_json").withObject("/source");
    ObjectNode answer = Json.object().put("job_id", "restored").put("status", "paused");
    answer.put("run_id", runId).put("source_job_id", source.path("job_id").asText());
    return answer;
  }

  @Override
  public synchronized ObjectNode send(String jobId, String agentId, ObjectNode message) {
    called("send " + jobId + " " + agentId + " " + Json.write(message));
    job(jobId);
    return Json.object()
        .put("accepted", true)
        .put("job_id", jobId)
        .put("agent_id", agentId)
        .put("message_id", "msg-" + calls.size());
  }

  @Override
  public synchronized ObjectNode replayDeadLetter(String jobId, int index) {
    called("replayDeadLetter " + jobId + " " + index);
    List<JsonNode> letters =
        job(jobId).events.stream()
            .map(text -> (JsonNode) Json.parseObject(text, "event"))
            .filter(event -> event.path("type").asText().equals("dead_letter"))
            .toList();
    if (index < 0 || index >= letters.size()) {
      throw MnException.notFound("dead letter", jobId + "/" + index);
    }
    return Json.object()
        .put("replayed", true)
        .put("job_id", jobId)
        .put("agent_id", letters.get(index).path("agent_id").asText())
        .put("index", index);
  }

  @Override
  public ObjectNode fork(String jobId, ForkRequest request) {
    called("fork " + jobId + " " + request);
    Submission source;
    synchronized (this) {
      source = job(jobId).submission;
    }
    String made = submit(Submission.of(source.manifestJson()).by(request.submittedBy())).jobId();
    ObjectNode answer = Json.object().put("id", made).put("job_id", made).put("status", "pending");
    ObjectNode from = answer.putObject("forked_from").put("job_id", jobId);
    return request.step() == null
        ? answer.set("forked_from", from.put("at", request.event()))
        : answer.set("forked_from", from.put("at", request.step()));
  }

  private static String by(String subject) {
    return subject == null ? "" : " by " + subject;
  }

  private void called(String call) {
    calls.add(call);
    interceptor.accept(call);
  }

  private void move(String jobId, String from, String to, String event) {
    synchronized (this) {
      Job job = job(jobId);
      if (job.isTerminal()) {
        throw MnException.precondition("job " + jobId + " is in a terminal state: " + job.status);
      }
      if (!job.status.equals(from)) {
        throw MnException.precondition("job is not " + from);
      }
      job.status = to;
    }
    append(jobId, event);
  }

  private void changed(String jobId) {
    watches.stream().filter(watch -> watch.jobId.equals(jobId)).forEach(w -> w.onChange.run());
  }

  private synchronized String status(String jobId) {
    return job(jobId).status;
  }

  private Job job(String jobId) {
    Job job = jobs.get(jobId);
    if (job == null) {
      throw MnException.notFound("job", jobId);
    }
    return job;
  }

  private static boolean sameContent(Submission a, Submission b) {
    return a.manifestJson().equals(b.manifestJson()) && samePayloads(a.payloads(), b.payloads());
  }

  private static boolean samePayloads(Submission.Payloads a, Submission.Payloads b) {
    return a instanceof Submission.Payloads.Inline(var left)
            && b instanceof Submission.Payloads.Inline(var right)
        ? left.keySet().equals(right.keySet())
            && left.keySet().stream().allMatch(k -> Arrays.equals(left.get(k), right.get(k)))
        : a.equals(b);
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

  private final class Job {
    final String id;
    final ObjectNode manifest;
    final Submission submission;
    final String submittedAt = Json.timestamp(clock.instant());
    final List<String> events = new ArrayList<>();
    String status = "running";
    JsonNode result;
    String lastEvent;
    long changed;

    Job(String id, ObjectNode manifest, Submission submission) {
      this.id = id;
      this.manifest = manifest;
      this.submission = submission;
    }

    boolean isTerminal() {
      return TERMINAL.contains(status);
    }

    void append(ObjectNode event) {
      lastEvent = event.path("type").asText();
      changed = ++changes;
      ObjectNode full = Json.object().put("type", lastEvent).put("job_id", id);
      full.put("timestamp", Json.timestamp(clock.instant())).put("seq", events.size() + 1);
      full.setAll(event);
      events.add(Json.write(full));
    }

    EventPage page(long after, int limit) {
      int from = (int) Math.min(after, events.size());
      int to = (int) Math.min((long) from + limit, events.size());
      return new EventPage(
          events.subList(from, to), Math.max(after, to), isTerminal() && to == events.size());
    }

    ObjectNode row() {
      ObjectNode row = Json.object();
      row.put("job_id", id)
          .put("graph_id", manifest.path("graph_id").asText("fake"))
          .put("job_name", manifest.path("job_name").asText("fake"))
          .put("status", status)
          .put("job_type", "batch")
          .put("live?", !isTerminal())
          .put("submitted_at", submittedAt)
          .put("updated_at", submittedAt)
          .put("executor_count", 0)
          .put("active_executors", 0)
          .put("recovery_requires_review", false)
          .put("last_event", lastEvent);
      row.putArray("nodes");
      row.putArray("sandbox_names");
      if (submission.submittedBy() != null) {
        row.put("submitted_by", submission.submittedBy());
      }
      return row;
    }

    ObjectNode detail() {
      ObjectNode detail = Json.object();
      ObjectNode job = detail.putObject("job");
      job.setAll(row());
      job.set("manifest", manifest);
      if (result != null) {
        job.set("result", result);
      }
      detail.set("summary", row());
      ArrayNode agents = detail.putArray("agents");
      for (JsonNode node : manifest.path("nodes")) {
        agents
            .addObject()
            .put("agent_id", node.path("node_id").asText())
            .put("agent_type", node.path("agent_type").asText())
            .put("status", isTerminal() ? "completed" : "running");
      }
      ArrayNode recent = detail.putArray("recent_events");
      events.reversed().stream()
          .limit(10)
          .forEach(text -> recent.add(Json.parseObject(text, "event")));
      detail.putArray("sandboxes");
      return detail;
    }
  }
}
