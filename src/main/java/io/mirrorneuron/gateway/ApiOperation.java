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
 * @param stream how it can be followed; null when it cannot
 * @param socket what it carries as a WebSocket; null when it is none
 */
public record ApiOperation(
    String id,
    HttpMethod method,
    String path,
    String tag,
    int success,
    List<String> produces,
    Role role,
    StreamSpec stream,
    SocketSpec socket,
    Body body) {

  public enum Body {
    NONE,
    JSON,
    /** A file that is stored while it arrives. */
    UPLOAD
  }

  static final String EVENT_STREAM = "text/event-stream";
  static final String SWITCHING = "101";

  /** Reads an operation that {@link ContractCheck} accepts. */
  static ApiOperation read(
      String basePath, String path, String method, JsonObject operation, JsonObject components) {
    String status = successes(operation).iterator().next();
    JsonObject answer =
        resolve(operation.getJsonObject("responses").getJsonObject(status), components);
    String role = operation.getString("x-mn-role");
    return new ApiOperation(
        operation.getString("operationId"),
        HttpMethod.valueOf(method.toUpperCase(java.util.Locale.ROOT)),
        basePath + path,
        operation.getJsonArray("tags").getString(0),
        Integer.parseInt(status),
        List.copyOf(answer.getJsonObject("content", new JsonObject()).fieldNames()),
        role == null ? null : Role.of(role),
        StreamSpec.read(operation.getJsonObject("x-mn-stream")),
        SocketSpec.read(operation.getJsonObject("x-mn-socket")),
        body(operation));
  }

  boolean isPublic() {
    return role == null;
  }

  /** Statuses of good answers; that of a socket is the switch of protocols. */
  static Set<String> successes(JsonObject operation) {
    String first = operation.containsKey("x-mn-socket") ? SWITCHING : "2";
    return operation.getJsonObject("responses", new JsonObject()).fieldNames().stream()
        .filter(status -> status.startsWith(first))
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
