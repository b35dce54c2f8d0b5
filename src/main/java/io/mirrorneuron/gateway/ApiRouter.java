package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.Entry;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.mirrorneuron.gateway.call.AreaCall;
import io.mirrorneuron.gateway.call.OperationCheck;
import io.mirrorneuron.gateway.call.Schemas;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.ContractCheck;
import io.mirrorneuron.gateway.security.Cors;
import io.mirrorneuron.gateway.security.PageGuard;
import io.mirrorneuron.gateway.stream.LiveStream;
import io.mirrorneuron.gateway.stream.SocketHandler;
import io.mirrorneuron.gateway.stream.Topics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.Operation;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The contract as a router. The order for every request: id and common headers, what page it comes
 * from, CORS, the path, who calls, the body, what the contract says of it, the area.
 */
final class ApiRouter {
  private ApiRouter() {}

  /**
   * What the routes are made of.
   *
   * @param timeout of a call to an area
   */
  record Parts(
      Entry entry,
      PageGuard pages,
      Cors cors,
      Health health,
      Ready ready,
      BusHandler.Shared shared,
      Duration timeout,
      Clock clock) {}

  static Router create(Vertx vertx, Contract contract, Parts parts) {
    RouterBuilder builder = RouterBuilder.create(vertx, contract.parsed());
    SlashPaths slashPaths = new SlashPaths();
    builder
        .rootHandler(parts.entry())
        .rootHandler(parts.pages())
        .rootHandler(parts.cors())
        .rootHandler(slashPaths)
        .rootHandler(new PlainPaths());
    Map<String, OperationCheck> checks = checks(contract);
    Map<String, LiveStream> streams = new LinkedHashMap<>();
    for (ApiOperation operation : contract.operations()) {
      if (operation.stream() != null) {
        AreaCall area = new AreaCall(vertx.eventBus(), operation, parts.timeout());
        streams.put(operation.id(), new LiveStream(operation, checks.get(operation.id()), area));
      }
    }
    var sockets =
        new SocketHandler.Shared(
            parts.shared().auth(),
            parts.pages(),
            parts.shared().streams(),
            new Topics(streams.values()),
            parts.clock());
    for (ApiOperation operation : contract.operations()) {
      OperationCheck check = checks.get(operation.id());
      Handler<RoutingContext> handler;
      if (operation.id().equals(ContractCheck.HEALTH)) {
        handler = parts.health();
      } else if (operation.id().equals(ContractCheck.READY)) {
        handler = parts.ready();
      } else if (operation.socket() != null) {
        handler =
            new SocketHandler(operation, check, streams.get(operation.socket().stream()), sockets);
      } else {
        handler =
            new BusHandler(
                operation,
                check,
                uploadField(operation, contract.parsed().operation(operation.id())),
                new AreaCall(vertx.eventBus(), operation, parts.timeout()),
                parts.shared());
      }
      // Security and checks are ours: see Auth and OperationCheck.
      builder
          .getRoute(operation.id())
          .setDoValidation(false)
          .setDoSecurity(false)
          .addHandler(handler);
      if (operation.slashed() != null) {
        slashPaths.add(operation, handler);
      }
    }
    Router router = builder.createRouter();
    router.getRoutes().stream()
        .filter(route -> route.methods() != null && route.methods().contains(HttpMethod.GET))
        .forEach(route -> route.method(HttpMethod.HEAD));
    ColonPaths.makeLiteral(router);
    return router;
  }

  /** Adds what answers when nothing else did; must come after every other route. */
  static Router close(Router router, Contract contract) {
    router.route().last().handler(new AllowedMethods(contract.operations()));
    router.route().failureHandler(Problems::send);
    // Paths that cannot be decoded fail before any route is looked at.
    router
        .errorHandler(400, ctx -> Problems.send(ctx, Problem.malformed("the path is malformed")))
        .errorHandler(500, Problems::send);
    return router;
  }

  private static Map<String, OperationCheck> checks(Contract contract) {
    Schemas schemas = new Schemas(contract.parsed().getSchemaRepository());
    Map<String, OperationCheck> checks = new HashMap<>();
    for (ApiOperation operation : contract.operations()) {
      checks.put(
          operation.id(),
          OperationCheck.of(operation, contract.parsed().operation(operation.id()), schemas));
    }
    return checks;
  }

  private static String uploadField(ApiOperation operation, Operation parsed) {
    if (operation.body() != ApiOperation.Body.UPLOAD) {
      return null;
    }
    JsonSchema form = parsed.getRequestBody().getContent().get("multipart/form-data").getSchema();
    return ((JsonArray) ((JsonObject) form).getValue("required")).getString(0);
  }
}
