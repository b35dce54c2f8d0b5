package io.mirrorneuron.gateway;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;

/**
 * What the contract says of one operation beyond its parameters and schemas.
 *
 * @param path the full path with {@code {parameters}}
 * @param success the status of its one good answer
 * @param produces media types of that answer, the default first
 * @param role what a caller needs; null when anybody may call
 * @param cursor the parameter that a stream of this operation moves on; null when it has no stream
 */
public record ApiOperation(
    String id,
    HttpMethod method,
    String path,
    String tag,
    int success,
    List<String> produces,
    Role role,
    String cursor,
    Body body) {

  public enum Body {
    NONE,
    JSON,
    /** A file that is stored while it arrives. */
    UPLOAD
  }

  static final String EVENT_STREAM = "text/event-stream";

  /** Reads an operation that {@link ContractCheck} accepts. */
  static ApiOperation read(
      String basePath, String path, String method, JsonObject operation, JsonObject components) {
    String status = successes(operation).iterator().next();
    JsonObject answer =
        resolve(operation.getJsonObject("responses").getJsonObject(status), components);
    JsonObject stream = operation.getJsonObject("x-mn-stream");
    String role = operation.getString("x-mn-role");
    return new ApiOperation(
        operation.getString("operationId"),
        HttpMethod.valueOf(method.toUpperCase(java.util.Locale.ROOT)),
        basePath + path,
        operation.getJsonArray("tags").getString(0),
        Integer.parseInt(status),
        List.copyOf(answer.getJsonObject("content", new JsonObject()).fieldNames()),
        role == null ? null : Role.of(role),
        stream == null ? null : stream.getString("cursor"),
        body(operation));
  }

  boolean isPublic() {
    return role == null;
  }

  static Set<String> successes(JsonObject operation) {
    return operation.getJsonObject("responses", new JsonObject()).fieldNames().stream()
        .filter(status -> status.startsWith("2"))
        .collect(java.util.stream.Collectors.toUnmodifiableSet());
  }

  static JsonArray tags(JsonObject operation) {
    return operation.getJsonArray("tags", new JsonArray());
  }

  private static JsonObject resolve(JsonObject response, JsonObject components) {
    String ref = response.getString("$ref");
    return ref == null
        ? response
        : components
            .getJsonObject("responses")
            .getJsonObject(ref.substring(ref.lastIndexOf('/') + 1));
  }

  private static Body body(JsonObject operation) {
    if ("upload".equals(operation.getString("x-mn-body"))) {
      return Body.UPLOAD;
    }
    return operation.containsKey("requestBody") ? Body.JSON : Body.NONE;
  }
}
