package io.mirrorneuron.client;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClientResponse;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A streamed answer for a thread that waits for each message. Backpressure: few messages are
 * buffered, so a slow reader stops the sender.
 */
final class PartStream<R> {
  private static final int MOST_HELD = 16;
  private static final int RESUME_AT = 4;

  /** The end has no message; its failure is null on success. */
  private record Item<R>(R message, Throwable failure) {}

  private final LinkedBlockingQueue<Item<R>> items = new LinkedBlockingQueue<>();
  private volatile GrpcClientResponse<?, R> response;
  private volatile Context context;
  private volatile boolean paused;
  private volatile boolean ended;

  /** Call on the event loop, before anything is sent. */
  void listen(Future<? extends GrpcClientResponse<?, R>> coming) {
    context = Vertx.currentContext();
    coming
        .onSuccess(this::hear)
        .onFailure(failure -> items.add(new Item<>(null, unreached(failure))));
  }

  private void hear(GrpcClientResponse<?, R> answer) {
    response = answer;
    answer.handler(
        message -> {
          items.add(new Item<>(message, null));
          if (!paused && items.size() >= MOST_HELD) {
            paused = true;
            answer.pause();
          }
        });
    GrpcCalls.ended(answer)
        .onComplete(
            done -> items.add(new Item<>(null, null)),
            failure -> items.add(new Item<>(null, unreached(failure))));
  }

  /**
   * The next message; null at a timeout, or at the end.
   *
   * @throws MnException failure of the answer
   */
  R next(Duration atMost) throws InterruptedException {
    if (ended) {
      return null;
    }
    Item<R> item = items.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    if (paused && items.size() <= RESUME_AT) {
      context.runOnContext(now -> resume());
    }
    if (item == null) {
      return null;
    }
    if (item.failure() instanceof MnException known) {
      ended = true;
      throw known;
    }
    ended = item.message() == null;
    return item.message();
  }

  private void resume() {
    if (paused) {
      paused = false;
      response.resume();
    }
  }

  /** Whether all was read and the answer succeeded. */
  boolean isEnded() {
    return ended;
  }

  /** A failure of a call without a deadline. */
  static MnException unreached(Throwable failure) {
    return failure instanceof MnException known
        ? known
        : MnException.unavailable("the other node cannot be reached", failure);
  }
}
