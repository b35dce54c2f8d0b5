package io.mirrorneuron.gateway.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;

/**
 * What a contract demands of requests, as a document that Vert.x can parse: an absolute server
 * address, the base path within each path (its router would not add it), and nothing about answers,
 * since it refuses media types such as problem+json and event-stream. An eighth of the contract:
 * text for readers, and components that no request has, would be a tenth of a start.
 */
final class RequestRules {
  private static final String ACCEPTS = "x-mn-accepts";
  private static final String COMPONENTS = "#/components/";

  /** What of an operation is about its requests. */
  private static final Set<String> OF_REQUESTS = Set.of("operationId", "parameters", "requestBody");

  /** Text for readers. */
  private static final Set<String> PROSE =
      Set.of("description", "summary", "example", "examples", "externalDocs");

  /** Keywords whose members have names that say nothing. */
  private static final Set<String> NAMED = Set.of("properties", "patternProperties", "$defs");

  /** Keywords whose values are data. */
  private static final Set<String> DATA = Set.of("const", "default", "enum");

  private final JsonObject document;
  private final JsonObject components = new JsonObject();
  private final Deque<String> references = new ArrayDeque<>();

  private RequestRules(JsonObject document) {
    this.document = document;
  }

  static JsonObject of(JsonObject document) {
    return new RequestRules(document).made();
  }

  private JsonObject made() {
    JsonObject paths = new JsonObject();
    Contract.visit(
        document,
        (path, method, operation) -> {
          String full = Contract.basePath(document) + path;
          if (!paths.containsKey(full)) {
            paths.put(full, new JsonObject());
          }
          paths.getJsonObject(full).put(method, rules(operation));
        });
    while (!references.isEmpty()) {
      add(references.pop());
    }
    return new JsonObject()
        .put("openapi", document.getString("openapi"))
        .put("info", document.getJsonObject("info").copy())
        .put("servers", new JsonArray().add(new JsonObject().put("url", "http://localhost/")))
        .put("paths", paths)
        .put("components", components);
  }

  private JsonObject rules(JsonObject operation) {
    JsonObject rules = new JsonObject();
    for (Map.Entry<String, Object> member : operation) {
      if (OF_REQUESTS.contains(member.getKey())) {
        rules.put(member.getKey(), lean(member.getValue(), false));
      }
    }
    JsonObject any = new JsonObject().put("description", "any");
    return rules.put("responses", new JsonObject().put("default", any));
  }

  /** Adds a component that is referred to. */
  private void add(String reference) {
    String[] path = reference.substring(COMPONENTS.length()).split("/");
    if (!components.containsKey(path[0])) {
      components.put(path[0], new JsonObject());
    }
    JsonObject kind = components.getJsonObject(path[0]);
    if (!kind.containsKey(path[1])) {
      Object component =
          document.getJsonObject("components").getJsonObject(path[0]).getValue(path[1]);
      kind.put(path[1], lean(component, false));
    }
  }

  /**
   * A copy without text for readers. Types that are only tolerated ({@code x-mn-accepts}) are among
   * the others in it.
   *
   * @param named whether it is an object whose members have names that say nothing
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
