package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.OperationsPort;
import io.mirrorneuron.port.OperationsPort.Events;
import io.mirrorneuron.port.OperationsPort.OperationEvent;
import io.mirrorneuron.port.OperationsPort.OperationKind;
import io.mirrorneuron.port.OperationsPort.OperationOptions;
import io.mirrorneuron.port.OperationsPort.OperationView;
import io.mirrorneuron.proto.job.v1.CancelAllJobsRequest;
import io.mirrorneuron.proto.job.v1.CancelAllJobsResponse;
import io.mirrorneuron.proto.operations.v1.GetOperationRequest;
import io.mirrorneuron.proto.operations.v1.GetOperationResponse;
import io.mirrorneuron.proto.operations.v1.OperationEventResponse;
import io.mirrorneuron.proto.operations.v1.OperationsServiceGrpcService;
import io.mirrorneuron.proto.operations.v1.StartOperationRequest;
import io.mirrorneuron.proto.operations.v1.StartOperationResponse;
import io.mirrorneuron.proto.operations.v1.StreamOperationEventsRequest;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.grpc.server.Service;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Operation calls. Streams are repeated cursor reads, as another server may run the operation. */
record OperationCalls(OperationsPort operations, Clock clock) {
  private static final int PAGE = 200;
  private static final long LOOK_MS = 250;

  Service service(CallDispatcher endpoint) {
    return endpoint
        .service(
            OperationsServiceGrpcService.SERVICE_NAME,
            OperationsServiceGrpcService.SERVICE_DESCRIPTOR,
            OperationsServiceGrpcService.all())
        .unary(OperationsServiceGrpcService.StartOperation, this::start)
        .unary(OperationsServiceGrpcService.GetOperation, this::get)
        .stream(OperationsServiceGrpcService.StreamOperationEvents, this::streamEvents)
        .build();
  }

  /** Operators may cancel jobs; other kinds need the role of their own call. */
  private StartOperationResponse start(StartOperationRequest request, Call call) {
    OperationKind kind = OperationKind.of(request.getKind());
    call.caller().requireRole(kind == OperationKind.CANCEL_ALL_JOBS ? Role.OPERATOR : Role.ADMIN);
    OperationOptions options =
        OperationOptions.of(kind, ScheduleCalls.object(request.getOptionsJson(), "options_json"));
    OperationView begun = operations.start(kind, options, call.caller().subject());
    return StartOperationResponse.newBuilder().setOperationJson(Json.write(begun)).build();
  }

  private GetOperationResponse get(GetOperationRequest request) {
    return GetOperationResponse.newBuilder()
        .setOperationJson(Json.write(operations.get(request.getOperationId())))
        .build();
  }

  /** Runs the operation {@code cancel_all_jobs} to its end. */
  CancelAllJobsResponse cancelAll(CancelAllJobsRequest request, Call call) {
    return CancelAllJobsResponse.newBuilder()
        .setResultJson(Json.write(operations.cancelAll(call.caller().subject())))
        .build();
  }

  private void streamEvents(
      StreamOperationEventsRequest request, StreamWriter<OperationEventResponse> outlet)
      throws InterruptedException {
    String id = request.getOperationId();
    Duration heartbeat = EventCalls.heartbeat(request.getHeartbeatIntervalMs());
    long sent = Math.max(0, request.getAfterSequence());
    Events page = operations.events(id, sent);
    outlet.open();
    sent = send(page, sent, outlet);
    long reported = clock.millis();
    while (request.getFollow() && !page.ended() && outlet.isOpen()) {
      outlet.await(Duration.ofMillis(LOOK_MS));
      page = operations.events(id, sent);
      if (!page.events().isEmpty()) {
        sent = send(page, sent, outlet);
        reported = clock.millis();
      } else if (heartbeat != null && clock.millis() - reported >= heartbeat.toMillis()) {
        outlet.send(List.of(message(Json.write(beat(id)))));
        reported = clock.millis();
      }
    }
    outlet.end(MultiMap.caseInsensitiveMultiMap());
  }

  /** Returns the number of the last event. */
  private static long send(Events page, long before, StreamWriter<OperationEventResponse> outlet) {
    List<OperationEvent> events = page.events();
    for (int from = 0; from < events.size(); from += PAGE) {
      outlet.send(
          events.subList(from, Math.min(from + PAGE, events.size())).stream()
              .map(event -> message(Json.write(event)))
              .toList());
    }
    return events.isEmpty() ? before : events.getLast().sequence();
  }

  private record Beat(String type, String operationId, String timestamp) {}

  private Beat beat(String id) {
    return new Beat("stream_heartbeat", id, Json.timestamp(clock.instant()));
  }

  private static OperationEventResponse message(String event) {
    return OperationEventResponse.newBuilder().setEventJson(event).build();
  }
}
