package io.mirrorneuron.gateway.stream;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * All streams of one gateway. A stream is a repeated cursor read: the operation of a list is called
 * with the last cursor, and may wait. Followers of the same records share a {@link Feed}. Runs on
 * one event loop.
 */
public final class Streams {
  private final Vertx vertx;
  private final Clock clock;
  private final Duration wait;
  private final Map<String, Feed> feeds = new HashMap<>();
  private final SharedReads reads = new SharedReads();
  private boolean closed;

  /**
   * @param clock for the expiry of tokens
   * @param wait how long a read may wait for something new; shorter than a call's timeout
   */
  public Streams(Vertx vertx, Clock clock, Duration wait) {
    this.vertx = vertx;
    this.clock = clock;
    this.wait = wait;
  }

  /** Reads the first page. Fails as the operation does. */
  Future<EventBatch> first(Subscription subscription) {
    return reads.first(subscription);
  }

  /** With the heartbeat of the subscription. */
  Subscriber follow(Subscription subscription, EventBatch first, StreamSink outlet) {
    return follow(subscription, first, outlet, subscription.heartbeat());
  }

  /**
   * Writes the first page and everything that follows.
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
    subscriber.endWith(TokenExpiry.of(subscription.expiry(), clock));
    feed.add(subscriber);
    if (closed) {
      subscriber.cut(); // closed while its first page was being read
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
