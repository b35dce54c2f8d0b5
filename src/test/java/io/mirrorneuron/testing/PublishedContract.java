package io.mirrorneuron.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The contract as a client reads it: operations with their references followed, examples, and a
 * judge of values. Schemas are read strictly: an object with declared members has no others unless
 * its schema says so.
 */
public final class PublishedContract {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("app://contract")
          .setDraft(Draft.DRAFT202012)
          .setOutputFormat(OutputFormat.Basic);

  private final JsonObject document;
  private final JsonObject schemas;
  private final Map<String, Validator> validators = new ConcurrentHashMap<>();

  private PublishedContract(JsonObject document) {
    this.document = document;
    this.schemas =
        (JsonObject) closed(document.getJsonObject("components").getJsonObject("schemas"));
  }

  /** The one that the server serves. */
  public static PublishedContract read() {
    try (InputStream json =
        PublishedContract.class.getResourceAsStream("/openapi/mirrorneuron.json")) {
      return new PublishedContract(
          new JsonObject(new String(json.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param path below the base path, with {@code {parameters}}
   * @param declared the operation's object
   */
  public record Operation(String id, String method, String path, JsonObject declared) {
    public boolean isPublic() {
      return new JsonArray().equals(declared.getJsonArray("security"));
    }

    /** Whether its body is of any kind, and is not read. */
    public boolean isRaw() {
      return "raw".equals(declared.getString("x-mn-body"));
    }

    /** Answers by a switch of protocols. */
    public boolean isSocket() {
      return declared.containsKey("x-mn-socket");
    }

    /** A socket of topics. */
    public boolean isRealtime() {
      return isSocket() && declared.getJsonObject("x-mn-socket").containsKey("realtime");
    }

    public int success() {
      String first = isSocket() ? "101" : "2";
      return declared.getJsonObject("responses").fieldNames().stream()
          .filter(status -> status.startsWith(first))
          .mapToInt(Integer::parseInt)
          .min()
          .orElseThrow();
    }

    @Override
    public String toString() {
      return id;
    }
  }

  public List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (var member : paths.getJsonObject(path)) {
        if (METHODS.contains(member.getKey())) {
          JsonObject declared = (JsonObject) member.getValue();
          operations.add(
              new Operation(
                  declared.getString("operationId"),
                  member.getKey().toUpperCase(java.util.Locale.ROOT),
                  path,
                  declared));
        }
      }
    }
    return operations;
  }

  public List<JsonObject> parameters(Operation operation) {
    return operation.declared().getJsonArray("parameters", new JsonArray()).stream()
        .map(parameter -> resolved((JsonObject) parameter))
        .toList();
  }

  /** What the operation declares of its body by media type; empty when it takes none. */
  public JsonObject body(Operation operation) {
    JsonObject body = operation.declared().getJsonObject("requestBody");
    return body == null ? new JsonObject() : resolved(body).getJsonObject("content");
  }

  public boolean needsBody(Operation operation) {
    JsonObject body = operation.declared().getJsonObject("requestBody");
    return body != null && resolved(body).getBoolean("required", false);
  }

  /** Statuses that the operation names, {@code default} among them. */
  public Set<String> statuses(Operation operation) {
    return operation.declared().getJsonObject("responses").fieldNames();
  }

  public JsonObject response(Operation operation, String status) {
    return resolved(operation.declared().getJsonObject("responses").getJsonObject(status));
  }

  /** The examples of a media type, of a parameter or of a header, by name. */
  public static Map<String, Object> examples(JsonObject declared) {
    Map<String, Object> examples = new LinkedHashMap<>();
    if (declared.containsKey("example")) {
      examples.put("example", declared.getValue("example"));
    }
    for (var example : declared.getJsonObject("examples", new JsonObject())) {
      examples.put(example.getKey(), ((JsonObject) example.getValue()).getValue("value"));
    }
    return examples;
  }

  /** The object, or what it refers to. */
  public JsonObject resolved(JsonObject node) {
    String ref = node.getString("$ref");
    if (ref == null) {
      return node;
    }
    JsonObject at = document;
    for (String step : ref.substring(2).split("/")) {
      at = at.getJsonObject(step);
    }
    return at;
  }

  /** How the value does not fit the schema; empty when it does. */
  public List<String> faults(JsonObject schema, Object value) {
    OutputUnit verdict =
        validators
            .computeIfAbsent(schema.encode(), _ -> validator((JsonObject) closed(schema)))
            .validate(value);
    if (verdict.getValid()) {
      return List.of();
    }
    List<OutputUnit> errors = verdict.getErrors();
    return errors == null
        ? List.of("does not fit")
        : errors.stream()
            .map(unit -> unit.getInstanceLocation() + ": " + unit.getError())
            .collect(Collectors.toList());
  }

  /** What it refers to is read again for each schema, which takes much longer than to use it. */
  private Validator validator(JsonObject whole) {
    whole.put("components", new JsonObject().put("schemas", schemas.copy()));
    return Validator.create(JsonSchema.of(whole), OPTIONS);
  }

  /** A copy in which objects have no members but the declared ones, unless their schema says so. */
  private static Object closed(Object node) {
    return switch (node) {
      case JsonObject object -> {
        JsonObject copy = new JsonObject();
        object.forEach(member -> copy.put(member.getKey(), closed(member.getValue())));
        if (object.getValue("properties") instanceof JsonObject
            && !object.containsKey("additionalProperties")) {
          copy.put("additionalProperties", false);
        }
        yield copy;
      }
      case JsonArray array -> {
        JsonArray copy = new JsonArray();
        array.forEach(item -> copy.add(closed(item)));
        yield copy;
      }
      case null, default -> node;
    };
  }
}
