package io.mirrorneuron.client;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.proto.observability.v1.EventResponse;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcClient;
import io.mirrorneuron.proto.observability.v1.StreamEventsRequest;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClientRequest;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a job's events for their mere arrival. A broken stream is reported like an event, so that
 * the listener reads and sees for itself, and is opened again until the job has ended.
 *
 * <p>Each stream begins with the last stored event; hence nothing committed before it was open can
 * be missed. Our runtimes send one event for many that come together: whoever cancels a stream
 * while much is under way loses the connection, see {@link GrpcEventLog}.
 */
final class EventWatch implements JobsPort.Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(EventWatch.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final GrpcCalls calls;
  private final StreamEventsRequest request;
  private final Runnable onChange;

  private GrpcClientRequest<?, ?> stream;
  private long timer = -1;
  private boolean closed;

  EventWatch(Vertx vertx, GrpcCalls calls, String jobId, Runnable onChange) {
    this.vertx = vertx;
    this.calls = calls;
    this.request =
        StreamEventsRequest.newBuilder()
            .setJobId(jobId)
            .setFollow(true)
            .setLimit(1)
            .setLatestOnly(true)
            .build();
    this.onChange = onChange;
  }

  EventWatch open() {
    calls
        .<StreamEventsRequest, EventResponse>open(
            ObservabilityServiceGrpcClient.StreamEvents, Duration.ZERO)
        .compose(
            call -> {
              if (!remember(call)) {
                call.cancel();
              }
              return call.send(request)
                  .compose(
                      response -> {
                        response.handler(event -> changed());
                        return GrpcCalls.ended(response);
                      });
            })
        .onSuccess(ended -> changed())
        .onFailure(this::broken);
    return this;
  }

  /** Tells the listener and, unless the job is gone, tries again in a while. */
  private void broken(Throwable cause) {
    changed();
    if (!(cause instanceof MnException failure) || failure.code() != ErrorCode.NOT_FOUND) {
      LOG.debug("event stream of {} broke, opening another", request.getJobId(), cause);
      synchronized (this) {
        if (!closed) {
          timer = vertx.setTimer(RETRY.toMillis(), fired -> open());
        }
      }
    }
  }

  private synchronized boolean remember(GrpcClientRequest<?, ?> call) {
    stream = call;
    return !closed;
  }

  private void changed() {
    synchronized (this) {
      if (closed) {
        return;
      }
    }
    onChange.run();
  }

  @Override
  public void close() {
    GrpcClientRequest<?, ?> open;
    synchronized (this) {
      closed = true;
      vertx.cancelTimer(timer);
      open = stream;
    }
    if (open != null) {
      open.cancel();
    }
  }
}
