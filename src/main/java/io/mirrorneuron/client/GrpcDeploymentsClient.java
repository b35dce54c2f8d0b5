package io.mirrorneuron.client;

import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment;
import io.mirrorneuron.proto.ext.v1.DeployPlannedRequest;
import io.mirrorneuron.proto.ext.v1.ListDeploymentVersionsRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.DeployJobRequest;
import io.mirrorneuron.proto.job.v1.DeploymentActionRequest;
import io.mirrorneuron.proto.job.v1.DeploymentResponse;
import io.mirrorneuron.proto.job.v1.GetDeploymentRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.ListDeploymentsRequest;
import io.mirrorneuron.proto.job.v1.PromoteDeploymentRequest;
import io.mirrorneuron.proto.job.v1.RollbackDeploymentRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.ServiceMethod;
import java.util.Objects;

/** {@link DeploymentsPort} of a runtime behind gRPC. */
final class GrpcDeploymentsClient implements DeploymentsPort {
  private final GrpcCalls calls;

  GrpcDeploymentsClient(GrpcCalls calls) {
    this.calls = calls;
  }

  @Override
  public Result deploy(NewDeployment wanted) {
    DeployJobRequest request = request(wanted);
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    if (wanted.bundle().idempotencyKey() != null) {
      metadata.set(GrpcMetadata.IDEMPOTENCY_KEY, wanted.bundle().idempotencyKey());
    }
    if (wanted.planToken() == null) {
      return read(calls.call(JobServiceGrpcClient.DeployJob, request, metadata), Result.class);
    }
    DeployPlannedRequest planned =
        DeployPlannedRequest.newBuilder()
            .setDeployment(request)
            .setPlanToken(wanted.planToken())
            .build();
    return new ExtensionCalls(calls)
        .call(Result.class, RuntimeExtServiceGrpcClient.DeployPlanned, planned, metadata);
  }

  @Override
  public PlannedDeployment plan(NewDeployment wanted) {
    return new ExtensionCalls(calls)
        .call(PlannedDeployment.class, RuntimeExtServiceGrpcClient.PlanDeployment, request(wanted));
  }

  private static DeployJobRequest request(NewDeployment wanted) {
    SubmitJobRequest bundle = PayloadBytes.request(wanted.bundle());
    return DeployJobRequest.newBuilder()
        .setManifestJson(bundle.getManifestJson())
        .putAllPayloads(bundle.getPayloadsMap())
        .setDeploymentKey(wanted.key())
        .setUpdatePolicyJson(Json.write(wanted.policy()))
        .setWait(wanted.waits())
        .build();
  }

  @Override
  public Page list(Query query) {
    ListDeploymentsRequest request =
        ListDeploymentsRequest.newBuilder().setQueryJson(Json.write(query)).build();
    return read(calls.call(JobServiceGrpcClient.ListDeployments, request), Page.class);
  }

  @Override
  public DeploymentView get(String idOrKey) {
    GetDeploymentRequest request = GetDeploymentRequest.newBuilder().setIdOrKey(idOrKey).build();
    return read(calls.call(JobServiceGrpcClient.GetDeployment, request), DeploymentView.class);
  }

  @Override
  public VersionPage versions(String idOrKey, String after, int limit) {
    ListDeploymentVersionsRequest request =
        ListDeploymentVersionsRequest.newBuilder()
            .setIdOrKey(idOrKey)
            .setAfter(text(after))
            .setLimit(limit)
            .build();
    return new ExtensionCalls(calls)
        .call(VersionPage.class, RuntimeExtServiceGrpcClient.ListDeploymentVersions, request);
  }

  @Override
  public Result promote(String idOrKey, boolean waits) {
    PromoteDeploymentRequest request =
        PromoteDeploymentRequest.newBuilder().setIdOrKey(idOrKey).build();
    return read(
        calls.call(JobServiceGrpcClient.PromoteDeployment, request, waiting(waits)), Result.class);
  }

  @Override
  public Result rollback(String idOrKey, Target target) {
    RollbackDeploymentRequest request =
        RollbackDeploymentRequest.newBuilder()
            .setIdOrKey(idOrKey)
            .setVersion(text(target.version()))
            .setTag(text(target.tag()))
            .setReason(text(target.reason()))
            .build();
    return read(
        calls.call(JobServiceGrpcClient.RollbackDeployment, request, waiting(target.waits())),
        Result.class);
  }

  private static MultiMap waiting(boolean waits) {
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    return waits ? metadata.set(GrpcMetadata.WAIT, "true") : metadata;
  }

  @Override
  public DeploymentView pause(String idOrKey, String reason) {
    return act(JobServiceGrpcClient.PauseDeployment, idOrKey, reason);
  }

  @Override
  public DeploymentView resume(String idOrKey, String reason) {
    return act(JobServiceGrpcClient.ResumeDeployment, idOrKey, reason);
  }

  @Override
  public DeploymentView fail(String idOrKey, String reason) {
    return act(JobServiceGrpcClient.FailDeployment, idOrKey, reason);
  }

  private DeploymentView act(
      ServiceMethod<DeploymentResponse, DeploymentActionRequest> method,
      String idOrKey,
      String reason) {
    DeploymentActionRequest request =
        DeploymentActionRequest.newBuilder().setIdOrKey(idOrKey).setReason(text(reason)).build();
    return read(calls.call(method, request), DeploymentView.class);
  }

  private static String text(String given) {
    return Objects.requireNonNullElse(given, "");
  }

  private static <T> T read(DeploymentResponse answer, Class<T> record) {
    return Json.read(answer.getResultJson(), record, "result_json");
  }
}
