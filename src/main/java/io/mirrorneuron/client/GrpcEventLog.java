package io.mirrorneuron.client;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcClient;
import io.mirrorneuron.proto.observability.v1.StreamEventsRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.GrpcMetadata.LogState;
import io.vertx.core.MultiMap;
import io.vertx.grpc.client.GrpcClientResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Pages of the event logs of jobs, read as streams; also of the original runtime. */
final class GrpcEventLog {
  private final GrpcCalls calls;
  private final Consumer<String> requireJob;

  /**
   * @param requireJob throws NOT_FOUND when there is no job of this id
   */
  GrpcEventLog(GrpcCalls calls, Consumer<String> requireJob) {
    this.calls = calls;
    this.requireJob = requireJob;
  }

  /** See {@link io.mirrorneuron.port.JobsPort#events}. */
  EventPage after(String jobId, long after, int limit) {
    return read(
        StreamEventsRequest.newBuilder().setJobId(jobId).setAfter(after).setMax(limit).build(),
        EventReader.first(after, limit));
  }

  /** See {@link io.mirrorneuron.port.JobsPort#lastEvents}. */
  EventPage last(String jobId, int limit) {
    StreamEventsRequest.Builder request = StreamEventsRequest.newBuilder().setJobId(jobId);
    EventReader reader = EventReader.last(limit);
    EventPage page = read(request.setLimit(limit).build(), reader);
    if (!reader.isDoubtful()) {
      return page;
    }
    // Events of the original runtime have no numbers: they are counted, from the first one on.
    return read(request.clearLimit().build(), EventReader.last(limit));
  }

  /**
   * Reads a whole stream, also when fewer events are wanted: cancelling a stream while it is sent
   * costs the connection, because the HTTP/2 codec answers each late frame with a reset and gives
   * up after 200 of them.
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
      requireJob.accept(request.getJobId());
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
