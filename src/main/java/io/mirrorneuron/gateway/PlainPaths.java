package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/**
 * Answers 404 to paths with empty segments or with {@code .} and {@code ..} as segments, plain or
 * encoded, and to addresses of webhooks with a slash more than they have. The router would
 * normalise them: the path that was sent, and that a proxy before us may have checked, would not be
 * the one whose operation runs.
 */
final class PlainPaths implements Handler<RoutingContext> {
  private static final Pattern SMOOTHED =
      Pattern.compile(
          "/(?:\\.|%2e){0,2}/|/(?:\\.|%2e){1,2}$|^/api/v1/hooks/.*/$", Pattern.CASE_INSENSITIVE);

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

  /** Whether a decoded segment is one that the router would normalise away. */
  static boolean isDots(String segment) {
    return segment.equals(".") || segment.equals("..");
  }
}
