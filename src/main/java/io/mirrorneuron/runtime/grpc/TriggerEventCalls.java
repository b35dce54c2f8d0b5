package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.port.schedule.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.proto.job.v1.EmitTriggerEventRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcService;
import io.mirrorneuron.proto.job.v1.ListTriggerEventsRequest;
import io.mirrorneuron.proto.job.v1.ScheduleResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import java.util.Map;

/** The calls about events that start jobs. */
record TriggerEventCalls(TriggerEvents events) {
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
    if (!NewEvent.GATEWAY.equals(event.source())) { // gateways tell of uploads in this way
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

  private static ScheduleResponse answer(Object told) {
    return ScheduleResponse.newBuilder().setResultJson(Json.write(told)).build();
  }
}
