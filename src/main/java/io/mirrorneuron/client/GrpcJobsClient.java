package io.mirrorneuron.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.ForkedJob;
import io.mirrorneuron.port.HumanDecision;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.ReplayedLetter;
import io.mirrorneuron.port.RestoredJob;
import io.mirrorneuron.port.SentMessage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
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
import io.mirrorneuron.proto.job.v1.PauseJobRequest;
import io.mirrorneuron.proto.job.v1.RestoreJobBackupRequest;
import io.mirrorneuron.proto.job.v1.ResumeJobRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.WarningTrailer;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
      // How the original runtime says that it does not know the job.
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
   * @param by in whose name the call is made, or null
   */
  private static MultiMap metadata(String idempotencyKey, String by) {
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    if (idempotencyKey != null) {
      metadata.set(GrpcMetadata.IDEMPOTENCY_KEY, idempotencyKey);
    }
    GrpcMetadata.setText(metadata, GrpcMetadata.ON_BEHALF_OF, by);
    return metadata;
  }
}
