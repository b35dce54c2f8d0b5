package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Answers whether calls can be expected to work now, and why not, for load balancers. Like {@link
 * Health} not on the bus. Not being ready is no failure and is not logged.
 */
final class Ready implements Handler<RoutingContext> {
  private static final Buffer READY =
      Buffer.buffer(Json.write(Json.object().put("status", "ready")));

  private final Readiness readiness;

  Ready(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public void handle(RoutingContext ctx) {
    Future.fromCompletionStage(readiness.reasons(), ctx.vertx().getOrCreateContext())
        .onComplete(reasons -> answer(ctx, reasons), ctx::fail);
  }

  private static void answer(RoutingContext ctx, List<String> reasons) {
    if (reasons.isEmpty()) {
      ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(READY);
    } else {
      Problems.send(ctx, Problem.notReady(reasons));
    }
  }
}
