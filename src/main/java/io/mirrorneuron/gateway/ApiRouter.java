package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.AreaBus;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.mirrorneuron.gateway.call.Cors;
import io.mirrorneuron.gateway.call.PageGuard;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the router of the contract's operations. Each request that {@link RequestDoor} lets in
 * passes, in this order: the check of the page it comes from, CORS, the path, authentication, the
 * body, the checks of the contract, the area.
 */
final class ApiRouter {
  private ApiRouter() {}

  /**
   * What the routes are made of.
   *
   * @param timeout of a call to an area
   */
  record Parts(
      PageGuard pages,
      Cors cors,
      Health health,
      Ready ready,
      BusHandler.Shared shared,
      AreaBus areas,
      Duration timeout,
      Clock clock) {}

  /** Router of all operations; {@link #close} completes it after other routes were added. */
  static Router create(Vertx vertx, Contract contract, Parts parts) {
    RouterBuilder builder = RouterBuilder.create(vertx, contract.parsed());
    SlashPaths slashPaths = new SlashPaths();
    DirectPaths directPaths = new DirectPaths();
    builder
        .rootHandler(new FrontDoor(parts.pages(), parts.cors(), directPaths))
        .rootHandler(slashPaths)
        .rootHandler(new PlainPaths());
    Map<String, Handler<RoutingContext>> handlers = new HashMap<>();
    new OperationHandlers(contract, parts)
        .forEach(
            (operation, handler) -> {
              handlers.put(operation.id(), handler);
              // Security and checks are ours: see Auth and OperationCheck.
              builder
                  .getRoute(operation.id())
                  .setDoValidation(false)
                  .setDoSecurity(false)
                  .addHandler(handler);
              if (operation.slashed() != null) {
                slashPaths.add(operation, handler);
              } else {
                slashPaths.leave(operation);
              }
            });
    Router router = builder.createRouter();
    router.getRoutes().stream()
        .filter(route -> route.methods() != null && route.methods().contains(HttpMethod.GET))
        .forEach(route -> route.method(HttpMethod.HEAD));
    ColonPaths.makeLiteral(router);
    List<Operation> order =
        router.getRoutes().stream()
            .map(route -> route.<Operation>getMetadata(RouterBuilder.KEY_META_DATA_OPERATION))
            .toList();
    for (ApiOperation operation : contract.operations()) {
      String id = operation.id();
      directPaths.add(operation, order.indexOf(contract.parsed().operation(id)), handlers.get(id));
    }
    return router;
  }

  /**
   * Adds the handlers for requests that no route has answered and for failures. Must be called
   * after every other route was added.
   */
  static Router close(Router router, Contract contract) {
    router.route().last().handler(new AllowedMethods(contract.operations()));
    router.route().failureHandler(Problems::send);
    // Paths that cannot be decoded fail before any route is looked at.
    router
        .errorHandler(400, ctx -> Problems.send(ctx, Problem.malformed("the path is malformed")))
        .errorHandler(500, Problems::send);
    return router;
  }
}
