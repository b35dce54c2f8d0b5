package io.mirrorneuron.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.proto.ext.v1.DrainJobRequest;
import io.mirrorneuron.proto.ext.v1.ExplainJobRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.ForkJobRequest;
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
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobResponse;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcClient;
import io.mirrorneuron.proto.observability.v1.StreamEventsRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.GrpcMetadata.LogState;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.ServiceMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@link JobsPort} of a runtime behind gRPC; also works with the original runtime. */
final class GrpcJobsClient implements JobsPort {
  private final Vertx vertx;
  private final GrpcCalls calls;

  GrpcJobsClient(Vertx vertx, GrpcCalls calls) {
    this.vertx = vertx;
    this.calls = calls;
  }

  @Override
  public SubmittedJob submit(Submission submission) {
    SubmitJobRequest request =
        SubmitJobRequest.newBuilder()
            .setManifestJson(submission.manifestJson())
            .putAllPayloads(PayloadBytes.of(submission.payloads()))
            .build();
    SubmitJobResponse job =
        calls.call(
            JobServiceGrpcClient.SubmitJob,
            request,
            metadata(submission.idempotencyKey(), submission.submittedBy()));
    return new SubmittedJob(job.getJobId(), job.getStatus());
  }

  @Override
  public ObjectNode get(String jobId) {
    GetJobRequest request = GetJobRequest.newBuilder().setJobId(jobId).build();
    ObjectNode detail =
        Json.parseObject(calls.call(JobServiceGrpcClient.GetJob, request).getJobJson(), "job_json");
    if (detail.isEmpty()) {
      // How the original runtime says that it does not know the job.
      throw MnException.notFound("job", jobId);
    }
    return detail;
  }

  @Override
  public ObjectNode why(String jobId) {
    return extension(
        RuntimeExtServiceGrpcClient.ExplainJob,
        ExplainJobRequest.newBuilder().setJobId(jobId).build());
  }

  @Override
  public ObjectNode list(int limit, boolean includeTerminal) {
    ListJobsRequest request =
        ListJobsRequest.newBuilder().setLimit(limit).setIncludeTerminal(includeTerminal).build();
    return Json.parseObject(
        calls.call(JobServiceGrpcClient.ListJobs, request).getJobsJson(), "jobs_json");
  }

  @Override
  public String cancel(String jobId, String by) {
    CancelJobRequest request = CancelJobRequest.newBuilder().setJobId(jobId).build();
    return calls.call(JobServiceGrpcClient.CancelJob, request, metadata(null, by)).getStatus();
  }

  @Override
  public String pause(String jobId, boolean drain, String by) {
    if (drain) {
      DrainJobRequest draining = DrainJobRequest.newBuilder().setJobId(jobId).build();
      return extension(RuntimeExtServiceGrpcClient.DrainJob, draining, metadata(null, by))
          .path("status")
          .asText();
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
  public int clear(String adminToken) {
    ClearJobsRequest.Builder request = ClearJobsRequest.newBuilder();
    if (adminToken != null) {
      request.setAdminToken(adminToken);
    }
    return calls.call(JobServiceGrpcClient.ClearJobs, request.build()).getClearedCount();
  }

  @Override
  public EventPage events(String jobId, long after, int limit) {
    return read(
        StreamEventsRequest.newBuilder().setJobId(jobId).setAfter(after).setMax(limit).build(),
        EventReader.first(after, limit));
  }

  @Override
  public EventPage lastEvents(String jobId, int limit) {
    StreamEventsRequest.Builder request = StreamEventsRequest.newBuilder().setJobId(jobId);
    EventReader reader = EventReader.last(limit);
    EventPage page = read(request.setLimit(limit).build(), reader);
    if (!reader.isDoubtful()) {
      return page;
    }
    // Positions only tell numbers when the history is whole.
    return read(request.clearLimit().build(), EventReader.last(limit));
  }

  @Override
  public Subscription watch(String jobId, Runnable onChange) {
    return new EventWatch(vertx, calls, jobId, onChange).open();
  }

  @Override
  public ObjectNode replayDeadLetter(String jobId, int index) {
    return extension(
        RuntimeExtServiceGrpcClient.ReplayDeadLetter,
        ReplayDeadLetterRequest.newBuilder().setJobId(jobId).setIndex(index).build());
  }

  @Override
  public ObjectNode send(String jobId, String agentId, ObjectNode message) {
    return extension(
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
  public ObjectNode restore(Backup backup, String blueprintId, String runId, String by) {
    RestoreJobBackupRequest request =
        RestoreJobBackupRequest.newBuilder()
            .setBackupJson(backup.json())
            .putAllBundleFiles(PayloadBytes.of(backup.files()))
            .setBlueprintId(blueprintId == null ? "" : blueprintId)
            .setRunId(runId == null ? "" : runId)
            .build();
    return Json.parseObject(
        calls
            .call(JobServiceGrpcClient.RestoreJobBackup, request, metadata(null, by))
            .getResultJson(),
        "result_json");
  }

  @Override
  public ObjectNode fork(String jobId, ForkRequest request) {
    ForkJobRequest.Builder fork =
        ForkJobRequest.newBuilder()
            .setJobId(jobId)
            .setInputsJson(Json.write(Json.MAPPER.valueToTree(request.inputs())));
    if (request.step() == null) {
      fork.setEvent(request.event());
    } else {
      fork.setStep(request.step());
    }
    return extension(
        RuntimeExtServiceGrpcClient.ForkJob,
        fork.build(),
        metadata(request.idempotencyKey(), request.submittedBy()));
  }

  /**
   * @param idempotencyKey or null
   * @param by in whose name the call is made, or null
   */
  private static MultiMap metadata(String idempotencyKey, String by) {
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    if (idempotencyKey != null) {
      metadata.set(GrpcMetadata.IDEMPOTENCY_KEY, idempotencyKey);
    }
    if (by != null) {
      metadata.set(GrpcMetadata.ON_BEHALF_OF, GrpcMetadata.binary(by));
    }
    return metadata;
  }

  private <Q> ObjectNode extension(ServiceMethod<ExtJsonResponse, Q> method, Q request) {
    return extension(method, request, metadata(null, null));
  }

  /** A call that the original runtime does not have. */
  private <Q> ObjectNode extension(
      ServiceMethod<ExtJsonResponse, Q> method, Q request, MultiMap metadata) {
    try {
      return Json.parseObject(calls.call(method, request, metadata).getResultJson(), "result_json");
    } catch (MnException e) {
      if (e.code() != ErrorCode.UNIMPLEMENTED) {
        throw e;
      }
      throw new MnException(
          ErrorCode.UNIMPLEMENTED,
          "unimplemented",
          "the runtime has no " + method.methodName() + "; only runtimes of this project have it",
          null,
          e);
    }
  }

  /**
   * Reads a whole stream. One that is cut short while it is being sent costs the connection: the
   * HTTP/2 codec answers each late frame with a reset and gives up after 200 of them.
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
      // The original runtime has an empty history for jobs it does not know; this one throws.
      get(request.getJobId());
    }
    return reader.page(state);
  }

  /** What the runtime said of the log, or null when it is one that does not. */
  private static LogState state(GrpcClientResponse<?, ?> response) {
    String text = response.trailers().get(GrpcMetadata.LOG_STATE);
    if (text == null) {
      text = response.headers().get(GrpcMetadata.LOG_STATE);
    }
    return text == null ? null : LogState.valueOf(text.toUpperCase(Locale.ROOT));
  }
}
