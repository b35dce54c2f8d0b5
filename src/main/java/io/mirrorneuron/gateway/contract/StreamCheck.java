package io.mirrorneuron.gateway.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code x-mn-stream} and {@code x-mn-socket} of a contract have to be like. */
final class StreamCheck {
  private final JsonObject document;
  private final Map<String, JsonObject> operations = new HashMap<>();
  private final Set<String> topics = new HashSet<>();
  private final List<String> faults = new ArrayList<>();

  private StreamCheck(JsonObject document) {
    this.document = document;
  }

  static List<String> faults(JsonObject document) {
    StreamCheck check = new StreamCheck(document);
    Contract.visit(
        document,
        (path, method, operation) ->
            check.operations.put(operation.getString("operationId"), operation));
    Contract.visit(
        document,
        (path, method, operation) -> {
          String id = operation.getString("operationId");
          if (operation.getValue("x-mn-stream") instanceof JsonObject stream) {
            check.stream(id, operation, stream);
          }
          if (operation.getValue("x-mn-socket") instanceof JsonObject socket) {
            check.demand(method.equals("get"), id + " is a socket and must be a GET");
            check.socket(id, operation, socket);
          }
        });
    return check.faults;
  }

  private void stream(String id, JsonObject operation, JsonObject stream) {
    words(id, "x-mn-stream", stream, StreamSpec.WORDS);
    Map<String, JsonObject> parameters = parameters(operation);
    JsonObject cursor = parameters.get(stream.getString("cursor"));
    demand(cursor != null, id + ": the cursor of its stream is none of its parameters");
    if (stream.getValue("event") instanceof JsonObject event) {
      words(id, "event", event, StreamSpec.EVENT_WORDS);
      demand(event.size() == 1, id + ": event of its stream must have either member or name");
    } else {
      demand(!stream.containsKey("event"), id + ": event of its stream must be an object");
    }
    String heartbeat = stream.getString("heartbeat");
    demand(
        heartbeat == null || has(parameters, heartbeat, "number"),
        id + ": the heartbeat of its stream must be a parameter, a number with a default");
    String topic = stream.getString("topic");
    if (topic != null) {
      demand(topics.add(topic), "the topic " + topic + " is declared twice");
      demand(
          parameters.values().stream().filter(one -> "path".equals(one.getString("in"))).count()
              == 1,
          id + " has a topic and must have exactly one path parameter");
    }
  }

  private void socket(String id, JsonObject operation, JsonObject socket) {
    words(id, "x-mn-socket", socket, SocketSpec.WORDS);
    demand(
        ApiOperation.tags(operation).contains(ContractCheck.OWN_TAG),
        id + " is a socket and must have the tag " + ContractCheck.OWN_TAG);
    Map<String, JsonObject> parameters = parameters(operation);
    demand(parameters.containsKey("token"), id + " is a socket and must have the parameter token");
    String followed = socket.getString("stream");
    boolean realtime = Boolean.TRUE.equals(socket.getValue("realtime"));
    demand(realtime == (followed == null), id + " must be a socket of a stream or of realtime");
    if (followed == null) {
      demand(
          has(parameters, "interval", "number"),
          id + " must have the parameter interval, a number with a default");
      return;
    }
    demand(
        has(parameters, "batch", "boolean"),
        id + " must have the parameter batch, a boolean with a default");
    JsonObject stream = operations.get(followed);
    if (stream == null || !stream.containsKey("x-mn-stream")) {
      faults.add(id + " follows " + followed + ", which is no stream");
      return;
    }
    for (String name : parameters(stream).keySet()) {
      demand(
          parameters.containsKey(name) || name.equals(StreamSpec.LIMIT) && !isSnapshot(stream),
          id + " lacks the parameter " + name + " of " + followed);
    }
    demand(
        String.valueOf(stream.getString("x-mn-role"))
            .equals(String.valueOf(operation.getString("x-mn-role"))),
        id + " must have the role of " + followed);
  }

  private static boolean isSnapshot(JsonObject operation) {
    return StreamSpec.read(operation.getJsonObject("x-mn-stream")).isSnapshot();
  }

  private void words(String id, String where, JsonObject object, Set<String> known) {
    for (String word : object.fieldNames()) {
      demand(known.contains(word), id + ": " + where + " does not know " + word);
    }
  }

  private static boolean has(Map<String, JsonObject> parameters, String name, String type) {
    JsonObject parameter = parameters.get(name);
    if (parameter == null) {
      return false;
    }
    JsonObject schema = parameter.getJsonObject("schema", new JsonObject());
    return type.equals(schema.getString("type")) && schema.containsKey("default");
  }

  private Map<String, JsonObject> parameters(JsonObject operation) {
    Map<String, JsonObject> parameters = new LinkedHashMap<>();
    for (Object one : operation.getJsonArray("parameters", new JsonArray())) {
      JsonObject parameter = resolved((JsonObject) one);
      parameters.put(parameter.getString("name"), parameter);
    }
    return parameters;
  }

  private JsonObject resolved(JsonObject node) {
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

  private void demand(boolean holds, String fault) {
    if (!holds) {
      faults.add(fault);
    }
  }
}
