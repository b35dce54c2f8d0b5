package io.mirrorneuron.api;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.HumanAnswer;
import io.mirrorneuron.api.model.HumanRecord;
import io.mirrorneuron.api.model.JobDetail;
import io.mirrorneuron.api.model.JobOfDetail;
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
  private static final Duration PATIENCE = Duration.ofSeconds(120);
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
   * The server that the environment or the home of MirrorNeuron names: {@code MN_API_BASE_URL}, else
   * the one that runs with {@code MN_HOME} (else {@code ~/.mn}), else port 54001 of this machine. The
   * token is {@code MN_API_TOKEN}, else the content of {@code MN_API_TOKEN_FILE}, else that of the
   * home where the address comes from there too.
   *
   * @return that server
   */
  public static MirrorNeuron find() {
    Settings found = Settings.find(System.getenv());
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
   * Uploads a folder or a zip and starts a job of it.
   *
   * @param bundle the folder or zip
   * @param inputs values of inputs that the manifest declares; may be empty
   * @return the job
   */
  public SubmittedJob submitBundle(Path bundle, Map<String, Object> inputs) {
    return submit(SubmitRequest.builder().bundlePath(upload(bundle)).inputs(inputs).build());
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
  public JobOfDetail await(String jobId, Duration timeout) throws TimeoutException {
    long until = System.nanoTime() + timeout.toNanos();
    Patience patience = new Patience("job " + jobId, PATIENCE);
    while (true) {
      long left = Math.max(0, until - System.nanoTime());
      try {
        JobOfDetail job = status(jobId, Math.min(LONGEST_WAIT, Duration.ofNanos(left).toSeconds()));
        if (ENDED.contains(job.status())) {
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
   * @param after the number of the last event already known; null for all
   * @return the events
   */
  public Records<Event> followJob(String jobId, Long after) {
    Call call = new Call("GET", "/jobs/{job_id}/events");
    call.path("job_id", jobId);
    return follow(call, after == null ? null : after.toString(), Event.class);
  }

  /**
   * All that is recorded in a run, each record once, until it is over.
   *
   * @param runId the run
   * @param channels of events, logs, human, resources, errors and timeline, in a comma list
   * @param after the id or number of the last record already known; null for all
   * @return the records
   */
  public Records<RunStreamRecord> followRun(String runId, String channels, String after) {
    return follow(run(runId, channels), after, RunStreamRecord.class);
  }

  /**
   * What a run asks people, and what they answer.
   *
   * @param runId the run
   * @return the records
   */
  public Records<HumanRecord> followHuman(String runId) {
    String path = run(runId, "human").target();
    return new Records<>(
        connection,
        path,
        null,
        data -> connection.humanRecord(connection.record(data, RunStreamRecord.class)),
        new Patience(path, PATIENCE));
  }

  /**
   * How far the steps of a job are, whenever that changes; who is slow gets the newest.
   *
   * @param jobId the job
   * @return each state
   */
  public Records<WorkflowProgress> followProgress(String jobId) {
    Call call = new Call("GET", "/jobs/{job_id}/workflow-progress/stream");
    call.path("job_id", jobId);
    return follow(call, null, WorkflowProgress.class);
  }

  /**
   * Answers what a run asks.
   *
   * @param runId the run
   * @param requestId the request
   * @param answer the decision and the fields of the form
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

  private <T> Records<T> follow(Call call, String after, Class<T> type) {
    Patience patience = new Patience(call.target(), PATIENCE);
    return new Records<>(
        connection, call.target(), after, data -> connection.record(data, type), patience);
  }
}
