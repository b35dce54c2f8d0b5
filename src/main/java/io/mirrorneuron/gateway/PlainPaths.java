package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/**
 * Nothing is found under a path with empty segments or with dots for segments, plain or encoded.
 * The router would smooth them out: the path that was sent, and that a proxy before us has checked,
 * would not be the one whose operation runs.
 */
final class PlainPaths implements Handler<RoutingContext> {
  private static final Pattern SMOOTHED =
      Pattern.compile("/(?:\\.|%2e){0,2}/|/(?:\\.|%2e){1,2}$", Pattern.CASE_INSENSITIVE);

  @Override
  public void handle(RoutingContext ctx) {
    if (isPlain(ctx.request().path())) {
      ctx.next();
    } else {
      Problems.send(ctx, Problem.notFound());
    }
  }

  static boolean isPlain(String path) {
    return !SMOOTHED.matcher(path).find();
  }

  /** Whether a segment would be smoothed out; for those that are decoded already. */
  static boolean isDots(String segment) {
    return segment.equals(".") || segment.equals("..");
  }
}
