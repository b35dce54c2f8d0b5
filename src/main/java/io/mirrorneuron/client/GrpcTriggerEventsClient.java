package io.mirrorneuron.client;

import io.mirrorneuron.port.schedule.EmittedEvent;
import io.mirrorneuron.port.schedule.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.proto.job.v1.EmitTriggerEventRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.ListTriggerEventsRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import java.util.Objects;

/** {@link TriggerEvents} of a runtime behind gRPC. */
final class GrpcTriggerEventsClient implements TriggerEvents {
  private final GrpcCalls calls;

  GrpcTriggerEventsClient(GrpcCalls calls) {
    this.calls = calls;
  }

  @Override
  public EmittedEvent emit(NewEvent event) {
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    if (event.eventId() != null) {
      metadata.set(GrpcMetadata.IDEMPOTENCY_KEY, event.eventId());
    }
    EmitTriggerEventRequest request =
        EmitTriggerEventRequest.newBuilder()
            .setEventType(Objects.requireNonNullElse(event.eventType(), ""))
            .setSource(Objects.requireNonNullElse(event.source(), ""))
            .setPayloadJson(event.payload() == null ? "" : Json.write(event.payload()))
            .build();
    return read(
        calls.call(JobServiceGrpcClient.EmitTriggerEvent, request, metadata).getResultJson(),
        EmittedEvent.class);
  }

  @Override
  public Kept list(int limit) {
    ListTriggerEventsRequest request =
        ListTriggerEventsRequest.newBuilder().setLimit(limit).build();
    return read(
        calls.call(JobServiceGrpcClient.ListTriggerEvents, request).getResultJson(), Kept.class);
  }

  private static <T> T read(String json, Class<T> record) {
    return Json.read(json, record, "result_json");
  }
}
