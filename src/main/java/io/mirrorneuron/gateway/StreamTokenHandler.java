package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.call.AccessCheck;
import io.mirrorneuron.gateway.call.AreaCall;
import io.mirrorneuron.gateway.call.Bodies;
import io.mirrorneuron.gateway.call.OperationCheck;
import io.mirrorneuron.gateway.call.ParameterSource;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Principal;
import io.mirrorneuron.security.Role;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Makes tokens for the streams of runs that there are. Not on the bus: the doors that take a token
 * make it.
 *
 * @param run tells one run
 */
record StreamTokenHandler(
    OperationCheck check, Role role, Auth auth, StreamTokens tokens, AreaCall run)
    implements Handler<RoutingContext> {
  private static final String RUN = "run_id";

  @Override
  public void handle(RoutingContext ctx) {
    String authorization = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    AccessCheck.of(ctx, auth, authorization, role, caller -> enter(ctx, caller));
  }

  private void enter(RoutingContext ctx, Principal caller) {
    check.queryNames().check(ctx);
    Bodies.requirePlain(ctx.request());
    ApiCall call = check.read(ParameterSource.of(ctx), null);
    Bodies.expectNone(
        ctx, () -> run.ask(call).onComplete(found -> answer(ctx, call, caller), ctx::fail));
  }

  private record Answer(String runId, String token, String expiresAt) {}

  private void answer(RoutingContext ctx, ApiCall call, Principal caller) {
    StreamTokens.Issued issued = tokens.issue(call.text(RUN), caller);
    String end = Json.timestamp(issued.expiresAt());
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(Json.write(new Answer(call.text(RUN), issued.token(), end)));
  }
}
