package io.mirrorneuron.runtime.grpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.GrpcErrors;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.ServiceBuilder;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the calls of all services: authorizes the caller, runs the blocking body on a virtual
 * thread, and maps a failure to a status.
 */
final class CallDispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(CallDispatcher.class);

  private final Access access;
  private final Executor threads;
  private final Clock clock;
  private final Storage storage;
  private final long maxMessageBytes;
  private final Set<StreamWriter<?>> outlets = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /**
   * @param threads runs each call's body, best on its own thread
   * @param clock for the expiry of tokens
   * @param storage explains failures for lack of space
   */
  CallDispatcher(
      Access access, Executor threads, Clock clock, long maxMessageBytes, Storage storage) {
    this.access = access;
    this.clock = clock;
    this.threads = threads;
    this.storage = storage;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** The body of a streaming call; must end or fail its writer, also when the client has left. */
  interface StreamBody<Q, R> {
    void run(Q request, StreamWriter<R> outlet) throws InterruptedException;
  }

  /**
   * Begins a service whose methods all run here.
   *
   * @throws IllegalStateException when {@link RpcRoles} has no role for a method
   */
  Entrance service(
      ServiceName name, ServiceDescriptor descriptor, List<ServiceMethod<?, ?>> methods) {
    for (ServiceMethod<?, ?> method : methods) {
      if (!RpcRoles.isKnown(method.methodName())) {
        throw new IllegalStateException(method.fullMethodName() + " has no role");
      }
    }
    return new Entrance(Service.service(name, descriptor), methods);
  }

  /** Asks open streams to end, and later ones at their start. */
  void drain() {
    draining = true;
    outlets.forEach(StreamWriter::drain);
  }

  /** Ends the streams of a closed connection; the library does not notify their calls. */
  void disconnected(HttpConnection connection) {
    outlets.forEach(outlet -> outlet.leaveIfOn(connection));
  }

  int openStreams() {
    return outlets.size();
  }

  /** Ends the call with the failure's status. Must run on the call's event loop. */
  static void writeFailure(GrpcServerResponse<?, ?> response, Throwable thrown) {
    GrpcErrors.Failure failure = GrpcErrors.of(thrown);
    switch (failure.status()) {
      case INTERNAL -> LOG.error("gRPC call failed", thrown);
      case DATA_LOSS -> LOG.warn("gRPC call failed: {}", failure.message());
      default -> {}
    }
    response.status(failure.status()).statusMessage(failure.message());
    response.trailers().addAll(failure.trailers());
    response.end();
  }

  final class Entrance {
    private final ServiceBuilder builder;
    private final List<ServiceMethod<?, ?>> unbuilt;

    private Entrance(ServiceBuilder builder, List<ServiceMethod<?, ?>> methods) {
      this.builder = builder;
      this.unbuilt = new ArrayList<>(methods);
    }

    <Q, R> Entrance unary(ServiceMethod<Q, R> method, Function<Q, R> body) {
      return unary(method, (request, call) -> body.apply(request));
    }

    <Q, R> Entrance unary(ServiceMethod<Q, R> method, BiFunction<Q, Call, R> body) {
      return bind(
          method,
          (rpc, call) ->
              rpc.handler(request -> answer(rpc, call, () -> body.apply(request, call))));
    }

    <Q, R> Entrance stream(ServiceMethod<Q, R> method, StreamBody<Q, R> body) {
      return bind(
          method,
          (rpc, call) -> {
            StreamWriter<R> outlet = new StreamWriter<>(rpc);
            outlet.endAt(call.caller().expiry(), clock);
            rpc.handler(request -> start(body, request, outlet));
          });
    }

    /** Finishes the service; methods without a body answer UNIMPLEMENTED. */
    Service build() {
      for (ServiceMethod<?, ?> method : List.copyOf(unbuilt)) {
        bind(
            method,
            (rpc, call) -> {
              throw new MnException(
                  ErrorCode.UNIMPLEMENTED,
                  "unimplemented",
                  method.methodName() + " is not implemented by this runtime");
            });
      }
      return builder.build();
    }

    private <Q, R> Entrance bind(
        ServiceMethod<Q, R> method, BiConsumer<GrpcServerRequest<Q, R>, Call> accept) {
      unbuilt.remove(method);
      builder.bind(method, rpc -> enter(rpc, accept));
      return this;
    }
  }

  /** Authenticates before it reads any message. */
  private <Q, R> void enter(
      GrpcServerRequest<Q, R> rpc, BiConsumer<GrpcServerRequest<Q, R>, Call> accept) {
    rpc.pause();
    access
        .admit(rpc.methodName(), rpc.headers(), Call.source(rpc.connection()))
        .onComplete(
            call -> {
              try {
                rpc.invalidMessageHandler(invalid -> refuseMessage(rpc));
                accept.accept(rpc, call.over(rpc.connection()));
                rpc.resume();
              } catch (MnException refused) {
                refuse(rpc, refused);
              }
            },
            refused -> refuse(rpc, refused));
  }

  /** The request stays paused, so that nothing more of it is read. */
  private static void refuse(GrpcServerRequest<?, ?> rpc, Throwable refused) {
    whileOpen(() -> writeFailure(rpc.response(), refused));
  }

  private void refuseMessage(GrpcServerRequest<?, ?> rpc) {
    long limit = LargeMessages.limit(rpc.methodName(), maxMessageBytes);
    rpc.response()
        .status(GrpcStatus.RESOURCE_EXHAUSTED)
        .statusMessage(
            "the message is larger than "
                + limit
                + " bytes"
                + (limit < maxMessageBytes ? "" : ": see the setting grpc.max_message_bytes"))
        .end();
  }

  private <Q, R> void answer(GrpcServerRequest<Q, R> rpc, Call call, Supplier<R> body) {
    Context context = Vertx.currentContext();
    threads.execute(
        () -> {
          try {
            R answer = body.get();
            context.runOnContext(
                v -> {
                  rpc.response().trailers().addAll(call.trailers());
                  whileOpen(() -> rpc.response().end(answer));
                });
          } catch (Throwable failure) {
            Throwable reported = BrokenOff.explained(failure, draining, storage);
            context.runOnContext(v -> whileOpen(() -> writeFailure(rpc.response(), reported)));
          }
        });
  }

  /** Registers the writer while still on the event loop, so that a later disconnect finds it. */
  private <Q, R> void start(StreamBody<Q, R> body, Q request, StreamWriter<R> outlet) {
    outlets.add(outlet);
    if (draining) {
      outlet.drain();
    }
    threads.execute(() -> run(body, request, outlet));
  }

  private <Q, R> void run(StreamBody<Q, R> body, Q request, StreamWriter<R> outlet) {
    try {
      body.run(request, outlet);
    } catch (InterruptedException stopped) {
      outlet.drain();
      outlet.end(MultiMap.caseInsensitiveMultiMap());
    } catch (Throwable failure) {
      outlet.fail(storage.explained(failure));
    } finally {
      outlets.remove(outlet);
    }
  }

  /** Runs the write; failures because the client left or the deadline passed are ignored. */
  private static void whileOpen(Runnable write) {
    try {
      write.run();
    } catch (IllegalStateException closed) {
      LOG.debug("answer came too late: {}", closed.getMessage());
    }
  }

  /** Calls interrupted at the server's end. */
  private static final class BrokenOff {
    private static final Logger LOG = LoggerFactory.getLogger(BrokenOff.class);

    private BrokenOff() {}

    /**
     * The failure as reported to the caller.
     *
     * @param isEnding whether the server is ending, and may have interrupted the call
     * @param storage explains failures for lack of space
     */
    static Throwable explained(Throwable failure, boolean isEnding, Storage storage) {
      boolean isBrokenOff =
          isEnding
              && Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                  .anyMatch(InterruptedException.class::isInstance);
      if (!isBrokenOff) {
        return storage.explained(failure);
      }
      LOG.debug("a call was broken off by the end of this server", failure);
      return new MnException(
          ErrorCode.UNAVAILABLE,
          "may_have_happened",
          "this server has ended before it had an answer; look whether it happened before you ask"
              + " again",
          null,
          failure);
    }
  }
}
