package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.BusFailure;
import io.mirrorneuron.model.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one reader behind all streams of the same records. Reads at the newest end, one long poll
 * after the other, while anybody follows; keeps the last batches, so that who falls behind a little
 * need not read alone. Lives on one event loop.
 */
final class Feed {
  private static final Logger log = LoggerFactory.getLogger(Feed.class);
  private static final int KEPT_BYTES = 256 << 10;
  private static final long RETRY_MILLIS = 1000;

  /** A cursor read; {@code wait} says whether it may wait for something new. */
  @FunctionalInterface
  interface Source {
    Future<Buffer> read(long cursor, boolean wait);
  }

  private final Vertx vertx;
  private final Source source;
  private final Runnable onIdle;
  private final Set<Subscriber> subscribers = new LinkedHashSet<>();
  private final Deque<EventBatch> kept = new ArrayDeque<>();
  private int keptBytes;
  private long start;
  private long cursor;
  private boolean ended;
  private boolean reading;

  /**
   * @param cursor where to begin
   * @param onIdle called when the last subscriber has gone
   */
  Feed(Vertx vertx, Source source, long cursor, Runnable onIdle) {
    this.vertx = vertx;
    this.source = source;
    this.start = cursor;
    this.cursor = cursor;
    this.onIdle = onIdle;
  }

  void add(Subscriber subscriber) {
    subscribers.add(subscriber);
    subscriber.advance();
    read();
  }

  void remove(Subscriber subscriber) {
    if (subscribers.remove(subscriber) && subscribers.isEmpty()) {
      onIdle.run();
    }
  }

  List<Subscriber> subscribers() {
    return List.copyOf(subscribers);
  }

  Source source() {
    return source;
  }

  /** Records at or before this are no longer kept. */
  long start() {
    return start;
  }

  /** No record follows {@code position}, now or later. */
  boolean endsAt(long position) {
    return ended && position >= cursor;
  }

  /** The oldest kept batch that goes beyond the position, or null. */
  EventBatch beyond(long position) {
    for (EventBatch batch : kept) {
      if (batch.next() > position) {
        return batch;
      }
    }
    return null;
  }

  private void read() {
    if (reading || ended || subscribers.isEmpty()) {
      return;
    }
    reading = true;
    source
        .read(cursor, true)
        .map(EventBatch::of)
        .onComplete(
            batch -> {
              reading = false;
              keep(batch);
              subscribers().forEach(Subscriber::advance);
              read();
            },
            this::failed);
  }

  private void keep(EventBatch batch) {
    cursor = batch.next();
    ended = batch.ended();
    if (batch.isEmpty()) {
      return;
    }
    kept.add(batch);
    keptBytes += batch.length();
    while (keptBytes > KEPT_BYTES && kept.size() > 1) {
      EventBatch oldest = kept.remove();
      keptBytes -= oldest.length();
      start = oldest.next();
    }
  }

  /** What is gone ends the streams; any other trouble is waited out. */
  private void failed(Throwable failure) {
    boolean gone =
        failure instanceof ReplyException reply
            && BusFailure.toException(reply).code() == ErrorCode.NOT_FOUND;
    if (gone) {
      ended = true;
      reading = false;
      subscribers().forEach(Subscriber::advance);
      return;
    }
    log.warn("a stream cannot be read, trying again: {}", failure.toString());
    vertx.setTimer(
        RETRY_MILLIS,
        timer -> {
          reading = false;
          read();
        });
  }
}
