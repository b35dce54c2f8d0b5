package io.mirrorneuron.client;

import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleVersions;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.AppliedSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport;
import io.mirrorneuron.port.schedule.SchedulesPort.DispatchReport;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.PreviewQuery;
import io.mirrorneuron.proto.ext.v1.ApplyScheduleRequest;
import io.mirrorneuron.proto.ext.v1.BackfillScheduleRequest;
import io.mirrorneuron.proto.ext.v1.CancelBackfillRequest;
import io.mirrorneuron.proto.ext.v1.ListScheduleVersionsRequest;
import io.mirrorneuron.proto.ext.v1.PreviewScheduleRequest;
import io.mirrorneuron.proto.ext.v1.RollBackScheduleRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.CreateScheduleRequest;
import io.mirrorneuron.proto.job.v1.DispatchScheduleRequest;
import io.mirrorneuron.proto.job.v1.GetScheduleRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.ListSchedulesRequest;
import io.mirrorneuron.proto.job.v1.ScheduleActionRequest;
import io.mirrorneuron.proto.job.v1.ScheduleResponse;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.ServiceMethod;
import java.util.Map;
import java.util.Objects;

/** {@link SchedulesPort} of a runtime behind gRPC. */
final class GrpcSchedulesClient implements SchedulesPort {
  private final GrpcCalls calls;

  GrpcSchedulesClient(GrpcCalls calls) {
    this.calls = calls;
  }

  @Override
  public ScheduleView create(NewSchedule wanted) {
    return read(
        calls.call(JobServiceGrpcClient.CreateSchedule, request(wanted)), ScheduleView.class);
  }

  private static CreateScheduleRequest request(NewSchedule wanted) {
    SubmitJobRequest bundle = PayloadBytes.request(wanted.bundle());
    return CreateScheduleRequest.newBuilder()
        .setManifestJson(bundle.getManifestJson())
        .putAllPayloads(bundle.getPayloadsMap())
        .setScheduleJson(Json.write(wanted.schedule()))
        .setSourceJson(Json.write(wanted.source()))
        .build();
  }

  @Override
  public AppliedSchedule apply(String name, NewSchedule wanted, String reason) {
    return applied(ApplyScheduleRequest.newBuilder().setName(name), wanted, reason);
  }

  @Override
  public AppliedSchedule replaceBundle(String id, NewSchedule wanted, String reason) {
    return applied(ApplyScheduleRequest.newBuilder().setScheduleId(id), wanted, reason);
  }

  private AppliedSchedule applied(
      ApplyScheduleRequest.Builder target, NewSchedule wanted, String reason) {
    ApplyScheduleRequest request =
        target.setWanted(request(wanted)).setReason(Objects.requireNonNullElse(reason, "")).build();
    return new ExtensionCalls(calls)
        .call(AppliedSchedule.class, RuntimeExtServiceGrpcClient.ApplySchedule, request);
  }

  @Override
  public ScheduleVersions versions(String id, Integer version) {
    ListScheduleVersionsRequest.Builder request =
        ListScheduleVersionsRequest.newBuilder().setScheduleId(id);
    if (version != null) {
      request.setVersion(version);
    }
    return new ExtensionCalls(calls)
        .call(
            ScheduleVersions.class,
            RuntimeExtServiceGrpcClient.ListScheduleVersions,
            request.build());
  }

  @Override
  public ScheduleView rollBack(String id, Integer version, String reason) {
    RollBackScheduleRequest.Builder request =
        RollBackScheduleRequest.newBuilder()
            .setScheduleId(id)
            .setReason(Objects.requireNonNullElse(reason, ""));
    if (version != null) {
      request.setVersion(version);
    }
    return new ExtensionCalls(calls)
        .call(ScheduleView.class, RuntimeExtServiceGrpcClient.RollBackSchedule, request.build());
  }

  @Override
  public Page list(Query query) {
    ListSchedulesRequest request =
        ListSchedulesRequest.newBuilder().setQueryJson(Json.write(query)).build();
    return read(calls.call(JobServiceGrpcClient.ListSchedules, request), Page.class);
  }

  @Override
  public ScheduleView get(String id) {
    GetScheduleRequest request = GetScheduleRequest.newBuilder().setScheduleId(id).build();
    return read(calls.call(JobServiceGrpcClient.GetSchedule, request), ScheduleView.class);
  }

  @Override
  public ScheduleView update(String id, Map<String, Object> changes, String reason) {
    return act(JobServiceGrpcClient.UpdateSchedule, id, changes, reason, ScheduleView.class);
  }

  @Override
  public ScheduleView pause(String id, String reason, String until) {
    Map<String, Object> attrs = until == null ? Map.of() : Map.of("until", until);
    return act(JobServiceGrpcClient.PauseSchedule, id, attrs, reason, ScheduleView.class);
  }

  @Override
  public ScheduleView resume(String id, String reason) {
    return act(JobServiceGrpcClient.ResumeSchedule, id, Map.of(), reason, ScheduleView.class);
  }

  @Override
  public Deleted delete(String id, String reason) {
    return act(JobServiceGrpcClient.DeleteSchedule, id, Map.of(), reason, Deleted.class);
  }

  @Override
  public FiringPreview preview(PreviewQuery query) {
    PreviewScheduleRequest request =
        PreviewScheduleRequest.newBuilder().setQueryJson(Json.write(query)).build();
    return new ExtensionCalls(calls)
        .call(FiringPreview.class, RuntimeExtServiceGrpcClient.PreviewSchedule, request);
  }

  @Override
  public DispatchReport dispatch(
      String id, Map<String, Object> payload, String reason, String key) {
    DispatchScheduleRequest request =
        DispatchScheduleRequest.newBuilder()
            .setScheduleId(id)
            .setPayloadJson(Json.write(payload))
            .setReason(Objects.requireNonNullElse(reason, ""))
            .build();
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    if (key != null) {
      metadata.set(GrpcMetadata.IDEMPOTENCY_KEY, key);
    }
    return read(
        calls.call(JobServiceGrpcClient.DispatchSchedule, request, metadata), DispatchReport.class);
  }

  @Override
  public BackfillReport backfill(String id, Map<String, Object> wanted) {
    BackfillScheduleRequest request =
        BackfillScheduleRequest.newBuilder()
            .setScheduleId(id)
            .setBackfillJson(Json.write(wanted))
            .build();
    return new ExtensionCalls(calls)
        .call(BackfillReport.class, RuntimeExtServiceGrpcClient.BackfillSchedule, request);
  }

  @Override
  public ScheduleView cancelBackfill(String id) {
    CancelBackfillRequest request = CancelBackfillRequest.newBuilder().setScheduleId(id).build();
    return new ExtensionCalls(calls)
        .call(ScheduleView.class, RuntimeExtServiceGrpcClient.CancelBackfill, request);
  }

  private <T> T act(
      ServiceMethod<ScheduleResponse, ScheduleActionRequest> method,
      String id,
      Map<String, Object> attrs,
      String reason,
      Class<T> form) {
    ScheduleActionRequest request =
        ScheduleActionRequest.newBuilder()
            .setScheduleId(id)
            .setAttrsJson(Json.write(attrs))
            .setReason(Objects.requireNonNullElse(reason, ""))
            .build();
    return read(calls.call(method, request), form);
  }

  private static <T> T read(ScheduleResponse answer, Class<T> record) {
    return LenientJson.read(Json.parseObject(answer.getResultJson(), "result_json"), record);
  }
}
