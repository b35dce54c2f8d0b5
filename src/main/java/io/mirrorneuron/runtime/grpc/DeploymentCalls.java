package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.proto.job.v1.DeployJobRequest;
import io.mirrorneuron.proto.job.v1.DeploymentActionRequest;
import io.mirrorneuron.proto.job.v1.DeploymentResponse;
import io.mirrorneuron.proto.job.v1.GetDeploymentRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcService;
import io.mirrorneuron.proto.job.v1.ListDeploymentsRequest;
import io.mirrorneuron.proto.job.v1.PromoteDeploymentRequest;
import io.mirrorneuron.proto.job.v1.RollbackDeploymentRequest;
import io.mirrorneuron.proto.job.v1.UpdateDeploymentRequest;
import io.mirrorneuron.runtime.deployment.DeploymentView;
import io.mirrorneuron.runtime.deployment.LocalDeployments;
import io.mirrorneuron.runtime.deployment.NewDeployment;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;

/** The calls about deployments. */
record DeploymentCalls(LocalDeployments deployments) {
  private record Page(List<DeploymentView> data) {}

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

  private static DeploymentResponse answer(Object document) {
    return DeploymentResponse.newBuilder().setResultJson(Json.write(document)).build();
  }

  private DeploymentResponse deploy(DeployJobRequest request, Call call) {
    return answer(
        deployments.deploy(
            new NewDeployment(
                new Submission(
                    request.getManifestJson(),
                    new Submission.Payloads.Inline(JobCalls.contents(request.getPayloadsMap())),
                    JobCalls.idempotencyKey(call),
                    call.caller().subject()),
                request.getDeploymentKey(),
                policy(request.getUpdatePolicyJson()),
                request.getWait())));
  }

  /** What runs under a key is updated as it is deployed first, but the key must be named. */
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

  private static Map<String, Object> policy(String text) {
    return ScheduleCalls.object(text, "update_policy_json");
  }

  private DeploymentResponse get(GetDeploymentRequest request) {
    return answer(deployments.get(request.getIdOrKey()));
  }

  private DeploymentResponse list(ListDeploymentsRequest request) {
    Map<String, Object> query = ScheduleCalls.object(request.getQueryJson(), "query_json");
    return answer(new Page(deployments.list(text(query, "deployment_key"), text(query, "status"))));
  }

  private static String text(Map<String, Object> query, String member) {
    return query.get(member) instanceof String text ? text : "";
  }

  private DeploymentResponse promote(PromoteDeploymentRequest request) {
    return answer(deployments.promote(request.getIdOrKey()));
  }

  private DeploymentResponse rollback(RollbackDeploymentRequest request) {
    return answer(
        deployments.rollback(request.getIdOrKey(), request.getVersion(), request.getTag()));
  }

  private DeploymentResponse pause(DeploymentActionRequest request) {
    return answer(deployments.pause(request.getIdOrKey()));
  }

  private DeploymentResponse resume(DeploymentActionRequest request) {
    return answer(deployments.resume(request.getIdOrKey()));
  }

  private DeploymentResponse fail(DeploymentActionRequest request) {
    return answer(deployments.fail(request.getIdOrKey(), request.getReason()));
  }
}
