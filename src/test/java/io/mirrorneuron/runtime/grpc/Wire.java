package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.proto.observability.v1.EventResponse;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcClient;
import io.mirrorneuron.proto.observability.v1.StreamEventsRequest;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.wire.GrpcErrors;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A bare gRPC client, as somebody else would write it. */
final class Wire implements AutoCloseable {
  private final GrpcClient client;
  private final SocketAddress server;

  Wire(GrpcRuntime runtime) {
    this(runtime.vertx, runtime.server.port());
  }

  Wire(Vertx vertx, int port) {
    client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(4 * 1024 * 1024),
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    server = SocketAddress.inetSocketAddress(port, "127.0.0.1");
  }

  /**
   * How a call ended.
   *
   * @param answer null unless it ended well
   */
  record Answer<R>(GrpcStatus status, String message, R answer, MultiMap trailers) {}

  /** With the operator token, as clients of the contract. */
  <Q, R> Answer<R> call(ServiceMethod<R, Q> method, Q request) {
    return call(
        method,
        request,
        MultiMap.caseInsensitiveMultiMap()
            .add("authorization", "Bearer " + GrpcRuntime.AUTH.value()));
  }

  <Q, R> Answer<R> call(ServiceMethod<R, Q> method, Q request, MultiMap metadata) {
    return client
        .<Q, R>request(server, method)
        .compose(
            call -> {
              call.headers().addAll(metadata);
              return call.send(request)
                  .compose(
                      response -> response.end().transform((ended, failed) -> answer(response)));
            })
        .await();
  }

  /** All messages of a stream that ends by itself; with the operator token. */
  <Q, R> List<R> all(ServiceMethod<R, Q> method, Q request) {
    List<R> messages = new CopyOnWriteArrayList<>();
    return client
        .<Q, R>request(server, method)
        .compose(
            call -> {
              call.headers().set("authorization", "Bearer " + GrpcRuntime.AUTH.value());
              return call.send(request)
                  .compose(
                      response -> {
                        response.handler(messages::add);
                        return response.end();
                      });
            })
        .map(ended -> messages)
        .await();
  }

  private static <Q, R> Future<Answer<R>> answer(GrpcClientResponse<Q, R> response) {
    MultiMap trailers = MultiMap.caseInsensitiveMultiMap();
    trailers.addAll(response.headers()).addAll(response.trailers());
    String message = GrpcErrors.decodeMessage(trailers.get("grpc-message"));
    Future<R> last =
        response.status() == GrpcStatus.OK ? response.last() : Future.succeededFuture();
    return last.map(answer -> new Answer<>(response.status(), message, answer, trailers));
  }

  /** An event stream that has been opened and is being read. */
  final class Stream {
    final List<String> events = new CopyOnWriteArrayList<>();
    private volatile GrpcClientResponse<StreamEventsRequest, EventResponse> response;
    private volatile boolean ended;
    private final GrpcClientRequest<StreamEventsRequest, EventResponse> call;

    private Stream(StreamEventsRequest request, boolean paused) {
      call =
          client
              .<StreamEventsRequest, EventResponse>request(
                  server, ObservabilityServiceGrpcClient.StreamEvents)
              .map(
                  opened -> {
                    opened.headers().set("authorization", "Bearer " + GrpcRuntime.AUTH.value());
                    opened.send(request).onSuccess(response -> read(response, paused));
                    return opened;
                  })
              .await();
    }

    private void read(
        GrpcClientResponse<StreamEventsRequest, EventResponse> opened, boolean paused) {
      if (paused) {
        opened.pause();
      }
      opened.handler(event -> events.add(event.getEventJson()));
      opened.end().onComplete(end -> ended = true);
      response = opened;
    }

    void resume() {
      response.resume();
    }

    boolean isOpen() {
      return response != null;
    }

    boolean hasEnded() {
      return ended;
    }

    GrpcStatus status() {
      return response.status();
    }

    void cancel() {
      call.cancel();
    }
  }

  Stream stream(StreamEventsRequest.Builder request) {
    return new Stream(request.build(), false);
  }

  Stream pausedStream(StreamEventsRequest.Builder request) {
    return new Stream(request.build(), true);
  }

  @Override
  public void close() {
    client.close().await();
  }
}
