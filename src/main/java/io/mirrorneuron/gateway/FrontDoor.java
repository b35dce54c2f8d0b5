package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.CommonHeaders;
import io.mirrorneuron.gateway.security.Cors;
import io.mirrorneuron.gateway.security.PageGuard;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * The first handler of each request: what all answers have, whether the page it comes from may ask,
 * and its operation where that is found at once. All others go on to the router.
 */
record FrontDoor(CommonHeaders headers, PageGuard pages, Cors cors, DirectPaths paths)
    implements Handler<RoutingContext> {

  @Override
  public void handle(RoutingContext ctx) {
    headers.apply(ctx.request());
    if (pages.admits(ctx) && cors.admits(ctx) && !paths.handle(ctx)) {
      ctx.next();
    }
  }
}
