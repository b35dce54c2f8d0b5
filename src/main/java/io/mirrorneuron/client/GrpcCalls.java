package io.mirrorneuron.client;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.GrpcErrors;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcErrorException;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Common part of all calls to a runtime: connection, token, deadline, and failures as {@link
 * MnException}. Thread-safe; {@link #call} blocks and must not run on an event loop.
 */
final class GrpcCalls implements AutoCloseable {
  /** Extra wait beyond the deadline, for a call that never started. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final GrpcClient client;
  private final SocketAddress server;
  private final Duration timeout;
  private final Secret token;
  private final MultiMap standing;
  private final UnaryOperator<MnException> reported;

  /**
   * @param timeout deadline of a call; zero for none
   * @param reported maps a failure for callers
   */
  GrpcCalls(
      Vertx vertx,
      SocketAddress server,
      Duration timeout,
      Secret token,
      UnaryOperator<MnException> reported) {
    this(
        new GrpcConnections(vertx, timeout, null).calls(),
        server,
        timeout,
        token,
        MultiMap.caseInsensitiveMultiMap(),
        reported);
  }

  /**
   * Over a shared client, which {@link #close} closes for all users.
   *
   * @param standing metadata of every call
   */
  GrpcCalls(
      GrpcClient client,
      SocketAddress server,
      Duration timeout,
      Secret token,
      MultiMap standing,
      UnaryOperator<MnException> reported) {
    this.client = client;
    this.server = server;
    this.timeout = timeout;
    this.token = token;
    this.standing = standing;
    this.reported = reported;
  }

  /** Not connected: nothing was sent. */
  static final class NotConnected extends IOException {
    private static final long serialVersionUID = 1L;

    NotConnected(Throwable cause) {
      super(cause);
    }
  }

  <Q, R> R call(ServiceMethod<R, Q> method, Q request) {
    return call(method, request, MultiMap.caseInsensitiveMultiMap());
  }

  /**
   * @param metadata sent beside the token
   */
  <Q, R> R call(ServiceMethod<R, Q> method, Q request, MultiMap metadata) {
    return exchange(
        method, request, metadata, response -> ended(response).compose(end -> response.last()));
  }

  /**
   * Calls and waits for the reader's result.
   *
   * @param reader gets the response on its event loop, before any message arrives
   */
  <Q, R, T> T exchange(
      ServiceMethod<R, Q> method,
      Q request,
      MultiMap metadata,
      Function<GrpcClientResponse<Q, R>, Future<T>> reader) {
    return await(
        open(method, timeout)
            .compose(
                call -> {
                  call.headers().addAll(metadata);
                  // nested: a listener attached from this thread could miss the first messages
                  return call.send(request).compose(reader);
                }));
  }

  /** Calls without waiting; fails with {@link MnException} as {@link #call} does. */
  <Q, R> Future<R> ask(ServiceMethod<R, Q> method, Q request) {
    return open(method, timeout)
        .compose(
            call ->
                call.send(request)
                    .compose(response -> ended(response).compose(end -> response.last())))
        .recover(failure -> Future.failedFuture(reported(failure)));
  }

  /** The failure as reported to the caller. */
  MnException reported(Throwable failure) {
    return reported.apply(translate(failure));
  }

  /** Begins a call that its caller sends, reads and ends. */
  <Q, R> Future<GrpcClientRequest<Q, R>> open(ServiceMethod<R, Q> method, Duration deadline) {
    return client
        .request(server, method)
        .recover(failure -> Future.failedFuture(new NotConnected(failure)))
        .map(
            call -> {
              if (token.isSet()) {
                call.headers().set(GrpcMetadata.AUTHORIZATION, "Bearer " + token.value());
              }
              call.headers().addAll(standing);
              if (deadline.isPositive()) {
                call.timeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
              }
              return call;
            });
  }

  /** Waits on this thread; every failure comes out as {@link MnException}. */
  private <T> T await(Future<T> future) {
    try {
      return timeout.isPositive()
          ? future.await(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS)
          : future.await();
    } catch (Throwable failure) {
      throw reported(failure);
    }
  }

  /** Completes when the answer has ended with OK; fails otherwise, also when it was cut off. */
  static Future<Void> ended(GrpcClientResponse<?, ?> response) {
    Promise<Void> ended = Promise.promise();
    response.errorHandler(
        error -> {
          GrpcStatus status = error == null ? GrpcStatus.UNKNOWN : error.status;
          ended.tryFail(new GrpcErrorException(error, status));
        });
    response
        .end()
        .onSuccess(ended::tryComplete)
        .onFailure(cut -> ended.tryFail(response.status() == null ? cut : failure(response)));
    return ended.future();
  }

  private static MnException failure(GrpcClientResponse<?, ?> response) {
    // without a body the status is in the headers
    MultiMap end = MultiMap.caseInsensitiveMultiMap();
    end.addAll(response.headers());
    end.addAll(response.trailers());
    return GrpcErrors.toException(
        response.status(), GrpcErrors.decodeMessage(end.get("grpc-message")), end);
  }

  private MnException translate(Throwable failure) {
    if (failure instanceof MnException known) {
      return known;
    }
    // only its deadline cancels a call that is waited for
    if (failure instanceof TimeoutException
        || failure instanceof GrpcErrorException cut && cut.status() == GrpcStatus.CANCELLED) {
      return new MnException(
          ErrorCode.TIMEOUT, "timeout", "the runtime did not answer in time", null, failure);
    }
    return MnException.unavailable("the runtime at " + server + " cannot be reached", failure);
  }

  @Override
  public void close() {
    client.close().await();
  }
}
