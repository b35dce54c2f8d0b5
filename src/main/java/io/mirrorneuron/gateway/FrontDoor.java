package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.call.Cors;
import io.mirrorneuron.gateway.call.PageGuard;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * The first handler of each request that has a path: whether the page it comes from may ask, and
 * its operation where that is found at once. All others go on to the router.
 */
record FrontDoor(PageGuard pages, Cors cors, DirectPaths paths) implements Handler<RoutingContext> {

  @Override
  public void handle(RoutingContext ctx) {
    if (pages.admits(ctx) && cors.admits(ctx) && !paths.handle(ctx)) {
      ctx.next();
    }
  }
}
