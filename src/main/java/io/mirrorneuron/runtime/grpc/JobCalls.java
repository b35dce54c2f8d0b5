package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.core.type.TypeReference;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.CancelReason;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.proto.job.v1.CancelJobRequest;
import io.mirrorneuron.proto.job.v1.CancelJobResponse;
import io.mirrorneuron.proto.job.v1.ClearJobsRequest;
import io.mirrorneuron.proto.job.v1.ClearJobsResponse;
import io.mirrorneuron.proto.job.v1.EmitTriggerEventRequest;
import io.mirrorneuron.proto.job.v1.ExportJobBackupRequest;
import io.mirrorneuron.proto.job.v1.ExportJobBackupResponse;
import io.mirrorneuron.proto.job.v1.GetJobRequest;
import io.mirrorneuron.proto.job.v1.GetJobResponse;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcService;
import io.mirrorneuron.proto.job.v1.ListJobsRequest;
import io.mirrorneuron.proto.job.v1.ListJobsResponse;
import io.mirrorneuron.proto.job.v1.ListTriggerEventsRequest;
import io.mirrorneuron.proto.job.v1.PauseJobRequest;
import io.mirrorneuron.proto.job.v1.PauseJobResponse;
import io.mirrorneuron.proto.job.v1.RestoreJobBackupRequest;
import io.mirrorneuron.proto.job.v1.RestoreJobBackupResponse;
import io.mirrorneuron.proto.job.v1.ResumeJobRequest;
import io.mirrorneuron.proto.job.v1.ResumeJobResponse;
import io.mirrorneuron.proto.job.v1.ScheduleResponse;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import io.mirrorneuron.wire.Timestamps;
import io.mirrorneuron.wire.WarningTrailer;
import io.vertx.grpc.server.Service;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Job calls. */
final class JobCalls {
  private final JobsPort jobs;
  private final TriggerEventCalls events;
  private final ScheduleCalls schedules;
  private final DeploymentCalls deployments;
  private final OperationCalls operations;
  private final Secret adminToken;

  /**
   * @param adminToken required for a cleanup
   */
  JobCalls(RuntimeServer.Parts parts, OperationCalls operations, Secret adminToken) {
    this.jobs = parts.jobs();
    this.schedules = new ScheduleCalls(parts.schedules());
    this.deployments =
        parts.deployments() == null ? null : new DeploymentCalls(parts.deployments());
    this.operations = operations;
    this.events = new TriggerEventCalls(parts.events());
    this.adminToken = adminToken;
  }

  Service service(CallDispatcher endpoint) {
    CallDispatcher.Entrance entrance =
        endpoint.service(
            JobServiceGrpcService.SERVICE_NAME,
            JobServiceGrpcService.SERVICE_DESCRIPTOR,
            JobServiceGrpcService.all());
    if (deployments != null) {
      deployments.bind(entrance);
    }
    return events
        .bind(schedules.bind(entrance))
        .unary(JobServiceGrpcService.SubmitJob, this::submit)
        .unary(JobServiceGrpcService.GetJob, this::get)
        .unary(JobServiceGrpcService.ListJobs, this::list)
        .unary(JobServiceGrpcService.CancelJob, this::cancel)
        .unary(JobServiceGrpcService.CancelAllJobs, operations::cancelAll)
        .unary(JobServiceGrpcService.PauseJob, this::pause)
        .unary(JobServiceGrpcService.ResumeJob, this::resume)
        .unary(JobServiceGrpcService.ExportJobBackup, this::export)
        .unary(JobServiceGrpcService.RestoreJobBackup, this::restore)
        .unary(JobServiceGrpcService.ClearJobs, this::clear)
        .build();
  }

  private SubmitJobResponse submit(SubmitJobRequest request, Call call) {
    SubmittedJob job = jobs.submit(submission(request, call));
    WarningTrailer.write(job.warnings(), call.trailers());
    return SubmitJobResponse.newBuilder().setJobId(job.jobId()).setStatus(job.status()).build();
  }

  static Submission submission(SubmitJobRequest request, Call call) {
    Map<String, byte[]> files = contents(request.getPayloadsMap());
    Payloads payloads =
        request.hasModes()
            ? new Payloads.Inline(files, Set.copyOf(request.getModes().getExecutablesList()))
            : new Payloads.Inline(files);
    return new Submission(
            request.getManifestJson(),
            payloads,
            call.metadata().get(GrpcMetadata.IDEMPOTENCY_KEY),
            call.caller().subject())
        .from(new Submission.Origin(null, configuration(request.getConfigJson())));
  }

  /**
   * Null for empty text.
   *
   * @throws MnException MALFORMED when it is no JSON object
   */
  private static String configuration(String json) {
    if (json.isEmpty()) {
      return null;
    }
    JsonText.distinct(json, "config_json");
    return json;
  }

  /** The caller's key; else the id of a forwarded command, so that it counts once. */
  static String idempotencyKey(Call call) {
    String given = call.metadata().get(GrpcMetadata.IDEMPOTENCY_KEY);
    return given == null ? call.commandId() : given;
  }

  static Map<String, byte[]> contents(Map<String, ByteString> files) {
    return files.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, file -> file.getValue().toByteArray()));
  }

  private GetJobResponse get(GetJobRequest request) {
    return GetJobResponse.newBuilder()
        .setJobJson(AnswerBudget.detail(jobs.get(request.getJobId())))
        .build();
  }

  private ListJobsResponse list(ListJobsRequest request) {
    JobPage.Query query = query(request);
    JobPage page = jobs.list(query);
    while (query.isPaged() && page.data().size() > 1 && !AnswerBudget.fits(page)) {
      query = query.limited(page.data().size() / 2); // the next page continues where this one ends
      page = jobs.list(query);
    }
    return ListJobsResponse.newBuilder().setJobsJson(AnswerBudget.rows(page)).build();
  }

  private static JobPage.Query query(ListJobsRequest request) {
    return new JobPage.Query(
        request.getLimit(),
        request.getIncludeTerminal(),
        request.hasCursor() ? request.getCursor() : null,
        request.hasStatus() ? request.getStatus() : null,
        request.hasName() ? request.getName() : null,
        request.hasCreatedAfter() ? instant(request.getCreatedAfter()) : null,
        request.hasIdPrefix() ? request.getIdPrefix() : null);
  }

  private static Instant instant(String text) {
    Instant time = Timestamps.instant(text);
    if (time == null) {
      throw MnException.invalid("created_after must be a time such as 2026-06-20T10:00:00Z");
    }
    return time;
  }

  private CancelJobResponse cancel(CancelJobRequest request, Call call) {
    String given = call.metadata().get(GrpcMetadata.REASON);
    String reason = given == null ? null : GrpcMetadata.text(GrpcMetadata.REASON, given);
    return CancelJobResponse.newBuilder()
        .setJobId(request.getJobId())
        .setStatus(
            call.jobs(jobs)
                .cancel(request.getJobId(), call.caller().subject(), CancelReason.checked(reason)))
        .build();
  }

  private PauseJobResponse pause(PauseJobRequest request, Call call) {
    return PauseJobResponse.newBuilder()
        .setJobId(request.getJobId())
        .setStatus(call.jobs(jobs).pause(request.getJobId(), false, call.caller().subject()))
        .build();
  }

  private ResumeJobResponse resume(ResumeJobRequest request, Call call) {
    return ResumeJobResponse.newBuilder()
        .setJobId(request.getJobId())
        .setStatus(call.jobs(jobs).resume(request.getJobId(), call.caller().subject()))
        .build();
  }

  private ExportJobBackupResponse export(ExportJobBackupRequest request, Call call) {
    Backup backup = call.jobs(jobs).backup(request.getJobId());
    ExportJobBackupResponse.Builder answer =
        ExportJobBackupResponse.newBuilder()
            .setBackupJson(request.getVersion() > 0 ? relabelled(backup) : backup.json());
    backup
        .files()
        .forEach(
            (path, content) ->
                answer.putBundleFiles(path, UnsafeByteOperations.unsafeWrap(content)));
    return answer.build();
  }

  /** With the label that clients of a later interface require. */
  private static String relabelled(Backup backup) {
    return Json.write(
        Json.parseObject(backup.json(), "backup").put("schema_version", Backup.SCHEMA_2));
  }

  private RestoreJobBackupResponse restore(RestoreJobBackupRequest request, Call call) {
    Backup backup = new Backup(request.getBackupJson(), contents(request.getBundleFilesMap()));
    RestoredJob job =
        jobs.restore(backup, request.getBlueprintId(), request.getRunId(), call.caller().subject());
    return RestoreJobBackupResponse.newBuilder().setResultJson(Json.write(job)).build();
  }

  /**
   * A caller with the token that all gateways share needs the admin token, too; clients of a later
   * interface have none.
   */
  private ClearJobsResponse clear(ClearJobsRequest request, Call call) {
    List<String> ids = request.getJobIdsList();
    boolean isLater = request.getVersion() > 0 && request.getAdminToken().isEmpty();
    if (isLater && ids.isEmpty()) {
      int cleared = operations.operations().clear(call.caller().subject());
      return ClearJobsResponse.newBuilder().setClearedCount(cleared).build();
    }
    boolean mustShow = call.hasOperatorToken() && !isLater;
    String shown = mustShow ? request.getAdminToken() : adminToken.value();
    return ClearJobsResponse.newBuilder().setClearedCount(jobs.clear(shown, ids)).build();
  }

  /** Calls about events that start jobs. */
  private record TriggerEventCalls(TriggerEvents events) {
    private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};

    CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
      return entrance
          .unary(JobServiceGrpcService.EmitTriggerEvent, this::emit)
          .unary(JobServiceGrpcService.ListTriggerEvents, this::list);
    }

    private ScheduleResponse emit(EmitTriggerEventRequest request, Call call) {
      NewEvent event =
          new NewEvent(
              call.metadata().get(GrpcMetadata.IDEMPOTENCY_KEY),
              request.getEventType(),
              request.getSource(),
              payload(request.getPayloadJson()));
      if (!NewEvent.GATEWAY.equals(event.source())) { // gateways announce uploads this way
        event.requireOwnSource();
      }
      return answer(events.emit(event));
    }

    private static Map<String, Object> payload(String text) {
      return text.isBlank()
          ? Map.of()
          : Json.MAPPER.convertValue(Json.parseStrictly(text, "payload_json"), ANY);
    }

    private ScheduleResponse list(ListTriggerEventsRequest request) {
      return ScheduleResponse.newBuilder()
          .setResultJson(
              AnswerBudget.rows(Json.MAPPER.valueToTree(events.list(request.getLimit())), "data"))
          .build();
    }

    private static ScheduleResponse answer(Object reported) {
      return ScheduleResponse.newBuilder().setResultJson(Json.write(reported)).build();
    }
  }
}
