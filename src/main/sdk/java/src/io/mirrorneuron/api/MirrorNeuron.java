package io.mirrorneuron.api;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.HumanAnswer;
import io.mirrorneuron.api.model.HumanRecord;
import io.mirrorneuron.api.model.JobDetail;
import io.mirrorneuron.api.model.JobOfDetail;
import io.mirrorneuron.api.model.RunPage;
import io.mirrorneuron.api.model.RunStreamRecord;
import io.mirrorneuron.api.model.SubmitRequest;
import io.mirrorneuron.api.model.SubmittedJob;
import io.mirrorneuron.api.model.Validation;
import io.mirrorneuron.api.model.WorkflowProgress;
import io.mirrorneuron.api.operations.BlueprintsApi;
import io.mirrorneuron.api.operations.HumanApi;
import io.mirrorneuron.api.operations.JobsApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * One server: what is done most, with uploads, streams and waiting. All other operations of the
 * contract are in {@code io.mirrorneuron.api.operations}, over {@link #connection()}. For any number
 * of threads.
 */
public final class MirrorNeuron {
  private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");
  private static final int LONGEST_WAIT = 50;
  private static final int EXPORT_SECONDS = 110;

  private final Connection connection;

  /**
   * A server at an address.
   *
   * @param url with or without {@code /api/v1}
   * @param token null where the server asks for none
   */
  public MirrorNeuron(String url, String token) {
    connection = new Connection(Settings.withBasePath(url), token);
  }

  /**
   * The server that the environment or the home of MirrorNeuron names: as {@link #find(String,
   * String, Path)} with nothing given.
   *
   * @return that server
   */
  public static MirrorNeuron find() {
    return find(null, null, null);
  }

  /**
   * The server that the arguments, the environment or the home of MirrorNeuron name. The address is
   * {@code url}, else {@code MN_API_BASE_URL}, else that of the server that runs with this home
   * ({@code home}, else {@code MN_HOME}, else {@code ~/.mn}), else port 54001 of this machine. The
   * token is {@code token}, else {@code MN_API_TOKEN}, else the content of {@code
   * MN_API_TOKEN_FILE}, else that of the home where the address comes from there too.
   *
   * @param url with or without {@code /api/v1}; may be null
   * @param token may be null
   * @param home may be null
   * @return that server
   */
  public static MirrorNeuron find(String url, String token, Path home) {
    Settings found = Settings.find(url, token, home, System.getenv());
    return new MirrorNeuron(found.url(), found.token());
  }

  /** {@return what the operations are called over} */
  public Connection connection() {
    return connection;
  }

  /**
   * Starts a job. A key of its own is sent, so that it may be sent twice and makes one job.
   *
   * @param request the manifest, or the bundle that was uploaded, and more
   * @return the job
   */
  public SubmittedJob submit(SubmitRequest request) {
    return submit(request, UUID.randomUUID().toString());
  }

  /**
   * Starts a job.
   *
   * @param request the manifest, or the bundle that was uploaded, and more
   * @param idempotencyKey the same key and content give the same job
   * @return the job
   */
  public SubmittedJob submit(SubmitRequest request, String idempotencyKey) {
    Call call = new Call("POST", "/jobs");
    call.header("Idempotency-Key", idempotencyKey);
    call.body(request);
    return connection.answer(call, new TypeReference<SubmittedJob>() {});
  }

  /**
   * Starts a job of a manifest.
   *
   * @param manifest as in the file
   * @return the job
   */
  public SubmittedJob submit(Map<String, Object> manifest) {
    return submit(SubmitRequest.builder().manifest(manifest).build());
  }

  /**
   * Uploads a folder or a zip and starts a job of it.
   *
   * @param bundle the folder or zip
   * @param inputs values of inputs that the manifest declares; may be empty
   * @return the job
   */
  public SubmittedJob submitBundle(Path bundle, Map<String, Object> inputs) {
    return submitBundle(bundle, inputs, UUID.randomUUID().toString());
  }

  /**
   * Uploads a folder or a zip and starts a job of it.
   *
   * @param bundle the folder or zip
   * @param inputs values of inputs that the manifest declares; may be empty
   * @param idempotencyKey the same key and content give the same job
   * @return the job
   */
  public SubmittedJob submitBundle(Path bundle, Map<String, Object> inputs, String idempotencyKey) {
    SubmitRequest request = SubmitRequest.builder().bundlePath(upload(bundle)).inputs(inputs).build();
    return submit(request, idempotencyKey);
  }

  /**
   * Uploads a folder or a zip.
   *
   * @param bundle the folder or zip
   * @return the {@code bundle_path}, good for 24 hours
   */
  public String upload(Path bundle) {
    try (Bundles.Packed zip = Bundles.pack(bundle)) {
      return new BlueprintsApi(connection).uploadBundle(zip.file()).bundlePath();
    } catch (IOException failure) {
      throw new UncheckedIOException("the bundle " + bundle + " cannot be read", failure);
    }
  }

  /**
   * Says what a submission would be told; nothing runs.
   *
   * @param request what would be submitted
   * @return the report
   */
  public Validation validate(SubmitRequest request) {
    return new JobsApi(connection).validateJob(request);
  }

  /**
   * Says what the submission of a manifest would be told; nothing runs.
   *
   * @param manifest as in the file
   * @return the report
   */
  public Validation validate(Map<String, Object> manifest) {
    return validate(SubmitRequest.builder().manifest(manifest).build());
  }

  /**
   * Uploads a folder or a zip and says what its submission would be told.
   *
   * @param bundle the folder or zip
   * @return the report
   */
  public Validation validate(Path bundle) {
    return validate(SubmitRequest.builder().bundlePath(upload(bundle)).build());
  }

  /**
   * Waits until a job has ended, however it did. Restarts of the server are waited for as well.
   *
   * @param jobId the job
   * @param timeout how long
   * @return its last state
   * @throws TimeoutException when it has not ended by then
   */
  public JobOfDetail wait(String jobId, Duration timeout) throws TimeoutException {
    long until = System.nanoTime() + timeout.toNanos();
    Patience patience = new Patience("job " + jobId, FollowOptions.USUAL.patience());
    while (true) {
      long left = Math.max(0, until - System.nanoTime());
      try {
        JobOfDetail job = status(jobId, Math.min(LONGEST_WAIT, Duration.ofNanos(left).toSeconds()));
        if (job.status() != null && ENDED.contains(job.status())) {
          return job;
        }
        patience.connected();
        patience.gotOn();
        if (left == 0) {
          throw new TimeoutException("job " + jobId + " is " + job.status());
        }
        if (left < Duration.ofSeconds(1).toNanos()) {
          Connection.rest(Duration.ofNanos(left));
        }
      } catch (UncheckedIOException | ProblemException cause) {
        patience.lost(cause);
      }
    }
  }

  private JobOfDetail status(String jobId, long seconds) {
    Call call = new Call("GET", "/jobs/{job_id}");
    call.timeout((int) seconds);
    call.path("job_id", jobId);
    call.query("include", "status");
    call.query("wait", seconds);
    return connection.answer(call, new TypeReference<JobDetail>() {}).job();
  }

  /**
   * The events of a job, each once, those of the past first, until it has ended.
   *
   * @param jobId the job
   * @return the events
   */
  public Records<Event> followJob(String jobId) {
    return followJob(jobId, FollowOptions.USUAL);
  }

  /**
   * The events of a job, each once, those of the past first, until it has ended.
   *
   * @param jobId the job
   * @param options how
   * @return the events
   */
  public Records<Event> followJob(String jobId, FollowOptions options) {
    Call call = new Call("GET", "/jobs/{job_id}/events");
    call.path("job_id", jobId);
    return follow(call, options, Event.class);
  }

  /**
   * Events, logs, resources and what people are asked of a run, each record once, until it is over.
   *
   * @param runId the run
   * @return the records
   */
  public Records<RunStreamRecord> followRun(String runId) {
    return followRun(runId, "events,logs,human,resources", FollowOptions.USUAL);
  }

  /**
   * All that is recorded in a run, each record once, until it is over.
   *
   * @param runId the run
   * @param channels of events, logs, human, resources, errors and timeline, in a comma list
   * @param options how
   * @return the records
   */
  public Records<RunStreamRecord> followRun(String runId, String channels, FollowOptions options) {
    return follow(run(runId, channels), options, RunStreamRecord.class);
  }

  /**
   * What a run asks people, and what they answer.
   *
   * @param runId the run
   * @return the records
   */
  public Records<HumanRecord> followHuman(String runId) {
    return followHuman(runId, FollowOptions.USUAL);
  }

  /**
   * What a run asks people, and what they answer.
   *
   * @param runId the run
   * @param options how
   * @return the records
   */
  public Records<HumanRecord> followHuman(String runId, FollowOptions options) {
    String path = run(runId, "human").target();
    return new Records<>(
        connection, path, options, data -> human(connection.record(data, RunStreamRecord.class)));
  }

  /** The record as it is in the log; a program may have written no more than its type and payload. */
  private HumanRecord human(RunStreamRecord record) {
    Map<String, Object> whole = new HashMap<>();
    whole.put("ts", record.ts());
    whole.put("run_id", record.runId());
    whole.put("channel", record.channel());
    whole.put("type", record.type());
    whole.put("payload", Map.of());
    if (record.payload() != null) {
      whole.putAll(record.payload());
    }
    return connection.convert(whole, HumanRecord.class);
  }

  /**
   * How far the steps of a job are, whenever that changes; who is slow gets the newest.
   *
   * @param jobId the job
   * @return each state
   */
  public Records<WorkflowProgress> followProgress(String jobId) {
    return followProgress(jobId, FollowOptions.USUAL);
  }

  /**
   * How far the steps of a job are, whenever that changes; who is slow gets the newest.
   *
   * @param jobId the job
   * @param options how
   * @return each state
   */
  public Records<WorkflowProgress> followProgress(String jobId, FollowOptions options) {
    Call call = new Call("GET", "/jobs/{job_id}/workflow-progress/stream");
    call.path("job_id", jobId);
    return follow(call, options, WorkflowProgress.class);
  }

  /**
   * The newest runs, at once and whenever one of them changes; it has no end.
   *
   * @return each list
   */
  public Records<RunPage> followRuns() {
    return followRuns(null, null, FollowOptions.USUAL);
  }

  /**
   * The newest runs, at once and whenever one of them changes; it has no end.
   *
   * @param status only those that have it; null for all
   * @param jobId only those of this job; null for all
   * @param options how
   * @return each list
   */
  public Records<RunPage> followRuns(String status, String jobId, FollowOptions options) {
    Call call = new Call("GET", "/runs/stream");
    call.query("status", status);
    call.query("job_id", jobId);
    return follow(call, options, RunPage.class);
  }

  /**
   * The streams of many topics over one WebSocket, until all have ended.
   *
   * @param topics for example {@code job_events:JOB_ID} or {@code run:RUN_ID?channels=logs}
   * @return their messages
   */
  public Realtime realtime(String... topics) {
    Map<String, Long> fromTheBeginning = new LinkedHashMap<>();
    for (String topic : topics) {
      fromTheBeginning.put(topic, null);
    }
    return realtime(fromTheBeginning, RealtimeOptions.USUAL);
  }

  /**
   * The streams of many topics over one WebSocket, until all have ended.
   *
   * @param topics for each the version of the last message already known; null for none
   * @param options how
   * @return their messages
   */
  public Realtime realtime(Map<String, Long> topics, RealtimeOptions options) {
    return new Realtime(connection, topics, options);
  }

  /**
   * Answers what a run asks.
   *
   * @param runId the run
   * @param requestId the request
   * @param decision one of those that the request offers
   * @return the record of it
   */
  public HumanRecord answer(String runId, String requestId, String decision) {
    return answer(runId, requestId, HumanAnswer.builder().decision(decision).build());
  }

  /**
   * Answers what a run asks.
   *
   * @param runId the run
   * @param requestId the request
   * @param answer the decision, who decided, and the fields of the form ({@code other})
   * @return the record of it
   */
  public HumanRecord answer(String runId, String requestId, HumanAnswer answer) {
    return new HumanApi(connection).respondToRunHuman(runId, requestId, answer, null);
  }

  /**
   * What came out of a run.
   *
   * @param runId the run
   * @return the result's members
   */
  public Map<String, Object> result(String runId) {
    Call call = new Call("GET", "/runs/{run_id}/result");
    call.path("run_id", runId);
    return connection.answer(call, new TypeReference<Map<String, Object>>() {});
  }

  /**
   * Writes a run to a zip file, which is there whole or not at all.
   *
   * @param runId the run
   * @param file the file
   * @throws IOException when the file cannot be written, or the way to the server breaks
   */
  public void export(String runId, Path file) throws IOException {
    export(runId, file, "zip");
  }

  /**
   * Writes a run to a file, which is there whole or not at all.
   *
   * @param runId the run
   * @param file the file
   * @param form zip, json or markdown
   * @throws IOException when the file cannot be written, or the way to the server breaks
   */
  public void export(String runId, Path file, String form) throws IOException {
    Call call = new Call("GET", "/runs/{run_id}/export");
    call.timeout(EXPORT_SECONDS);
    call.path("run_id", runId);
    call.query("format", form);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (InputStream content = connection.open(call)) {
      Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static Call run(String runId, String channels) {
    Call call = new Call("GET", "/runs/{run_id}/stream");
    call.path("run_id", runId);
    call.query("channels", channels);
    return call;
  }

  private <T> Records<T> follow(Call call, FollowOptions options, Class<T> type) {
    return new Records<>(
        connection, call.target(), options, data -> connection.record(data, type));
  }
}
