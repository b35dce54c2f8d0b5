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

  private final HttpServerResponse response;

  private SseSink(HttpServerResponse response) {
    this.response = response;
  }

  /** Answers with a stream. */
  public static void open(RoutingContext ctx, Streams streams, Subscription subscription) {
    // The first page comes before the head, so that a job that does not exist is a 404.
    streams
        .first(subscription)
        .onComplete(first -> begin(ctx, streams, subscription, first), ctx::fail);
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
    response.write(batch.events(from, to));
    return to;
  }

  @Override
  public void heartbeat() {
    response.write(HEARTBEAT);
  }

  @Override
  public void end(long next) {
    response.end(Buffer.buffer("event: end\ndata: {\"next\":" + next + "}\n\n"));
  }

  @Override
  public void cut() {
    response.end();
  }

  @Override
  public void fail(ObjectNode told) {
    response.end(Buffer.buffer("event: error\ndata: " + Json.write(told) + "\n\n"));
  }

  @Override
  public void refuse(Problem problem) {
    fail(Json.object().put("error", problem.error()).put("detail", problem.detail()));
  }
}
