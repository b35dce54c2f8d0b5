package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Writes a streaming call for a blocking body on its own thread.
 *
 * <p>{@link #send} returns when the client has taken the messages, so backpressure blocks only this
 * body. {@link #await} waits for news. Both end at once when the client leaves, its deadline passes
 * or the server drains.
 */
final class StreamWriter<R> {
  private final Context context = Vertx.currentContext();
  private final GrpcServerResponse<?, R> response;
  private final HttpConnection connection;
  private final Semaphore news = new Semaphore(0);
  private final Promise<Void> gone = Promise.promise();
  private volatile boolean draining;

  /** Call on the event loop, before the request is read. */
  StreamWriter(GrpcServerRequest<?, R> request) {
    response = request.response();
    connection = request.connection();
    request.errorHandler(error -> leave());
    request.exceptionHandler(error -> leave());
    if (request.deadline() != null) {
      request.deadline().onComplete(passedOrAnswered -> leave());
    }
  }

  /** Aborts when the caller's token expires; null for never. On the event loop. */
  void endAt(Instant expiry, Clock clock) {
    if (expiry != null) {
      long left = Duration.between(clock.instant(), expiry).toMillis();
      long timer = context.owner().setTimer(Math.max(1, left), due -> expire());
      gone.future().onComplete(over -> context.owner().cancelTimer(timer));
    }
  }

  private void expire() {
    fail(
        new MnException(
            ErrorCode.UNAUTHENTICATED, "token_expired", "the token has expired; send a newer one"));
    inContext(
        () -> {
          leave();
          return Future.succeededFuture();
        });
  }

  /** Whether the client can still be answered. */
  boolean isOpen() {
    return !gone.future().isComplete() && !draining;
  }

  /** Ends the current or the next {@link #await}. Any thread. */
  void wake() {
    news.release();
  }

  /** Ends the stream by the server as soon as its body notices. */
  void drain() {
    draining = true;
    wake();
  }

  /** Signals acceptance before there is a message. */
  void open() {
    settle(inContext(response::writeHead));
  }

  /** Sends the messages in order and waits until the last one has been written. */
  void send(List<R> messages) {
    if (!messages.isEmpty() && isOpen()) {
      settle(
          inContext(
              () -> {
                Future<Void> last = Future.succeededFuture();
                for (R message : messages) {
                  last = response.write(message);
                }
                return last;
              }));
    }
  }

  /**
   * Waits for {@link #wake}, at most so long; null for no limit.
   *
   * @return false at a timeout
   */
  boolean await(Duration atMost) throws InterruptedException {
    if (atMost == null) {
      news.acquire();
    } else if (!news.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      return false;
    }
    news.drainPermits();
    return true;
  }

  /** Ends the stream with OK, or as unavailable during a drain. */
  void end(MultiMap trailers) {
    if (draining) {
      fail(
          new MnException(
              ErrorCode.UNAVAILABLE, "unavailable", "the runtime is shutting down, try again"));
      return;
    }
    inContext(
        () -> {
          response.trailers().addAll(trailers);
          return response.end();
        });
  }

  void fail(Throwable failure) {
    inContext(
        () -> {
          CallDispatcher.writeFailure(response, failure);
          return Future.succeededFuture();
        });
  }

  void leaveIfOn(HttpConnection closed) {
    if (connection == closed) {
      leave();
    }
  }

  private void leave() {
    gone.tryComplete();
    wake();
  }

  /** The response may only be touched on its event loop; after the client left it throws. */
  private Future<Void> inContext(Supplier<Future<Void>> write) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        ignored -> {
          if (gone.future().isComplete()) {
            done.complete();
            return;
          }
          try {
            write.get().onComplete(done);
          } catch (IllegalStateException closed) {
            leave();
            done.complete();
          }
        });
    return done.future();
  }

  /** Waits for a write; when it fails the client has left. */
  private void settle(Future<Void> written) {
    Future.any(written, gone.future())
        .recover(
            failed -> {
              leave();
              return Future.succeededFuture();
            })
        .await();
  }
}
