package io.mirrorneuron.gateway.answer;

import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests as a log may name them. The address of a webhook is a secret of whoever sends to it, so
 * no line has more of it than that it is one.
 */
final class LoggedRequest {
  /** However it is written: other spellings lead to the same operation, or are almost it. */
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
   * Whether the caller has gone before the request was all there, or has broken the rules of HTTP/2
   * and had its stream reset for it: nobody reads an answer.
   */
  static boolean wasLeft(RoutingContext ctx, Throwable failure) {
    return failure instanceof Http2Exception.StreamException
        || (failure instanceof HttpClosedException || failure instanceof StreamResetException)
            && ctx.response().closed();
  }
}
