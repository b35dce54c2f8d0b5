package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.wire.Fault;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Server-sent events. A stream is a cursor read repeated: the same operation that answers a list is
 * asked for what lies behind the cursor, and may wait. All streams of one verticle that follow the
 * same records share a {@link Feed}. Lives on one event loop.
 */
final class Streams {
  private static final long HEARTBEAT_MILLIS = 15_000;
  private static final int PAGE = 500;
  private static final Buffer HELLO = Buffer.buffer("retry: 2000\n\n");

  private final Vertx vertx;
  private final Duration wait;
  private final Map<String, Feed> feeds = new HashMap<>();
  private final long heartbeat;

  /**
   * @param wait how long a read may wait for something new; shorter than a call's timeout
   */
  Streams(Vertx vertx, Duration wait) {
    this.vertx = vertx;
    this.wait = wait;
    this.heartbeat =
        vertx.setPeriodic(HEARTBEAT_MILLIS, timer -> all().forEach(Subscriber::heartbeat));
  }

  /**
   * Answers with a stream that begins behind {@code Last-Event-ID}, else behind the cursor
   * parameter, else at the start.
   *
   * @param ask sends the call to its area
   */
  void open(
      RoutingContext ctx,
      ApiOperation operation,
      ApiCall call,
      Function<ApiCall, Future<Buffer>> ask) {
    String name = operation.cursor();
    long cursor = cursor(ctx, call, name);
    call.with("limit", PAGE).with(name, null);
    Feed.Source source =
        (position, mayWait) -> {
          ApiCall read = new ApiCall(call.json().copy()).with(name, position);
          return ask.apply(mayWait ? read.withWait(wait) : read);
        };
    // The first page comes before the head, so that a job that does not exist is a 404.
    source
        .read(cursor, false)
        .map(EventBatch::of)
        .onComplete(
            first -> begin(ctx, operation.id() + call.json().encode(), source, cursor, first),
            ctx::fail);
  }

  /** Cuts every stream: its client comes back, to another server or to the next start of this. */
  void close() {
    vertx.cancelTimer(heartbeat);
    all().forEach(Subscriber::cut);
  }

  private void begin(
      RoutingContext ctx, String key, Feed.Source source, long cursor, EventBatch first) {
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
    response.write(HELLO.copy().appendBuffer(first.after(cursor)));
    Feed feed =
        feeds.computeIfAbsent(
            key, absent -> new Feed(vertx, source, first.next(), () -> feeds.remove(key)));
    feed.add(new Subscriber(response, feed, first.next()));
  }

  private static long cursor(RoutingContext ctx, ApiCall call, String name) {
    String last = ctx.request().getHeader("Last-Event-ID");
    if (last == null || last.isEmpty()) {
      return call.has(name) ? call.integer(name) : 0;
    }
    if (Scalars.INTEGER.read(last) instanceof Long position && position >= 0) {
      return position;
    }
    throw Refusal.invalid(
        List.of(
            new Fault(
                "int_parsing",
                List.of("header", "Last-Event-ID"),
                "must be the id of an event",
                last)));
  }

  private List<Subscriber> all() {
    return feeds.values().stream().flatMap(feed -> feed.subscribers().stream()).toList();
  }
}
