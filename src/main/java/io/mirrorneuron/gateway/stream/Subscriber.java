package io.mirrorneuron.gateway.stream;

import io.mirrorneuron.gateway.answer.Problem;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One client that follows a feed at its own pace. While its connection is full, its cursor does not
 * move and costs nothing; if it falls behind the kept batches, it reads on its own until it has
 * caught up. Yields to other subscribers between two writes. Runs on one event loop.
 */
final class Subscriber {
  private final Vertx vertx;
  private final Feed feed;
  private final StreamSink outlet;
  private final Duration heartbeat;
  private EventBatch alone;
  private long cursor;
  private boolean reading;
  private boolean yielding;
  private boolean over;
  private long lastWrite = System.nanoTime();
  private long timer = -1;
  private long expiry = TokenExpiry.NONE;

  /**
   * @param first the page that was read before the client was accepted
   * @param heartbeat silence before a heartbeat; zero for never
   */
  Subscriber(Vertx vertx, Feed feed, EventBatch first, StreamSink outlet, Duration heartbeat) {
    this.vertx = vertx;
    this.feed = feed;
    this.outlet = outlet;
    this.heartbeat = heartbeat;
    this.alone = first;
    this.cursor = first.start();
    outlet.attach(this);
    awaitSilence(heartbeat.toNanos());
  }

  /** Breaks off when the client's token expires; the client reconnects with a newer one. */
  void endWith(TokenExpiry end) {
    expiry =
        end.arm(
            vertx,
            () -> {
              if (!over) {
                leave();
                outlet.refuse(TokenExpiry.PROBLEM);
              }
            });
  }

  /** Position of the last record written. */
  long cursor() {
    return cursor;
  }

  /** Writes available records once, if the connection has room. */
  void advance() {
    if (over || reading || yielding || outlet.isFull()) {
      return;
    }
    EventBatch batch = batch();
    if (batch != null) {
      write(batch);
      if (batch() != null) {
        yielding = true;
        vertx.runOnContext(
            turn -> {
              yielding = false;
              advance();
            });
        return;
      }
    }
    if (feed.hasDropped(cursor)) {
      catchUp();
    } else if (feed.endsAt(cursor)) {
      leave();
      outlet.end(cursor);
    }
  }

  /** Breaks off without reporting an end, so that the client reconnects. */
  void cut() {
    if (!over) {
      leave();
      outlet.cut();
    }
  }

  /** Stops following; the connection stays open. */
  void leave() {
    over = true;
    vertx.cancelTimer(timer);
    vertx.cancelTimer(expiry);
    feed.remove(this);
  }

  /** The batch with the next records; null when there is none in memory. */
  private EventBatch batch() {
    if (alone != null && alone.next() > cursor) {
      return alone;
    }
    alone = null;
    return feed.beyond(cursor);
  }

  private void write(EventBatch batch) {
    int size = batch.size();
    int from = feed.isSnapshot() && size > 0 ? size - 1 : batch.indexAfter(cursor);
    int to = from == size ? size : outlet.write(batch, from);
    cursor = to == size ? batch.next() : batch.get(to - 1).version();
    lastWrite = System.nanoTime();
  }

  private void catchUp() {
    reading = true;
    feed.read(cursor)
        .onComplete(
            batch -> {
              reading = false;
              alone = batch;
              if (batch.isEmpty()) {
                // An empty page with no more to read: nothing is left of the gap.
                cursor = batch.next() > cursor ? batch.next() : feed.start();
              }
              advance();
            },
            this::failed);
  }

  private void failed(Throwable failure) {
    reading = false;
    if (over) {
      return;
    }
    Problem problem = Problem.of(failure);
    if (problem.status() < 500 && !problem.isRetryable()) {
      leave();
      outlet.refuse(problem);
    } else {
      fail(problem);
    }
  }

  /** Breaks off with an error because the records cannot be read. */
  void fail(Problem problem) {
    if (!over) {
      leave();
      outlet.fail(feed.reported(problem));
    }
  }

  private void awaitSilence(long nanos) {
    if (!heartbeat.isZero() && !over) {
      timer = vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)), due -> look());
    }
  }

  private void look() {
    long left = heartbeat.toNanos() - (System.nanoTime() - lastWrite);
    // Timers may fire a little early.
    boolean silent = left < TimeUnit.MILLISECONDS.toNanos(2);
    if (silent && !outlet.isFull()) {
      outlet.heartbeat();
      lastWrite = System.nanoTime();
    }
    awaitSilence(silent ? heartbeat.toNanos() : left);
  }
}
