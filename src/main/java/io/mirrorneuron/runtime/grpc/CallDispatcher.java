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
 * Runs the calls of all services: checks who may make the call, runs its body on a virtual thread,
 * and turns a failure into a status. Bodies are plain blocking Java.
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
   * @param threads runs each call's body, best on a thread of its own
   * @param clock tells when tokens end
   * @param storage explains failures for want of room
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
   * Begins a service whose methods are all run here.
   *
   * @throws IllegalStateException when {@link RpcRoles} has no role for one of them
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

  /** Asks all open streams to end, and later ones as soon as they begin. */
  void drain() {
    draining = true;
    outlets.forEach(StreamWriter::drain);
  }

  /** Ends the streams of a connection that has closed; their calls are not told by the library. */
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

  /** A service that is being built. */
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

    /**
     * @param body also gets the call with its caller
     */
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

  /** Authenticates first: nothing of a message is read before it is known who sends it. */
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

  /** Calls for which a server that ends does not wait any longer. */
  private static final class BrokenOff {
    private static final Logger LOG = LoggerFactory.getLogger(BrokenOff.class);

    private BrokenOff() {}

    /**
     * What is told of a call that failed.
     *
     * @param isEnding whether the server ends, and may have interrupted it
     * @param storage explains failures for want of room
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
