package io.mirrorneuron.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.JobsPort.ReplayedLetter;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SentMessage;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.proto.ext.v1.DrainJobRequest;
import io.mirrorneuron.proto.ext.v1.ExplainJobRequest;
import io.mirrorneuron.proto.ext.v1.ReplayDeadLetterRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.proto.ext.v1.SendMessageRequest;
import io.mirrorneuron.proto.job.v1.CancelJobRequest;
import io.mirrorneuron.proto.job.v1.ClearJobsRequest;
import io.mirrorneuron.proto.job.v1.ExportJobBackupRequest;
import io.mirrorneuron.proto.job.v1.ExportJobBackupResponse;
import io.mirrorneuron.proto.job.v1.GetJobRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.ListJobsRequest;
import io.mirrorneuron.proto.job.v1.PauseJobRequest;
import io.mirrorneuron.proto.job.v1.RestoreJobBackupRequest;
import io.mirrorneuron.proto.job.v1.ResumeJobRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobResponse;
import io.mirrorneuron.proto.observability.v1.EventResponse;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcClient;
import io.mirrorneuron.proto.observability.v1.StreamEventsRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.GrpcMetadata.LogState;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.WarningTrailer;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link JobsPort} of a runtime behind gRPC; also works with the original runtime. */
final class GrpcJobsClient implements JobsPort {
  private final Vertx vertx;
  private final GrpcCalls calls;
  private final ExtensionCalls extensions;
  private final GrpcEventLog log;

  GrpcJobsClient(Vertx vertx, GrpcCalls calls) {
    this.vertx = vertx;
    this.calls = calls;
    this.extensions = new ExtensionCalls(calls);
    this.log = new GrpcEventLog(calls, this::get);
  }

  @Override
  public SubmittedJob submit(Submission submission) {
    return calls.exchange(
        JobServiceGrpcClient.SubmitJob,
        PayloadBytes.request(submission),
        metadata(submission.idempotencyKey(), submission.submittedBy()),
        response ->
            GrpcCalls.ended(response)
                .compose(end -> response.last())
                .map(job -> submitted(job, WarningTrailer.read(response.trailers()))));
  }

  @Override
  public Validation validate(Submission submission) {
    var request = PayloadBytes.request(submission);
    return extensions.call(Validation.class, RuntimeExtServiceGrpcClient.ValidateJob, request);
  }

  @Override
  public JobPlan plan(Submission submission) {
    var request = PayloadBytes.request(submission);
    return extensions.call(JobPlan.class, RuntimeExtServiceGrpcClient.PlanJob, request);
  }

  @Override
  public JobDetail get(String jobId) {
    GetJobRequest request = GetJobRequest.newBuilder().setJobId(jobId).build();
    ObjectNode detail =
        Json.parseObject(calls.call(JobServiceGrpcClient.GetJob, request).getJobJson(), "job_json");
    if (detail.isEmpty()) {
      // the original runtime's answer for an unknown job
      throw MnException.notFound("job", jobId);
    }
    return JobDetailForm.read(detail);
  }

  @Override
  public Why why(String jobId) {
    return extensions.call(
        Why.class,
        RuntimeExtServiceGrpcClient.ExplainJob,
        ExplainJobRequest.newBuilder().setJobId(jobId).build());
  }

  @Override
  public JobPage list(JobPage.Query query) {
    String page = calls.call(JobServiceGrpcClient.ListJobs, JobListing.of(query)).getJobsJson();
    return Json.read(page, JobPage.class, "jobs_json");
  }

  @Override
  public String cancel(String jobId, String by, String reason) {
    CancelJobRequest request = CancelJobRequest.newBuilder().setJobId(jobId).build();
    MultiMap metadata = metadata(null, by);
    GrpcMetadata.setText(metadata, GrpcMetadata.REASON, reason);
    return calls.call(JobServiceGrpcClient.CancelJob, request, metadata).getStatus();
  }

  @Override
  public String pause(String jobId, boolean drain, String by) {
    if (drain) {
      DrainJobRequest draining = DrainJobRequest.newBuilder().setJobId(jobId).build();
      return extensions
          .call(
              SubmittedJob.class,
              RuntimeExtServiceGrpcClient.DrainJob,
              draining,
              metadata(null, by))
          .status();
    }
    PauseJobRequest request = PauseJobRequest.newBuilder().setJobId(jobId).build();
    return calls.call(JobServiceGrpcClient.PauseJob, request, metadata(null, by)).getStatus();
  }

  @Override
  public String resume(String jobId, String by) {
    ResumeJobRequest request = ResumeJobRequest.newBuilder().setJobId(jobId).build();
    return calls.call(JobServiceGrpcClient.ResumeJob, request, metadata(null, by)).getStatus();
  }

  @Override
  public int clear(String adminToken, List<String> jobIds) {
    ClearJobsRequest.Builder request = ClearJobsRequest.newBuilder().addAllJobIds(jobIds);
    if (adminToken != null) {
      request.setAdminToken(adminToken);
    }
    return calls.call(JobServiceGrpcClient.ClearJobs, request.build()).getClearedCount();
  }

  @Override
  public EventPage events(String jobId, long after, int limit) {
    return log.after(jobId, after, limit);
  }

  @Override
  public EventPage lastEvents(String jobId, int limit) {
    return log.last(jobId, limit);
  }

  @Override
  public Subscription watch(String jobId, Runnable onChange) {
    return new EventWatch(vertx, calls, jobId, onChange).open();
  }

  @Override
  public ReplayedLetter replayDeadLetter(String jobId, int index) {
    return extensions.call(
        ReplayedLetter.class,
        RuntimeExtServiceGrpcClient.ReplayDeadLetter,
        ReplayDeadLetterRequest.newBuilder().setJobId(jobId).setIndex(index).build());
  }

  @Override
  public SentMessage send(String jobId, String agentId, ObjectNode message) {
    return extensions.call(
        SentMessage.class,
        RuntimeExtServiceGrpcClient.SendMessage,
        SendMessageRequest.newBuilder()
            .setJobId(jobId)
            .setAgentId(agentId)
            .setMessageJson(Json.write(message))
            .build());
  }

  @Override
  public Backup backup(String jobId) {
    ExportJobBackupResponse backup =
        calls.call(
            JobServiceGrpcClient.ExportJobBackup,
            ExportJobBackupRequest.newBuilder().setJobId(jobId).build());
    Map<String, byte[]> files = new HashMap<>();
    backup.getBundleFilesMap().forEach((path, bytes) -> files.put(path, bytes.toByteArray()));
    return new Backup(backup.getBackupJson(), files);
  }

  @Override
  public RestoredJob restore(Backup backup, String blueprintId, String runId, String by) {
    RestoreJobBackupRequest request =
        RestoreJobBackupRequest.newBuilder()
            .setBackupJson(backup.json())
            .putAllBundleFiles(PayloadBytes.of(backup.files()))
            .setBlueprintId(blueprintId == null ? "" : blueprintId)
            .setRunId(runId == null ? "" : runId)
            .build();
    return Json.read(
        calls
            .call(JobServiceGrpcClient.RestoreJobBackup, request, metadata(null, by))
            .getResultJson(),
        RestoredJob.class,
        "result_json");
  }

  @Override
  public ForkedJob fork(String jobId, ForkRequest request) {
    return extensions.call(
        ForkedJob.class,
        RuntimeExtServiceGrpcClient.ForkJob,
        ExtensionCalls.request(jobId, request),
        metadata(request.idempotencyKey(), request.submittedBy()));
  }

  @Override
  public ObjectNode decide(String jobId, HumanDecision decision) {
    return extensions.call(
        ObjectNode.class,
        RuntimeExtServiceGrpcClient.DecideRequest,
        ExtensionCalls.request(jobId, decision),
        metadata(null, decision.subject()));
  }

  private static SubmittedJob submitted(SubmitJobResponse job, List<String> warnings) {
    return new SubmittedJob(job.getJobId(), job.getStatus(), warnings);
  }

  /**
   * @param idempotencyKey or null
   * @param by user for whom the call is made, or null
   */
  private static MultiMap metadata(String idempotencyKey, String by) {
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    if (idempotencyKey != null) {
      metadata.set(GrpcMetadata.IDEMPOTENCY_KEY, idempotencyKey);
    }
    GrpcMetadata.setText(metadata, GrpcMetadata.ON_BEHALF_OF, by);
    return metadata;
  }

  /** Builds requests for lists of jobs. */
  private static final class JobListing {
    private JobListing() {}

    static ListJobsRequest of(JobPage.Query query) {
      ListJobsRequest.Builder request =
          ListJobsRequest.newBuilder()
              .setLimit(query.limit())
              .setIncludeTerminal(query.includeTerminal());
      Optional.ofNullable(query.cursor()).ifPresent(request::setCursor);
      Optional.ofNullable(query.status()).ifPresent(request::setStatus);
      Optional.ofNullable(query.name()).ifPresent(request::setName);
      Optional.ofNullable(query.createdAfter())
          .ifPresent(time -> request.setCreatedAfter(time.toString()));
      Optional.ofNullable(query.idPrefix()).ifPresent(request::setIdPrefix);
      return request.build();
    }
  }

  /** Reads pages of event logs from streams; also of the original runtime. */
  private static final class GrpcEventLog {
    private final GrpcCalls calls;
    private final Consumer<String> requireJob;

    /**
     * @param requireJob throws NOT_FOUND when there is no job of this id
     */
    GrpcEventLog(GrpcCalls calls, Consumer<String> requireJob) {
      this.calls = calls;
      this.requireJob = requireJob;
    }

    /** See {@link io.mirrorneuron.port.JobsPort#events}. */
    EventPage after(String jobId, long after, int limit) {
      return read(
          StreamEventsRequest.newBuilder().setJobId(jobId).setAfter(after).setMax(limit).build(),
          EventReader.first(after, limit));
    }

    /** See {@link io.mirrorneuron.port.JobsPort#lastEvents}. */
    EventPage last(String jobId, int limit) {
      StreamEventsRequest.Builder request = StreamEventsRequest.newBuilder().setJobId(jobId);
      EventReader reader = EventReader.last(limit);
      EventPage page = read(request.setLimit(limit).build(), reader);
      if (!reader.isDoubtful()) {
        return page;
      }
      // events of the original runtime have no numbers: they are counted from the first one
      return read(request.clearLimit().build(), EventReader.last(limit));
    }

    /**
     * Reads the whole stream, even for fewer events: cancelling a stream in transit costs the
     * connection, because the HTTP/2 codec answers each late frame with a reset and gives up after
     * 200.
     */
    private EventPage read(StreamEventsRequest request, EventReader reader) {
      List<String> events = new ArrayList<>();
      LogState state =
          calls.exchange(
              ObservabilityServiceGrpcClient.StreamEvents,
              request,
              MultiMap.caseInsensitiveMultiMap(),
              response -> {
                response.handler(event -> events.add(event.getEventJson()));
                return GrpcCalls.ended(response).map(ended -> state(response));
              });
      events.forEach(reader::accept);
      if (state == LogState.UNKNOWN) {
        throw MnException.notFound("job", request.getJobId());
      }
      if (state == null && reader.isEmpty()) {
        // the original runtime has an empty history for unknown jobs; this one throws
        requireJob.accept(request.getJobId());
      }
      return reader.page(state);
    }

    /** The log state that the runtime reports, or null for none. */
    private static LogState state(GrpcClientResponse<?, ?> response) {
      String text = response.trailers().get(GrpcMetadata.LOG_STATE);
      if (text == null) {
        text = response.headers().get(GrpcMetadata.LOG_STATE);
      }
      return text == null ? null : LogState.valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * Builds a page from an event stream. Not thread-safe.
   *
   * <p>Runtimes of this project number their events; the original always sends its whole history,
   * so an event's number is its position there, from 1.
   */
  static final class EventReader {
    private static final Set<String> TERMINAL =
        Set.of("job_completed", "job_failed", "job_cancelled");

    private final long after;
    private final int limit;
    private final boolean keepLast;
    private final Deque<String> events = new ArrayDeque<>();
    private long position;
    private long next;
    private boolean numbered = true;
    private boolean terminal;
    private boolean overflow;

    private EventReader(long after, int limit, boolean keepLast) {
      this.after = after;
      this.limit = limit;
      this.keepLast = keepLast;
      this.next = after;
    }

    /** Keeps the first {@code limit} events numbered above {@code after}. */
    static EventReader first(long after, int limit) {
      return new EventReader(after, limit, false);
    }

    /** Keeps the last {@code limit} events. */
    static EventReader last(int limit) {
      return new EventReader(0, limit, true);
    }

    void accept(String json) {
      if (overflow) {
        return;
      }
      ObjectNode event = Json.parseObject(json, "event_json");
      position++;
      JobEventFacts facts = JobEventFacts.read(event);
      long number = position;
      String text = json;
      if (facts.seq() != null) {
        number = facts.seq();
      } else {
        numbered = false;
        text = Json.write(event.put("seq", number));
      }
      if (number > after) {
        keep(text, number);
      }
      terminal |= TERMINAL.contains(facts.type());
    }

    private void keep(String text, long number) {
      if (events.size() == limit && keepLast) {
        events.removeFirst();
      }
      if (events.size() < limit) {
        events.addLast(text);
        next = number;
      } else {
        overflow = true;
      }
    }

    /** Whether no event has come. */
    boolean isEmpty() {
      return position == 0;
    }

    /** Whether a runtime without event numbers may have withheld events. */
    boolean isDoubtful() {
      return !numbered && position == limit;
    }

    /**
     * @param state reported at the stream's end, or null for none
     */
    EventPage page(LogState state) {
      boolean complete = state == null ? terminal : state == LogState.ENDED;
      return new EventPage(List.copyOf(events), next, complete && !overflow);
    }
  }

  /**
   * Notifies about a job's new events. A broken stream counts as an event, so that the listener
   * reads for itself, and is reopened until the job has ended.
   *
   * <p>Each stream begins with the last stored event, so no event committed before it is missed.
   * Runtimes of this project send one event for many at a time: cancelling a busy stream costs the
   * connection, see {@link GrpcJobsClient.GrpcEventLog}.
   */
  private static final class EventWatch implements JobsPort.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(EventWatch.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final GrpcCalls calls;
    private final StreamEventsRequest request;
    private final Runnable onChange;

    private GrpcClientRequest<?, ?> stream;
    private long timer = -1;
    private boolean closed;

    EventWatch(Vertx vertx, GrpcCalls calls, String jobId, Runnable onChange) {
      this.vertx = vertx;
      this.calls = calls;
      this.request =
          StreamEventsRequest.newBuilder()
              .setJobId(jobId)
              .setFollow(true)
              .setLimit(1)
              .setLatestOnly(true)
              .build();
      this.onChange = onChange;
    }

    EventWatch open() {
      calls
          .<StreamEventsRequest, EventResponse>open(
              ObservabilityServiceGrpcClient.StreamEvents, Duration.ZERO)
          .compose(
              call -> {
                if (!remember(call)) {
                  call.cancel();
                }
                return call.send(request)
                    .compose(
                        response -> {
                          response.handler(event -> changed());
                          return GrpcCalls.ended(response);
                        });
              })
          .onSuccess(ended -> changed())
          .onFailure(this::broken);
      return this;
    }

    /** Notifies the listener and, unless the job is gone, retries after a pause. */
    private void broken(Throwable cause) {
      changed();
      if (!(cause instanceof MnException failure) || failure.code() != ErrorCode.NOT_FOUND) {
        LOG.debug("event stream of {} broke, opening another", request.getJobId(), cause);
        synchronized (this) {
          if (!closed) {
            timer = vertx.setTimer(RETRY.toMillis(), fired -> open());
          }
        }
      }
    }

    private synchronized boolean remember(GrpcClientRequest<?, ?> call) {
      stream = call;
      return !closed;
    }

    private void changed() {
      synchronized (this) {
        if (closed) {
          return;
        }
      }
      onChange.run();
    }

    @Override
    public void close() {
      GrpcClientRequest<?, ?> open;
      synchronized (this) {
        closed = true;
        vertx.cancelTimer(timer);
        open = stream;
      }
      if (open != null) {
        open.cancel();
      }
    }
  }
}
