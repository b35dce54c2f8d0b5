package io.mirrorneuron.gateway.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * What a contract demands of requests, as a document that Vert.x can parse: an absolute server
 * address, the base path within each path (its router would not add it), and nothing about answers,
 * since it refuses media types such as problem+json and event-stream.
 */
final class RequestRules {
  /** What of an operation is about its requests. */
  private static final Set<String> OF_REQUESTS = Set.of("operationId", "parameters", "requestBody");

  private RequestRules() {}

  /**
   * @param document of {@link ServerContract}
   */
  static JsonObject of(JsonObject document) {
    JsonObject rules = document.copy();
    JsonObject paths = new JsonObject();
    Contract.visit(
        rules,
        (path, method, operation) -> {
          String full = Contract.basePath(document) + path;
          if (!paths.containsKey(full)) {
            paths.put(full, new JsonObject());
          }
          paths.getJsonObject(full).put(method, rules(operation));
        });
    return rules
        .put("servers", new JsonArray().add(new JsonObject().put("url", "http://localhost/")))
        .put("paths", paths);
  }

  private static JsonObject rules(JsonObject operation) {
    operation.fieldNames().retainAll(OF_REQUESTS);
    JsonObject any = new JsonObject().put("description", "any");
    return operation.put("responses", new JsonObject().put("default", any));
  }
}
