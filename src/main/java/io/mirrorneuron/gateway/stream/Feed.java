package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.BusFailure;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.model.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single reader for all subscribers of the same records, whatever their protocol. While there
 * are subscribers it reads at the newest end by long polls, and keeps the last batches until all
 * subscribers have them, so that a slightly slow one needs no reads of its own. Runs on one event
 * loop.
 */
final class Feed {
  private static final Logger log = LoggerFactory.getLogger(Feed.class);
  private static final int KEPT_CHARS = 256 << 10;
  private static final long RETRY_MILLIS = 1000;

  /** How long read errors are retried before clients notice. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();

  private final Vertx vertx;
  private final Subscription source;
  private final SharedReads reads;
  private final Duration wait;
  private final Runnable onIdle;
  private final Set<Subscriber> subscribers = new LinkedHashSet<>();
  private final Deque<EventBatch> kept = new ArrayDeque<>();
  private int keptChars;
  private long start;
  private long cursor;
  private boolean ended;
  private boolean reading;

  /** Time since which reads fail, or 0. */
  private long troubledSince;

  /**
   * @param reads for subscribers that read on their own, often after the same cursor
   * @param cursor where to begin
   * @param wait how long a read may wait for something new
   * @param onIdle called when the last subscriber has gone
   */
  Feed(
      Vertx vertx,
      Subscription source,
      SharedReads reads,
      long cursor,
      Duration wait,
      Runnable onIdle) {
    this.vertx = vertx;
    this.source = source;
    this.reads = reads;
    this.start = cursor;
    this.cursor = cursor;
    this.wait = wait;
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

  boolean isSnapshot() {
    return source.isSnapshot();
  }

  /** A separate read after a cursor, for a subscriber that has fallen behind. */
  Future<EventBatch> read(long position) {
    return reads.read(source, position);
  }

  /** Records up to and including this position are no longer kept. */
  long start() {
    return start;
  }

  /** Whether records after this position were dropped that the subscriber must still get. */
  boolean hasDropped(long position) {
    return position < start && !isSnapshot();
  }

  /** Whether no record follows {@code position}, now or later. */
  boolean endsAt(long position) {
    return ended && beyond(position) == null;
  }

  /** The kept batch after the position, or null. */
  EventBatch beyond(long position) {
    if (hasDropped(position) || kept.isEmpty()) {
      return null;
    }
    if (isSnapshot()) {
      return kept.getLast().next() > position ? kept.getLast() : null;
    }
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
        .read(cursor, wait)
        .onComplete(
            batch -> {
              reading = false;
              troubledSince = 0;
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
    keptChars += batch.length();
    long all = subscribers.stream().mapToLong(Subscriber::cursor).min().orElse(cursor);
    while (kept.size() > 1 && (kept.peek().next() <= all || keptChars > KEPT_CHARS)) {
      EventBatch oldest = kept.remove();
      keptChars -= oldest.length();
      start = oldest.next();
    }
  }

  ObjectNode reported(Problem problem) {
    return source.reported(problem);
  }

  /** NOT_FOUND ends the streams; other errors are retried for a short time. */
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
    long now = System.nanoTime();
    troubledSince = troubledSince == 0 ? now : troubledSince;
    if (now - troubledSince >= PATIENCE_NANOS) {
      log.warn("a stream cannot be read; its followers are told so: {}", failure.toString());
      reading = false;
      troubledSince = 0;
      Problem problem = Problem.of(failure);
      subscribers().forEach(subscriber -> subscriber.fail(problem));
      return;
    }
    log.debug("a stream cannot be read, trying again: {}", failure.toString());
    vertx.setTimer(
        RETRY_MILLIS,
        timer -> {
          reading = false;
          read();
        });
  }
}
