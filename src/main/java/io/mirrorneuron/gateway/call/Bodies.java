package io.mirrorneuron.gateway.call;

import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.ValueCount;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Pattern;

/** Reads bodies into memory and counts their actual bytes, independent of their headers. */
public final class Bodies {
  private static final int FIRST_ALLOCATION = 4096;

  /** Least memory of a small JSON value. */
  private static final int BYTES_OF_VALUE = 64;

  /** Limit of an empty object with blanks and line ends. */
  private static final int EMPTY_BYTES = 64;

  private static final Pattern EMPTY = Pattern.compile("\\s*(\\{\\s*}\\s*)?");
  private static final Refusal UNEXPECTED = unexpected();

  private final long limitBytes;
  private final BodyBudget budget;

  /**
   * @param limitBytes of one body
   * @param budget of all bodies
   */
  public Bodies(long limitBytes, BodyBudget budget) {
    this.limitBytes = limitBytes;
    this.budget = budget;
  }

  /**
   * Must be called before the event loop delivers the body. Fails with a {@link Refusal}, or as
   * UNAVAILABLE when the budget of all bodies is used up.
   */
  public Future<Buffer> read(RoutingContext ctx) {
    return read(ctx, limitBytes, Refusal.tooLarge(limitBytes), budget.open());
  }

  /**
   * Reads a JSON body. Also counts the memory of its values: a body with more than {@link
   * ValueCount#MOST} is refused before it is parsed into objects.
   */
  public Future<Buffer> readJson(RoutingContext ctx) {
    BodyBudget.Share share = budget.open();
    return read(ctx, limitBytes, Refusal.tooLarge(limitBytes), share)
        .map(
            body -> {
              long values = body.length() < FIRST_ALLOCATION ? 0 : StrictJson.count(body);
              if (values > ValueCount.MOST) {
                throw Refusal.tooManyValues(ValueCount.MOST);
              }
              if (!share.take(values * BYTES_OF_VALUE)) {
                throw share.full();
              }
              return body;
            });
  }

  /**
   * For operations without a body: fails with a {@link Refusal} when there is one, as it would be
   * ignored. An empty object, which some clients always send, counts as none.
   *
   * @param then handles the request; called at once when the head announces no body
   */
  public static void expectNone(RoutingContext ctx, Runnable then) {
    HttpServerRequest request = ctx.request();
    if (isAbsent(request)) {
      then.run();
      request.resume(); // it was paused during authentication
      return;
    }
    read(ctx, EMPTY_BYTES, UNEXPECTED, new BodyBudget(EMPTY_BYTES).open())
        .map(
            body -> {
              if (!EMPTY.matcher(body.toString()).matches()) {
                throw UNEXPECTED;
              }
              then.run();
              return null;
            })
        .onFailure(ctx::fail);
  }

  /**
   * Refuses encoded bodies: this server decompresses nothing and would misread them.
   *
   * @throws Refusal when the head names an encoding of the body
   */
  public static void requirePlain(HttpServerRequest request) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null
        && !encoding.isBlank()
        && !encoding.strip().equalsIgnoreCase("identity")
        && !isAbsent(request)) {
      throw Refusal.contentEncoding(encoding);
    }
  }

  private static Future<Buffer> read(
      RoutingContext ctx, long limitBytes, Refusal tooLong, BodyBudget.Share share) {
    HttpServerRequest request = ctx.request();
    ctx.addEndHandler(end -> share.close());
    if (declaredLength(request) > limitBytes) {
      return Future.failedFuture(tooLong);
    }
    greet(request);
    Promise<Buffer> done = Promise.promise();
    Buffer body = Buffer.buffer(FIRST_ALLOCATION);
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() > limitBytes) {
            done.tryFail(tooLong);
          } else if (!share.take(chunk.length())) {
            done.tryFail(share.full());
          } else if (!done.future().isComplete()) {
            body.appendBuffer(chunk);
          }
        });
    request.exceptionHandler(done::tryFail);
    request.endHandler(end -> done.tryComplete(body));
    request.resume(); // it was paused during authentication
    return done.future();
  }

  private static Refusal unexpected() {
    Fault fault =
        new Fault(
            "unexpected_body",
            List.of("body"),
            "is not taken by this operation; send none, or {}",
            null);
    return Refusal.malformed(fault.sentence(), List.of(fault));
  }

  /** Whether the head of the request announces no body. */
  static boolean isAbsent(HttpServerRequest request) {
    long length = declaredLength(request);
    return length == 0
        || length < 0
            && request.version() != HttpVersion.HTTP_2
            && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  /** -1 when the length is not declared. */
  static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return -1;
    }
    try {
      return Long.parseLong(length);
    } catch (NumberFormatException e) {
      throw Refusal.malformed("Content-Length is not a number", List.of());
    }
  }

  /**
   * Answers {@code Expect: 100-continue}, only after authentication and the check of the length.
   */
  static void greet(HttpServerRequest request) {
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
  }
}
