package io.mirrorneuron.gateway.answer;

import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The only writer of error answers. */
public final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  /**
   * Bytes of a refused request's body that are still read; beyond them the caller is disconnected.
   */
  private static final long DRAIN_LIMIT = 64L << 20;

  /** Time in which the rest of that body must have arrived. */
  private static final long GRACE_MILLIS = 10_000;

  private Problems() {}

  public static void send(RoutingContext ctx) {
    Throwable failure = ctx.failure();
    if (failure == null) {
      failure = new io.vertx.ext.web.handler.HttpException(ctx.statusCode());
    }
    if (LoggedRequest.wasLeft(ctx, failure)) {
      log.debug("{}: the caller has gone", LoggedRequest.of(ctx));
      return;
    }
    Problem problem = Problem.of(failure);
    log(ctx, problem, failure);
    send(ctx, problem);
  }

  private static void log(RoutingContext ctx, Problem problem, Throwable failure) {
    String requestId = CommonHeaders.requestId(ctx.request());
    if (!problem.isStorageFull()
        && (problem.isRetryable() || problem.isDamage() || problem.status() == 502)) {
      // not a fault of this server: a dependency is unreachable or damaged
      log.warn("{}: {}, request {}", LoggedRequest.of(ctx), problem.detail(), requestId);
    } else if (problem.status() >= 500 // 501 is not logged as a fault
        && problem.status() != 501
        && !problem.isStorageFull()) {
      log.error("{} failed, request {}", LoggedRequest.of(ctx), requestId, failure);
    } else if (log.isDebugEnabled()) {
      log.debug("{}: {}", LoggedRequest.of(ctx), problem.detail());
    }
  }

  public static void send(RoutingContext ctx, Problem problem) {
    HttpServerRequest request = ctx.request();
    HttpServerResponse response = ctx.response();
    if (response.headWritten()) {
      response.reset();
      return;
    }
    response.setStatusCode(problem.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json");
    if (problem.status() == 401) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    if (problem.isRetryable()) {
      response.putHeader("Retry-After", Long.toString(problem.retryAfterSeconds()));
    }
    response.end(Buffer.buffer(problem.bytes(CommonHeaders.requestId(request))));
    if (!request.isEnded()) {
      drain(request);
      // A refused caller must not keep a connection that other callers need.
      ctx.vertx()
          .setTimer(
              GRACE_MILLIS,
              over -> {
                if (!request.isEnded()) {
                  request.connection().close();
                }
              });
    }
  }

  /**
   * Reads the rest of the body, within limits, so that a client that sends everything before it
   * reads gets its answer.
   */
  private static void drain(HttpServerRequest request) {
    long[] seen = {0};
    request.handler(
        chunk -> {
          seen[0] += chunk.length();
          if (seen[0] > DRAIN_LIMIT) {
            request.connection().close();
          }
        });
    request.resume();
  }

  /**
   * Formats requests for the log. A webhook address is a secret of its sender, so log lines do not
   * contain it.
   */
  static final class LoggedRequest {
    /** In any spelling: other spellings lead to the same operation, or nearly do. */
    private static final Pattern ADDRESS =
        Pattern.compile("(.*?hooks)(?:/|%2f).*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private LoggedRequest() {}

    /** Method and path. */
    static String of(RoutingContext ctx) {
      return ctx.request().method() + " " + withoutToken(path(ctx));
    }

    private static String path(RoutingContext ctx) {
      try {
        return String.valueOf(ctx.normalizedPath());
      } catch (IllegalArgumentException e) {
        return "(a path that cannot be decoded)";
      }
    }

    static String withoutToken(String path) {
      Matcher address = ADDRESS.matcher(path);
      return address.matches() ? address.group(1) + "/…" : path;
    }

    /**
     * Whether the caller disconnected before the request was complete, or had its stream reset for
     * violating HTTP/2: an answer would not be read.
     */
    static boolean wasLeft(RoutingContext ctx, Throwable failure) {
      return failure instanceof Http2Exception.StreamException
          || (failure instanceof HttpClosedException || failure instanceof StreamResetException)
              && ctx.response().closed();
    }
  }
}
