package io.mirrorneuron.gateway.contract;

import io.mirrorneuron.wire.schema.Validators;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.OpenAPIVersion;
import io.vertx.openapi.contract.impl.OpenAPIContractImpl;
import io.vertx.openapi.impl.OpenAPIFormatValidator;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The contract, as a server needs it. Immutable; parse it once and share it among all gateways of
 * the process.
 *
 * @param document its operations, and what they demand of requests
 * @param parsed what Vert.x made of these demands
 */
public record Contract(JsonObject document, List<ApiOperation> operations, OpenAPIContract parsed) {
  private static final String NAME = "/openapi/server.json";

  /**
   * Reads the contract in this jar. The build has made it of the published document and has checked
   * that against the rules of OpenAPI: to do it again would be a fifth of a start.
   */
  public static Future<Contract> load(Vertx vertx) {
    return vertx.executeBlocking(
        () -> {
          try (InputStream in = Contract.class.getResourceAsStream(NAME)) {
            return read(new JsonObject(Buffer.buffer(in.readAllBytes())));
          }
        });
  }

  /** The same of any document, which is checked against the rules of OpenAPI. */
  public static Future<Contract> of(Vertx vertx, JsonObject document) {
    return OpenAPIContract.from(vertx, subset(document)).map(_ -> read(forServers(document)));
  }

  /** What {@link #load} reads of a published document. */
  public static JsonObject forServers(JsonObject document) {
    return ServerContract.of(document);
  }

  private static Contract read(JsonObject document) {
    return new Contract(document, operations(document), checked(RequestRules.of(document)));
  }

  /** As Vert.x makes it of a document without a fault. */
  private static OpenAPIContract checked(JsonObject document) {
    SchemaRepository schemas =
        SchemaRepository.create(
            Validators.options(OutputFormat.Flag), new OpenAPIFormatValidator());
    JsonObject resolved = schemas.dereference(JsonSchema.of(document)).resolve(document);
    return new OpenAPIContractImpl(resolved, OpenAPIVersion.fromContract(document), schemas);
  }

  static String basePath(JsonObject document) {
    return document.getJsonArray("servers").getJsonObject(0).getString("url");
  }

  /** Calls the visitor for each operation of a document. */
  static void visit(JsonObject document, OperationVisitor visitor) {
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      JsonObject item = paths.getJsonObject(path);
      for (String method : item.fieldNames()) {
        if (METHODS.contains(method)) {
          visitor.visit(path, method, item.getJsonObject(method));
        }
      }
    }
  }

  @FunctionalInterface
  interface OperationVisitor {
    void visit(String path, String method, JsonObject operation);
  }

  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "patch", "options", "head", "trace");

  private static List<ApiOperation> operations(JsonObject document) {
    List<ApiOperation> operations = new ArrayList<>();
    JsonObject components = document.getJsonObject("components", new JsonObject());
    visit(
        document,
        (path, method, operation) ->
            operations.add(
                ApiOperation.read(basePath(document), path, method, operation, components)));
    return List.copyOf(operations);
  }

  /**
   * A copy that Vert.x can check: without content of responses, since it refuses media types such
   * as problem+json and event-stream.
   */
  private static JsonObject subset(JsonObject document) {
    JsonObject copy = document.copy();
    copy.put("servers", new JsonArray().add(new JsonObject().put("url", "http://localhost/")));
    JsonObject components = copy.getJsonObject("components");
    if (components != null && components.containsKey("responses")) {
      components
          .getJsonObject("responses")
          .forEach(entry -> ((JsonObject) entry.getValue()).remove("content"));
    }
    visit(copy, (path, method, operation) -> plain(operation.getJsonObject("responses")));
    return copy;
  }

  /** Vert.x reads each status but {@code default} as a number, so ranges such as 5XX go. */
  private static void plain(JsonObject responses) {
    responses.fieldNames().removeIf(status -> status.endsWith("XX"));
    responses.forEach(entry -> ((JsonObject) entry.getValue()).remove("content"));
  }
}
