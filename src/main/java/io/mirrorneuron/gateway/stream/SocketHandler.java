package io.mirrorneuron.gateway.stream;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.mirrorneuron.gateway.call.AccessCheck;
import io.mirrorneuron.gateway.call.OperationCheck;
import io.mirrorneuron.gateway.call.PageGuard;
import io.mirrorneuron.gateway.call.ParameterSource;
import io.mirrorneuron.gateway.call.StreamAccess;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.StreamTokens;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;

/**
 * One WebSocket of the contract. Everything is checked before the upgrade, so that refusals are
 * ordinary HTTP answers.
 */
public final class SocketHandler implements Handler<RoutingContext> {
  private static final String BATCH = "batch";
  private static final String INTERVAL = "interval";

  /** Shared by the handlers of all sockets. */
  public record Shared(
      Auth auth,
      StreamTokens tokens,
      PageGuard pages,
      Streams streams,
      Topics topics,
      Clock clock) {}

  private final ApiOperation operation;
  private final OperationCheck check;
  private final LiveStream stream;
  private final Shared shared;

  /**
   * @param stream to send; null for a socket of topics
   */
  public SocketHandler(
      ApiOperation operation, OperationCheck check, LiveStream stream, Shared shared) {
    this.operation = operation;
    this.check = check;
    this.stream = stream;
    this.shared = shared;
  }

  @Override
  public void handle(RoutingContext ctx) {
    AccessCheck.of(
        ctx,
        StreamAccess.byHeader(ctx, shared.auth(), shared.tokens()),
        authorization(ctx),
        operation.role(),
        caller -> {
          if (shared.pages().permitsSocket(ctx.request())) {
            enter(ctx, caller);
          } else {
            Problems.send(ctx, Problem.originNotAllowed());
          }
        });
  }

  private void enter(RoutingContext ctx, Principal caller) {
    check.queryNames().check(ctx);
    ParameterSource parameters = ParameterSource.of(ctx);
    ApiCall options = check.read(parameters, null);
    if (stream == null) {
      Duration interval = Duration.ofMillis(Math.round(1000 * options.number(INTERVAL)));
      upgrade(
          ctx,
          socket ->
              new Realtime(
                  ctx.vertx(),
                  socket,
                  caller,
                  shared.topics(),
                  shared.streams(),
                  shared.clock(),
                  interval));
      return;
    }
    Subscription subscription = stream.subscribe(parameters, caller.expiry());
    ctx.request().pause(); // a request whose body was read can no longer be upgraded
    shared
        .streams()
        .first(subscription)
        .onComplete(
            first ->
                upgrade(
                    ctx,
                    socket ->
                        shared
                            .streams()
                            .follow(
                                subscription,
                                first,
                                new SocketSink(socket, options.flag(BATCH), shared.clock()))),
            ctx::fail);
  }

  /** Browsers cannot set a header on a socket: there the token may be a parameter. */
  private static String authorization(RoutingContext ctx) {
    String authorization = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization == null && ctx.request().query() != null) {
      String token = ctx.queryParams().get(StreamTokens.PARAMETER);
      authorization = token == null ? null : "Bearer " + token;
    }
    return authorization;
  }

  private static void upgrade(RoutingContext ctx, Handler<ServerWebSocket> begin) {
    HttpServerRequest request = ctx.request();
    if (request.response().closed()) {
      return;
    }
    if (request.canUpgradeToWebSocket()) {
      request.toWebSocket().onComplete(begin::handle, ctx::fail);
    } else {
      ctx.response().putHeader(HttpHeaders.UPGRADE, "websocket");
      Problems.send(ctx, Problem.upgradeRequired());
    }
  }
}
