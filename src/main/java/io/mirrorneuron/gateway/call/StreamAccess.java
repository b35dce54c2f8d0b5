package io.mirrorneuron.gateway.call;

import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.StreamTokens;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;

/**
 * Authentication of followers: callers with any token, and those with a stream token for the run in
 * the path. Only a stream token may be part of the URL.
 */
public final class StreamAccess {
  private static final String RUN = "run_id";

  private StreamAccess() {}

  /** Authenticates by the header. */
  public static Auth byHeader(RoutingContext ctx, Auth others, StreamTokens tokens) {
    String run = ctx.pathParam(RUN);
    return run == null ? others : tokens.of(run, others);
  }

  /** Authenticates by the header or, without one, by the URL. */
  public static Auth byAddress(RoutingContext ctx, Auth others, StreamTokens tokens) {
    Auth known = byHeader(ctx, others, tokens);
    String token =
        known == others || ctx.request().query() == null
            ? null
            : ctx.queryParams().get(StreamTokens.PARAMETER);
    if (token == null) {
      return known;
    }
    return authorization -> {
      if (authorization != null) {
        return known.authenticate(authorization);
      }
      return StreamTokens.isOne(token)
          ? known.authenticate("Bearer " + token)
          : Future.failedFuture(
              Auth.unauthenticated(
                  "token must be a stream token, as POST /runs/{run_id}/stream-token gives it;"
                      + " another one is sent as the header Authorization"));
    };
  }
}
