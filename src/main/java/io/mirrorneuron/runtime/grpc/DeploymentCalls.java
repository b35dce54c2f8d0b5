package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.proto.ext.v1.DeployPlannedRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.ListDeploymentVersionsRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcService;
import io.mirrorneuron.proto.job.v1.DeployJobRequest;
import io.mirrorneuron.proto.job.v1.DeploymentActionRequest;
import io.mirrorneuron.proto.job.v1.DeploymentResponse;
import io.mirrorneuron.proto.job.v1.GetDeploymentRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcService;
import io.mirrorneuron.proto.job.v1.ListDeploymentsRequest;
import io.mirrorneuron.proto.job.v1.PromoteDeploymentRequest;
import io.mirrorneuron.proto.job.v1.RollbackDeploymentRequest;
import io.mirrorneuron.proto.job.v1.UpdateDeploymentRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Deployment calls. */
record DeploymentCalls(DeploymentsPort deployments) {
  /** Bytes of a page beside its rows: more than its cursor and member names need. */
  private static final int ENVELOPE_BYTES = 1024;

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(JobServiceGrpcService.DeployJob, this::deploy)
        .unary(JobServiceGrpcService.UpdateDeployment, this::update)
        .unary(JobServiceGrpcService.GetDeployment, this::get)
        .unary(JobServiceGrpcService.ListDeployments, this::list)
        .unary(JobServiceGrpcService.PromoteDeployment, this::promote)
        .unary(JobServiceGrpcService.RollbackDeployment, this::rollback)
        .unary(JobServiceGrpcService.PauseDeployment, this::pause)
        .unary(JobServiceGrpcService.ResumeDeployment, this::resume)
        .unary(JobServiceGrpcService.FailDeployment, this::fail);
  }

  /** Calls that the original contract lacks. */
  void bindOwn(CallDispatcher.Entrance entrance) {
    entrance
        .unary(RuntimeExtServiceGrpcService.ListDeploymentVersions, this::versions)
        .unary(RuntimeExtServiceGrpcService.PlanDeployment, this::plan)
        .unary(RuntimeExtServiceGrpcService.DeployPlanned, this::deployPlanned);
  }

  private ExtJsonResponse plan(DeployJobRequest request, Call call) {
    return own(deployments.plan(wanted(request, call)));
  }

  private ExtJsonResponse deployPlanned(DeployPlannedRequest request, Call call) {
    return own(
        deployments.deploy(wanted(request.getDeployment(), call).planned(request.getPlanToken())));
  }

  private static ExtJsonResponse own(Object document) {
    return ExtJsonResponse.newBuilder().setResultJson(Json.write(document)).build();
  }

  private ExtJsonResponse versions(ListDeploymentVersionsRequest request) {
    return own(
        deployments.versions(request.getIdOrKey(), given(request.getAfter()), request.getLimit()));
  }

  private static DeploymentResponse answer(Object document) {
    return DeploymentResponse.newBuilder().setResultJson(Json.write(document)).build();
  }

  private DeploymentResponse deploy(DeployJobRequest request, Call call) {
    return answer(deployments.deploy(wanted(request, call)));
  }

  private static NewDeployment wanted(DeployJobRequest request, Call call) {
    return new NewDeployment(
        new Submission(
            request.getManifestJson(),
            new Submission.Payloads.Inline(JobCalls.contents(request.getPayloadsMap())),
            JobCalls.idempotencyKey(call),
            call.caller().subject()),
        request.getDeploymentKey(),
        policy(request.getUpdatePolicyJson()),
        request.getWait());
  }

  /** Updates like a first deployment, but requires the key. */
  private DeploymentResponse update(UpdateDeploymentRequest request, Call call) {
    if (request.getDeploymentKey().isBlank()) {
      throw MnException.invalid("deployment_key is required");
    }
    return deploy(
        DeployJobRequest.newBuilder()
            .setManifestJson(request.getManifestJson())
            .putAllPayloads(request.getPayloadsMap())
            .setDeploymentKey(request.getDeploymentKey())
            .setUpdatePolicyJson(request.getUpdatePolicyJson())
            .setWait(request.getWait())
            .build(),
        call);
  }

  /** Without the interface version, which clients of release 1.2.31 add to objects. */
  private static Map<String, Object> policy(String text) {
    Map<String, Object> given = ScheduleCalls.object(text, "update_policy_json");
    if (given.get("version") instanceof Integer) {
      given.remove("version");
    }
    return given;
  }

  private DeploymentResponse get(GetDeploymentRequest request) {
    return answer(deployments.get(request.getIdOrKey()));
  }

  private DeploymentResponse list(ListDeploymentsRequest request) {
    Map<String, Object> query = ScheduleCalls.object(request.getQueryJson(), "query_json");
    int limit = query.get("limit") instanceof Integer number ? number : 0;
    return answer(
        fitting(
            deployments.list(
                new DeploymentsPort.Query(
                    text(query, "deployment_key"),
                    text(query, "status"),
                    text(query, "after"),
                    limit))));
  }

  private static String text(Map<String, Object> query, String member) {
    return query.get(member) instanceof String text ? given(text) : null;
  }

  private static String given(String text) {
    return text.isBlank() ? null : text;
  }

  /** The rows that fit into a message; the next page continues after them. */
  private static DeploymentsPort.Page fitting(DeploymentsPort.Page page) {
    int left = AnswerBudget.MESSAGE_BYTES - ENVELOPE_BYTES;
    for (int i = 0; i < page.data().size(); i++) {
      left -= Json.write(page.data().get(i)).getBytes(StandardCharsets.UTF_8).length + 1;
      if (left < 0 && i > 0) {
        List<DeploymentView> kept = page.data().subList(0, i);
        return new DeploymentsPort.Page(kept, kept.getLast().deploymentKey());
      }
    }
    return page;
  }

  private DeploymentResponse promote(PromoteDeploymentRequest request, Call call) {
    return answer(deployments.promote(request.getIdOrKey(), waits(call)));
  }

  private DeploymentResponse rollback(RollbackDeploymentRequest request, Call call) {
    return answer(
        deployments.rollback(
            request.getIdOrKey(),
            new DeploymentsPort.Target(
                given(request.getVersion()),
                given(request.getTag()),
                given(request.getReason()),
                waits(call))));
  }

  /** Read from the metadata: the original's requests have no member for it. */
  private static boolean waits(Call call) {
    String given = call.metadata().get(GrpcMetadata.WAIT);
    if (given != null && !given.equals("true") && !given.equals("false")) {
      throw MnException.invalid("metadata %s must be true or false".formatted(GrpcMetadata.WAIT));
    }
    return "true".equals(given);
  }

  private DeploymentResponse pause(DeploymentActionRequest request) {
    return answer(deployments.pause(request.getIdOrKey(), given(request.getReason())));
  }

  private DeploymentResponse resume(DeploymentActionRequest request) {
    return answer(deployments.resume(request.getIdOrKey(), given(request.getReason())));
  }

  private DeploymentResponse fail(DeploymentActionRequest request) {
    return answer(deployments.fail(request.getIdOrKey(), given(request.getReason())));
  }
}
