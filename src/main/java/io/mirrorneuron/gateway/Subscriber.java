package io.mirrorneuron.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/**
 * One client that follows a feed at its own pace: while its connection takes no more, its cursor
 * stands still and costs nothing; if it falls behind what the feed keeps, it reads alone until it
 * has caught up.
 */
final class Subscriber {
  private static final Buffer HEARTBEAT = Buffer.buffer(": \n\n");

  private final HttpServerResponse response;
  private final Feed feed;
  private long cursor;
  private boolean catchingUp;
  private boolean over;

  Subscriber(HttpServerResponse response, Feed feed, long cursor) {
    this.response = response;
    this.feed = feed;
    this.cursor = cursor;
    response.drainHandler(drained -> advance());
    response.closeHandler(closed -> leave());
    response.exceptionHandler(failure -> leave());
  }

  /** Writes what there is and what the connection takes. */
  void advance() {
    while (!over && !catchingUp && !response.writeQueueFull()) {
      if (cursor < feed.start()) {
        catchUp();
        return;
      }
      EventBatch batch = feed.beyond(cursor);
      if (batch == null) {
        if (feed.endsAt(cursor)) {
          finish();
        }
        return;
      }
      write(batch);
    }
  }

  void heartbeat() {
    if (!over && !response.writeQueueFull()) {
      response.write(HEARTBEAT);
    }
  }

  /** Ends the response without saying that the records have ended: the client will come back. */
  void cut() {
    if (!over) {
      leave();
      response.end();
    }
  }

  private void catchUp() {
    catchingUp = true;
    feed.source()
        .read(cursor, false)
        .map(EventBatch::of)
        .onComplete(
            batch -> {
              catchingUp = false;
              if (batch.isEmpty()) {
                // Nothing is left of what lay between; go on where the feed begins.
                cursor = feed.start();
              } else if (!over) {
                write(batch);
              }
              advance();
            },
            failure -> cut());
  }

  private void write(EventBatch batch) {
    Buffer frames = batch.after(cursor);
    cursor = batch.next();
    if (frames.length() > 0) {
      response.write(frames);
    }
  }

  private void finish() {
    leave();
    response.end(Buffer.buffer("event: end\ndata: {\"next\":" + cursor + "}\n\n"));
  }

  private void leave() {
    over = true;
    feed.remove(this);
  }
}
