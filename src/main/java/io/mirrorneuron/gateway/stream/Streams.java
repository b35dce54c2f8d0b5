package io.mirrorneuron.gateway.stream;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What is being followed. A stream is a cursor read repeated: the same operation that answers a
 * list is asked for what lies behind the cursor, and may wait. All who follow the same records
 * through one verticle share a {@link Feed}. Lives on one event loop.
 */
public final class Streams {
  private final Vertx vertx;
  private final Clock clock;
  private final Duration wait;
  private final Map<String, Feed> feeds = new HashMap<>();
  private final SharedReads reads = new SharedReads();
  private boolean closed;

  /**
   * @param clock tells when tokens end
   * @param wait how long a read may wait for something new; shorter than a call's timeout
   */
  public Streams(Vertx vertx, Clock clock, Duration wait) {
    this.vertx = vertx;
    this.clock = clock;
    this.wait = wait;
  }

  /** The page to begin with. Fails as the operation does. */
  Future<EventBatch> first(Subscription subscription) {
    return reads.first(subscription);
  }

  /** As the other, with the heartbeat that the subscription asks for. */
  Subscriber follow(Subscription subscription, EventBatch first, StreamSink outlet) {
    return follow(subscription, first, outlet, subscription.heartbeat());
  }

  /**
   * Writes what the first page holds and everything that follows.
   *
   * @param heartbeat zero for none
   */
  Subscriber follow(
      Subscription subscription, EventBatch first, StreamSink outlet, Duration heartbeat) {
    String key = subscription.key();
    Feed feed =
        feeds.computeIfAbsent(
            key,
            absent ->
                new Feed(vertx, subscription, reads, first.next(), wait, () -> feeds.remove(key)));
    Subscriber subscriber = new Subscriber(vertx, feed, first, outlet, heartbeat);
    subscriber.endWith(TokenEnd.of(subscription.expiry(), clock));
    feed.add(subscriber);
    if (closed) {
      subscriber.cut(); // its first page was being read meanwhile
    }
    return subscriber;
  }

  /** Breaks every stream off: its client reconnects, to another server or after a restart. */
  public void close() {
    closed = true;
    feeds.values().stream()
        .flatMap(feed -> feed.subscribers().stream())
        .toList()
        .forEach(Subscriber::cut);
  }
}
