package io.mirrorneuron.api;

import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.RunPage;
import io.mirrorneuron.api.model.RunStreamRecord;
import io.mirrorneuron.api.model.WorkflowProgress;
import java.util.LinkedHashMap;
import java.util.Map;

/** What of {@link MirrorNeuron} follows streams. */
abstract class StreamCalls {
  final Connection connection;

  StreamCalls(Connection connection) {
    this.connection = connection;
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
  public Records<RunRecord> followRun(String runId) {
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
  public Records<RunRecord> followRun(String runId, String channels, FollowOptions options) {
    return new Records<>(
        connection,
        run(runId, channels).target(),
        options,
        data -> RunRecord.of(connection.record(data, RunStreamRecord.class)));
  }

  /**
   * What a run asks people, and what they answer.
   *
   * @param runId the run
   * @return the records
   */
  public Records<RunRecord> followHuman(String runId) {
    return followHuman(runId, FollowOptions.USUAL);
  }

  /**
   * What a run asks people, and what they answer.
   *
   * @param runId the run
   * @param options how
   * @return the records
   */
  public Records<RunRecord> followHuman(String runId, FollowOptions options) {
    return followRun(runId, "human", options);
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
