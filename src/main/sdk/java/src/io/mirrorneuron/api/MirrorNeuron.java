package io.mirrorneuron.api;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.api.model.ArtifactRef;
import io.mirrorneuron.api.model.CancelRequest;
import io.mirrorneuron.api.model.DispatchReport;
import io.mirrorneuron.api.model.DispatchRequest;
import io.mirrorneuron.api.model.HumanAnswer;
import io.mirrorneuron.api.model.HumanInbox;
import io.mirrorneuron.api.model.HumanRecord;
import io.mirrorneuron.api.model.HumanRequest;
import io.mirrorneuron.api.model.JobOfDetail;
import io.mirrorneuron.api.model.JobRow;
import io.mirrorneuron.api.model.LogRecord;
import io.mirrorneuron.api.model.NewWebhook;
import io.mirrorneuron.api.model.RunLogList;
import io.mirrorneuron.api.model.RunPage;
import io.mirrorneuron.api.model.RunRow;
import io.mirrorneuron.api.model.Schedule;
import io.mirrorneuron.api.model.ScheduleList;
import io.mirrorneuron.api.model.StatusChange;
import io.mirrorneuron.api.model.Webhook;
import io.mirrorneuron.api.operations.HumanApi;
import io.mirrorneuron.api.operations.JobsApi;
import io.mirrorneuron.api.operations.ObservabilityApi;
import io.mirrorneuron.api.operations.RunsApi;
import io.mirrorneuron.api.operations.SchedulesApi;
import io.mirrorneuron.api.operations.WebhooksApi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One server: what is done most, with uploads, streams and waiting. All other operations of the
 * contract are in {@code io.mirrorneuron.api.operations}, over {@link #connection()}. For any number
 * of threads. Failures are {@link MirrorNeuronException}.
 */
public final class MirrorNeuron extends SubmitCalls {
  private static final int EXPORT_SECONDS = 110;
  private static final Map<String, String> TYPES =
      Map.of("zip", "application/zip", "json", "application/json", "markdown", "text/markdown");

  /**
   * A server at an address.
   *
   * @param url with or without {@code /api/v1}
   * @param token null where the server asks for none
   * @throws BadArgumentException for what can be no address or no token
   */
  public MirrorNeuron(String url, String token) {
    this(url, token, ClientOptions.USUAL);
  }

  /**
   * A server at an address.
   *
   * @param url with or without {@code /api/v1}
   * @param token null where the server asks for none
   * @param options how requests are sent
   * @throws BadArgumentException for what can be no address or no token
   */
  public MirrorNeuron(String url, String token, ClientOptions options) {
    super(new Connection(Settings.withBasePath(url), token, options));
  }

  /**
   * The server that the environment or the home of MirrorNeuron names: as {@link #find(String,
   * String, Path, ClientOptions)} with nothing given.
   *
   * @return that server
   */
  public static MirrorNeuron find() {
    return find(ClientOptions.USUAL);
  }

  /**
   * The same with options.
   *
   * @param options how requests are sent
   * @return that server
   */
  public static MirrorNeuron find(ClientOptions options) {
    return find(null, null, null, options);
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
   * @param options how requests are sent
   * @return that server
   */
  public static MirrorNeuron find(String url, String token, Path home, ClientOptions options) {
    Settings found = Settings.find(url, token, home, System.getenv());
    return new MirrorNeuron(found.url(), found.token(), options);
  }

  /** {@return what the operations are called over} */
  public Connection connection() {
    return connection;
  }

  /**
   * Waits until a job has ended, however long that takes and however it ends. Restarts of the server
   * are waited for as well.
   *
   * @param jobId the job
   * @return its last state
   */
  public JobOfDetail wait(String jobId) {
    return wait(jobId, WaitOptions.USUAL);
  }

  /**
   * Waits until a job has ended, however it did.
   *
   * @param jobId the job
   * @param timeout how long
   * @return its last state
   * @throws TimedOutException when it is not known to have ended by then
   */
  public JobOfDetail wait(String jobId, Duration timeout) {
    return wait(jobId, WaitOptions.USUAL.withTimeout(timeout));
  }

  /**
   * Waits until a job has ended.
   *
   * @param jobId the job
   * @param options how
   * @return its last state
   * @throws TimedOutException when it is not known to have ended in time
   * @throws JobFailedException when it was to be checked, and ended otherwise than completed
   */
  public JobOfDetail wait(String jobId, WaitOptions options) {
    JobOfDetail job = new Waiting(connection, jobId, options).end();
    if (options.check() && !"completed".equals(job.status())) {
      throw new JobFailedException(jobId, job, stderr(job.runId() == null ? "run-" + jobId : job.runId()));
    }
    return job;
  }

  /** Of what failed, as far as the result tells. */
  private String stderr(String runId) {
    try {
      return result(runId).get("error") instanceof Map<?, ?> error
              && error.get("details") instanceof Map<?, ?> details
              && details.get("stderr_tail") instanceof String tail
          ? tail
          : "";
    } catch (ProblemException | ConnectionLostException | UnreadableAnswerException none) {
      return "";
    }
  }

  /**
   * Ends a job and its processes.
   *
   * @param jobId the job
   * @return its status now
   */
  public StatusChange cancel(String jobId) {
    return new JobsApi(connection).cancelJob(jobId);
  }

  /**
   * Ends a job and its processes.
   *
   * @param jobId the job
   * @param reason why, in words for people
   * @return its status now
   */
  public StatusChange cancel(String jobId, String reason) {
    CancelRequest request = CancelRequest.builder().reason(reason).build();
    return new JobsApi(connection)
        .cancelJob(jobId, new JobsApi.CancelJobOptions().cancelRequest(request));
  }

  /**
   * Stops a job; programs that run are ended.
   *
   * @param jobId the job
   * @return its status now
   */
  public StatusChange pause(String jobId) {
    return pause(jobId, false);
  }

  /**
   * Stops a job.
   *
   * @param jobId the job
   * @param drain whether programs that run end by themselves first
   * @return its status now
   */
  public StatusChange pause(String jobId, boolean drain) {
    return new JobsApi(connection).pauseJob(jobId, new JobsApi.PauseJobOptions().drain(drain));
  }

  /**
   * Lets a paused job go on.
   *
   * @param jobId the job
   * @return its status now
   */
  public StatusChange resume(String jobId) {
    return new JobsApi(connection).resumeJob(jobId);
  }

  /**
   * The jobs that changed last, newest first; a server tells the newest 1000.
   *
   * @return them
   */
  public Pages<JobRow> jobs() {
    return jobs(new JobsApi.ListJobsOptions().limit(1000L));
  }

  /**
   * The jobs that changed last, newest first.
   *
   * @param which of them
   * @return them
   */
  public Pages<JobRow> jobs(JobsApi.ListJobsOptions which) {
    return new Pages<>(
        first -> new Pages.Page<>(new JobsApi(connection).listJobs(which).data(), null));
  }

  /**
   * All runs, newest first.
   *
   * @return them
   */
  public Pages<RunRow> runs() {
    return runs(new RunsApi.ListRunsOptions());
  }

  /**
   * Runs, newest first.
   *
   * @param which of them; the limit is that of a page
   * @return them
   */
  public Pages<RunRow> runs(RunsApi.ListRunsOptions which) {
    return new Pages<>(
        cursor -> {
          RunPage page =
              new RunsApi(connection).listRuns(cursor == null ? which : which.cursor(cursor));
          return new Pages.Page<>(page.data(), page.next());
        });
  }

  /**
   * What people are asked and have not answered yet, of all runs that are not over.
   *
   * @return the questions
   */
  public Pages<HumanRequest> questions() {
    return questions(new HumanApi.ListHumanOptions());
  }

  /**
   * What people are asked and have not answered yet.
   *
   * @param which of these questions; the limit is that of a page
   * @return the questions
   */
  public Pages<HumanRequest> questions(HumanApi.ListHumanOptions which) {
    return new Pages<>(
        cursor -> {
          HumanInbox page =
              new HumanApi(connection).listHuman(cursor == null ? which : which.cursor(cursor));
          return new Pages.Page<>(page.data(), page.next());
        });
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
    return new HumanApi(connection).respondToRunHuman(runId, requestId, answer);
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
   * What the programs of a run have printed so far, oldest first. {@code followRun} waits for more.
   *
   * @param runId the run
   * @return a record for each line
   */
  public Pages<LogRecord> logs(String runId) {
    return logs(runId, new ObservabilityApi.ListRunLogsOptions().limit(1000L));
  }

  /**
   * What the programs of a run have printed so far, oldest first.
   *
   * @param runId the run
   * @param which of these lines; the limit is that of a page
   * @return a record for each line
   */
  public Pages<LogRecord> logs(String runId, ObservabilityApi.ListRunLogsOptions which) {
    return new Pages<>(
        cursor -> {
          RunLogList page =
              new ObservabilityApi(connection)
                  .listRunLogs(runId, which.after(cursor == null ? "0" : cursor));
          boolean last = page.data().isEmpty() || page.next() == null;
          return new Pages.Page<>(page.data(), last ? null : String.valueOf(page.next()));
        });
  }

  /**
   * All schedules, oldest first.
   *
   * @return the schedules
   */
  public Pages<Schedule> schedules() {
    return schedules(new SchedulesApi.ListSchedulesOptions());
  }

  /**
   * Schedules, oldest first.
   *
   * @param which of them; the limit is that of a page
   * @return the schedules
   */
  public Pages<Schedule> schedules(SchedulesApi.ListSchedulesOptions which) {
    return new Pages<>(
        cursor -> {
          ScheduleList page =
              new SchedulesApi(connection)
                  .listSchedules(cursor == null ? which : which.after(cursor));
          return new Pages.Page<>(page.data(), page.next());
        });
  }

  /**
   * Makes a job of a schedule now, also of a paused one.
   *
   * @param scheduleId the schedule
   * @return which job, or why there is none
   */
  public DispatchReport runSchedule(String scheduleId) {
    SchedulesApi.DispatchScheduleOptions key =
        new SchedulesApi.DispatchScheduleOptions().idempotencyKey(UUID.randomUUID().toString());
    return new SchedulesApi(connection)
        .dispatchSchedule(scheduleId, DispatchRequest.builder().build(), key);
  }

  /**
   * All webhooks: the addresses at which others tell this server, and the targets that it tells.
   *
   * @return the webhooks
   */
  public List<Webhook> webhooks() {
    return new WebhooksApi(connection).listWebhooks().data();
  }

  /**
   * Makes a target that is told what happens here ({@code direction} {@code outbound}), or an address
   * at which others tell what happened there.
   *
   * @param wanted the webhook
   * @return the same with its secret, which no other answer has
   */
  public Webhook createWebhook(NewWebhook wanted) {
    return new WebhooksApi(connection).createWebhook(wanted);
  }

  /**
   * The files of a run, each with its {@code relativePath}.
   *
   * @param runId the run
   * @return the files
   */
  public List<ArtifactRef> artifacts(String runId) {
    return new RunsApi(connection).listRunArtifacts(runId).artifacts();
  }

  /**
   * Writes a file of a run to a file, which is there whole or not at all.
   *
   * @param runId the run
   * @param path its {@code relativePath}
   * @param to the file
   */
  public void download(String runId, String path, Path to) {
    Call call = new Call("GET", "/runs/{run_id}/artifacts/{artifact_path}");
    call.path("run_id", runId);
    call.path("artifact_path", path);
    Saving.save(() -> connection.open(call), connection.what(call), to);
  }

  /**
   * Writes a run to a zip file, which is there whole or not at all.
   *
   * @param runId the run
   * @param file the file
   */
  public void export(String runId, Path file) {
    export(runId, file, "zip");
  }

  /**
   * Writes a run to a file, which is there whole or not at all.
   *
   * @param runId the run
   * @param file the file
   * @param form zip, json or markdown
   */
  public void export(String runId, Path file, String form) {
    Call call = new Call("GET", "/runs/{run_id}/export");
    call.timeout(EXPORT_SECONDS);
    call.path("run_id", runId);
    call.query("format", form);
    String type = TYPES.getOrDefault(form, "");
    Saving.save(() -> connection.open(call, type), connection.what(call), file);
  }
}
