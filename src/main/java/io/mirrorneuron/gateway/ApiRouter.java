package io.mirrorneuron.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.Operation;

/**
 * The contract as a router. The order for every request: id and common headers, CORS, the path, who
 * calls, the body, what the contract says of it, the area.
 */
final class ApiRouter {
  private ApiRouter() {}

  static Router create(
      Vertx vertx,
      Contract contract,
      Entry entry,
      Cors cors,
      Health health,
      BusHandler.Shared shared) {
    RouterBuilder builder = RouterBuilder.create(vertx, contract.parsed());
    SlashPaths slashPaths = new SlashPaths();
    builder.rootHandler(entry).rootHandler(cors).rootHandler(slashPaths);
    Schemas schemas = new Schemas(contract.parsed().getSchemaRepository());
    for (ApiOperation operation : contract.operations()) {
      Operation parsed = contract.parsed().operation(operation.id());
      // Security and checks are ours: see Auth and OperationCheck.
      var route = builder.getRoute(operation.id()).setDoValidation(false).setDoSecurity(false);
      if (operation.id().equals(ContractCheck.HEALTH)) {
        route.addHandler(health);
        continue;
      }
      BusHandler handler =
          new BusHandler(
              operation,
              OperationCheck.of(operation, parsed, schemas),
              uploadField(operation, parsed),
              shared);
      route.addHandler(handler);
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

  private static String uploadField(ApiOperation operation, Operation parsed) {
    if (operation.body() != ApiOperation.Body.UPLOAD) {
      return null;
    }
    JsonSchema form = parsed.getRequestBody().getContent().get("multipart/form-data").getSchema();
    return ((JsonArray) ((JsonObject) form).getValue("required")).getString(0);
  }
}
