package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** A stream of server-sent events. */
public final class SseSink implements StreamSink {
  private static final Buffer HELLO = Buffer.buffer("retry: 2000\n\n");
  private static final Buffer HEARTBEAT = Buffer.buffer(": heartbeat\n\n");

  /** Browsers do not reconnect after this status. */
  private static final int NOTHING_FOLLOWS = 204;

  private final HttpServerResponse response;
  private boolean hasWritten;

  private SseSink(HttpServerResponse response) {
    this.response = response;
  }

  /**
   * Answers with a stream; with 204, which stops browsers from reconnecting, when the client has
   * all records of an ended stream.
   *
   * @param isBack whether the client sent the id of its last record
   */
  public static void open(
      RoutingContext ctx, Streams streams, Subscription subscription, boolean isBack) {
    // The first page is read before the head is sent, so that an unknown job is a 404.
    streams
        .first(subscription)
        .onComplete(
            first -> {
              if (isBack && first.isEmpty() && first.ended()) {
                ctx.response().setStatusCode(NOTHING_FOLLOWS).end();
              } else {
                begin(ctx, streams, subscription, first);
              }
            },
            ctx::fail);
  }

  private static void begin(
      RoutingContext ctx, Streams streams, Subscription subscription, EventBatch first) {
    HttpServerResponse response = ctx.response();
    if (response.closed()) {
      return;
    }
    response
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader("X-Accel-Buffering", "no");
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      response.end();
      return;
    }
    response.write(HELLO);
    streams.follow(subscription, first, new SseSink(response));
  }

  @Override
  public void attach(Subscriber subscriber) {
    response.drainHandler(drained -> subscriber.advance());
    response.closeHandler(closed -> subscriber.leave());
    response.exceptionHandler(failure -> subscriber.leave());
  }

  @Override
  public boolean isFull() {
    return response.writeQueueFull();
  }

  @Override
  public int write(EventBatch batch, int from) {
    int to = batch.endOfWrite(from);
    hasWritten = true;
    response.write(batch.events(from, to));
    return to;
  }

  @Override
  public void heartbeat() {
    response.write(HEARTBEAT);
  }

  /** A stream without records ends with an id, which the client sends when it reconnects. */
  @Override
  public void end(long next) {
    String id = hasWritten ? "" : "id: " + next + "\n";
    response.end(Buffer.buffer(id + "event: end\ndata: {\"next\":" + next + "}\n\n"));
  }

  @Override
  public void cut() {
    response.end();
  }

  @Override
  public void fail(ObjectNode reported) {
    response.end(Buffer.buffer("event: error\ndata: " + Json.write(reported) + "\n\n"));
  }

  @Override
  public void refuse(Problem problem) {
    fail(Json.object().put("error", problem.error()).put("detail", problem.detail()));
  }
}
