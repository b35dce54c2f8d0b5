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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The parsed contract. Immutable; parse it once and share it among all gateways of the process.
 *
 * @param document its operations and request rules
 * @param parsed the same rules in Vert.x's model
 */
public record Contract(JsonObject document, List<ApiOperation> operations, OpenAPIContract parsed) {
  private static final String NAME = "/openapi/server.json";

  /**
   * Reads the contract of this jar. The build made it from the published document and validated
   * that against OpenAPI; to validate again would take a fifth of the server's start.
   */
  public static Future<Contract> load(Vertx vertx) {
    return vertx.executeBlocking(
        () -> {
          try (InputStream in = Contract.class.getResourceAsStream(NAME)) {
            return read(new JsonObject(Buffer.buffer(in.readAllBytes())));
          }
        });
  }

  /** Reads any document, and validates it against OpenAPI. */
  public static Future<Contract> of(Vertx vertx, JsonObject document) {
    return OpenAPIContract.from(vertx, subset(document)).map(_ -> read(forServers(document)));
  }

  /** The reduced document that {@link #load} reads. */
  public static JsonObject forServers(JsonObject document) {
    return ServerContract.of(document);
  }

  private static Contract read(JsonObject document) {
    return new Contract(document, operations(document), checked(RequestRules.of(document)));
  }

  /** The model of a valid document, without validation. */
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

  /**
   * Vert.x reads each status but {@code default} as a number, so ranges such as 5XX are removed.
   */
  private static void plain(JsonObject responses) {
    responses.fieldNames().removeIf(status -> status.endsWith("XX"));
    responses.forEach(entry -> ((JsonObject) entry.getValue()).remove("content"));
  }

  /**
   * The contract's request rules as a document that Vert.x can parse: with an absolute server
   * address, with the base path within each path (its router would not add it), and without
   * answers, since it refuses media types such as problem+json and event-stream.
   */
  static final class RequestRules {
    /** Members of an operation that concern its requests. */
    private static final Set<String> OF_REQUESTS =
        Set.of("operationId", "parameters", "requestBody");

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

  /**
   * The part of a contract that a server needs: operations, request rules, and media types of
   * successful answers. It is a sixth of the contract; prose and unused components would take a
   * tenth of the server's start.
   */
  static final class ServerContract {
    private static final String ACCEPTS = "x-mn-accepts";
    private static final String COMPONENTS = "#/components/";
    private static final String RESPONSES = "responses";

    /** Statuses of successful answers. */
    private static final Pattern GOOD = Pattern.compile("[12].*");

    /** Prose for readers. */
    private static final Set<String> PROSE =
        Set.of("description", "summary", "example", "examples", "externalDocs");

    /** Keywords whose member names are arbitrary. */
    private static final Set<String> NAMED = Set.of("properties", "patternProperties", "$defs");

    /** Keywords whose values are data. */
    private static final Set<String> DATA = Set.of("const", "default", "enum");

    private final JsonObject document;
    private final JsonObject components = new JsonObject();
    private final Deque<String> references = new ArrayDeque<>();

    private ServerContract(JsonObject document) {
      this.document = document;
    }

    /** A document with the same operations at the same places. */
    static JsonObject of(JsonObject document) {
      return new ServerContract(document).made();
    }

    private JsonObject made() {
      JsonObject paths = new JsonObject();
      Contract.visit(
          document,
          (path, method, operation) -> {
            if (!paths.containsKey(path)) {
              paths.put(path, new JsonObject());
            }
            paths.getJsonObject(path).put(method, lean(operation));
          });
      while (!references.isEmpty()) {
        add(references.pop());
      }
      return new JsonObject()
          .put("openapi", document.getString("openapi"))
          .put("info", lean(document.getJsonObject("info"), false))
          .put("servers", document.getJsonArray("servers").copy())
          .put("paths", paths)
          .put("components", components);
    }

    private JsonObject lean(JsonObject operation) {
      JsonObject rest = operation.copy();
      JsonObject answers = new JsonObject();
      if (rest.remove(RESPONSES) instanceof JsonObject responses) {
        for (Map.Entry<String, Object> answer : responses) {
          if (GOOD.matcher(answer.getKey()).matches()) {
            answers.put(answer.getKey(), mediaTypes((JsonObject) answer.getValue()));
          }
        }
      }
      return lean(rest, false).put(RESPONSES, answers);
    }

    private JsonObject mediaTypes(JsonObject answer) {
      JsonObject resolved =
          answer.getValue("$ref") instanceof String reference ? component(path(reference)) : answer;
      JsonObject types = new JsonObject();
      resolved
          .getJsonObject("content", new JsonObject())
          .fieldNames()
          .forEach(type -> types.put(type, new JsonObject()));
      return types.isEmpty() ? types : new JsonObject().put("content", types);
    }

    /** Adds a referenced component. */
    private void add(String reference) {
      String[] path = path(reference);
      if (!components.containsKey(path[0])) {
        components.put(path[0], new JsonObject());
      }
      JsonObject kind = components.getJsonObject(path[0]);
      if (!kind.containsKey(path[1])) {
        kind.put(path[1], lean(component(path), false));
      }
    }

    /** Kind and name of a component. */
    private static String[] path(String reference) {
      return reference.substring(COMPONENTS.length()).split("/");
    }

    private JsonObject component(String[] path) {
      return document.getJsonObject("components").getJsonObject(path[0]).getJsonObject(path[1]);
    }

    /**
     * A copy without prose. Types that are only tolerated ({@code x-mn-accepts}) are added to the
     * schema's types.
     *
     * @param named whether the object's member names are arbitrary
     */
    private Object lean(Object node, boolean named) {
      return switch (node) {
        case JsonObject object -> lean(object, named);
        case JsonArray array -> {
          JsonArray copy = new JsonArray();
          array.forEach(element -> copy.add(lean(element, false)));
          yield copy;
        }
        case null, default -> node;
      };
    }

    private JsonObject lean(JsonObject object, boolean named) {
      JsonObject copy = new JsonObject();
      for (Map.Entry<String, Object> member : object) {
        String key = member.getKey();
        Object value = member.getValue();
        if (named) {
          copy.put(key, lean(value, false));
        } else if (DATA.contains(key)) {
          copy.put(key, value);
        } else if (!PROSE.contains(key)) {
          copy.put(key, lean(value, NAMED.contains(key)));
        }
      }
      if (named) {
        return copy;
      }
      if (object.getValue("$ref") instanceof String reference && reference.startsWith(COMPONENTS)) {
        references.push(reference);
      }
      if (object.getValue(ACCEPTS) instanceof JsonArray more) {
        copy.put("type", types(object.getValue("type")).addAll(more));
      }
      return copy;
    }

    private static JsonArray types(Object type) {
      return type instanceof JsonArray several ? several.copy() : new JsonArray().add(type);
    }
  }
}
