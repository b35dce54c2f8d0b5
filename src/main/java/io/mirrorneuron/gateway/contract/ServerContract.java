package io.mirrorneuron.gateway.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a server needs of a contract: its operations, what they demand of requests, and of good
 * answers their media types. A sixth of the contract: text for readers, and components that no
 * request has, would be a tenth of a start.
 */
final class ServerContract {
  private static final String ACCEPTS = "x-mn-accepts";
  private static final String COMPONENTS = "#/components/";
  private static final String RESPONSES = "responses";

  /** Statuses of answers that are no refusals. */
  private static final Pattern GOOD = Pattern.compile("[12].*");

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

  private ServerContract(JsonObject document) {
    this.document = document;
  }

  /** A document with the same operations, at the same places. */
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

  /** Adds a component that is referred to. */
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

  /** The kind of a component, and its name. */
  private static String[] path(String reference) {
    return reference.substring(COMPONENTS.length()).split("/");
  }

  private JsonObject component(String[] path) {
    return document.getJsonObject("components").getJsonObject(path[0]).getJsonObject(path[1]);
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
