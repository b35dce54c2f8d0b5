package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.proto.observability.v1.EventResponse;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcService;
import io.mirrorneuron.proto.observability.v1.StreamEventsRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.GrpcMetadata.LogState;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.grpc.server.Service;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * The event feed of a job: repeated cursor reads, woken by {@link JobsPort#watch}.
 *
 * <p>Stored events come first, oldest first; with {@code follow} later events follow until the job
 * has ended. Every event is sent once. An unknown job is NOT_FOUND.
 */
final class EventCalls {
  private static final int PAGE = 200;
  private static final int MAX_HISTORY = 10_000;
  private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(100);

  private final JobsPort jobs;
  private final Clock clock;

  EventCalls(JobsPort jobs, Clock clock) {
    this.jobs = jobs;
    this.clock = clock;
  }

  Service service(CallDispatcher endpoint) {
    return endpoint
        .service(
            ObservabilityServiceGrpcService.SERVICE_NAME,
            ObservabilityServiceGrpcService.SERVICE_DESCRIPTOR,
            ObservabilityServiceGrpcService.all())
        .stream(ObservabilityServiceGrpcService.StreamEvents, this::streamEvents)
        .build();
  }

  private void streamEvents(StreamEventsRequest request, StreamWriter<EventResponse> outlet)
      throws InterruptedException {
    if (request.getFollow()) {
      follow(request, outlet);
    } else {
      outlet.end(trailer(history(request, outlet)));
    }
  }

  private LogState history(StreamEventsRequest request, StreamWriter<EventResponse> outlet) {
    EventPage last =
        request.getMax() > 0
            ? sendPage(page(request), outlet)
            : sendStored(request.getJobId(), first(request), outlet);
    return last.ended() ? LogState.ENDED : LogState.OPEN;
  }

  private void follow(StreamEventsRequest request, StreamWriter<EventResponse> outlet)
      throws InterruptedException {
    String jobId = request.getJobId();
    Duration heartbeat = heartbeat(request.getHeartbeatIntervalMs());
    // watches before it reads history, so that no event falls between the two
    try (var _ = jobs.watch(jobId, outlet::wake)) {
      EventPage page = first(request);
      outlet.open();
      page = sendStored(jobId, page, outlet);
      while (!page.ended() && outlet.isOpen()) {
        if (outlet.await(heartbeat)) {
          page =
              request.getLatestOnly()
                  ? sendLatest(jobId, page, outlet)
                  : sendStored(jobId, jobs.events(jobId, page.next(), PAGE), outlet);
        } else {
          outlet.send(List.of(message(heartbeat(jobId))));
        }
      }
    }
    outlet.end(trailer(LogState.ENDED));
  }

  private EventPage page(StreamEventsRequest request) {
    return jobs.events(
        request.getJobId(),
        Math.max(0, request.getAfter()),
        Math.min(request.getMax(), MAX_HISTORY));
  }

  private EventPage first(StreamEventsRequest request) {
    return request.getLimit() > 0 && request.getAfter() <= 0
        ? jobs.lastEvents(request.getJobId(), Math.min(request.getLimit(), MAX_HISTORY))
        : jobs.events(request.getJobId(), Math.max(0, request.getAfter()), PAGE);
  }

  /** Sends this page and the following ones up to the present end of the log; returns the last. */
  private EventPage sendStored(String jobId, EventPage first, StreamWriter<EventResponse> outlet) {
    EventPage page = first;
    while (true) {
      sendPage(page, outlet);
      if (page.ended() || page.events().isEmpty() || !outlet.isOpen()) {
        return page;
      }
      page = jobs.events(jobId, page.next(), PAGE);
    }
  }

  private EventPage sendLatest(String jobId, EventPage seen, StreamWriter<EventResponse> outlet) {
    EventPage latest = jobs.lastEvents(jobId, 1);
    return latest.next() > seen.next() ? sendPage(latest, outlet) : latest;
  }

  private static EventPage sendPage(EventPage page, StreamWriter<EventResponse> outlet) {
    List<EventResponse> messages = page.events().stream().map(EventCalls::message).toList();
    for (int from = 0; from < messages.size(); from += PAGE) {
      outlet.send(messages.subList(from, Math.min(from + PAGE, messages.size())));
    }
    return page;
  }

  /** Interval of heartbeats; null for none. */
  static Duration heartbeat(int intervalMs) {
    if (intervalMs <= 0) {
      return null;
    }
    Duration asked = Duration.ofMillis(intervalMs);
    return asked.compareTo(SHORTEST_HEARTBEAT) < 0 ? SHORTEST_HEARTBEAT : asked;
  }

  private String heartbeat(String jobId) {
    ObjectNode beat = Json.object().put("type", "stream_heartbeat").put("job_id", jobId);
    return Json.write(beat.put("timestamp", Json.timestamp(clock.instant())));
  }

  private static EventResponse message(String eventJson) {
    return EventResponse.newBuilder().setEventJson(AnswerBudget.event(eventJson)).build();
  }

  private static MultiMap trailer(LogState state) {
    return MultiMap.caseInsensitiveMultiMap().add(GrpcMetadata.LOG_STATE, state.text());
  }
}
