package io.mirrorneuron.gateway.contract;

import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.gateway.contract.ApiOperation.SocketSpec;
import io.mirrorneuron.gateway.contract.ApiOperation.StreamSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares the contract with the operations that the areas implement. A server with a difference
 * does not start.
 */
public final class ContractCheck {
  /** The tag of operations that the gateway answers itself. */
  static final String OWN_TAG = "gateway";

  public static final String HEALTH = "getHealth";
  public static final String READY = "getReadiness";
  public static final String STREAM_TOKEN = "createStreamToken";

  public static final String RUN = "getRun";

  /**
   * Operations that the gateway answers itself, apart from sockets: they concern this process and
   * must work when everything behind it is unreachable.
   */
  private static final Set<String> OWN = Set.of(HEALTH, READY);

  private ContractCheck() {}

  /**
   * @throws IllegalStateException naming every difference
   */
  public static void verify(JsonObject document, Collection<? extends AreaVerticle> areas) {
    List<String> faults = faults(document, areas);
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          "the contract and its implementation differ:\n  " + String.join("\n  ", faults));
    }
  }

  static List<String> faults(JsonObject document, Collection<? extends AreaVerticle> areas) {
    Map<String, Set<String>> open = new HashMap<>();
    open.put(OWN_TAG, new HashSet<>(OWN));
    areas.forEach(area -> open.put(area.tag(), new HashSet<>(area.operations())));
    List<String> faults = new ArrayList<>();
    sockets(document).forEach(open.get(OWN_TAG)::add);
    Set<String> seen = new HashSet<>();
    Contract.visit(
        document,
        (path, method, operation) -> {
          String name = operation.getString("operationId", method + " " + path);
          if (!seen.add(name)) {
            faults.add(name + " is declared twice");
          }
          faults.addAll(shape(name, operation));
          faults.addAll(extensions(name, operation, document));
          if (operation.containsKey(ApiOperation.SHARED) && !mayShare(method, operation)) {
            faults.add(name + " must not have x-mn-shared: it is for reads that answer JSON");
          }
          JsonArray tags = ApiOperation.tags(operation);
          if (tags.size() == 1
              && !open.getOrDefault(tags.getString(0), new HashSet<>()).remove(name)) {
            faults.add(name + " is not implemented by the area " + tags.getString(0));
          }
        });
    open.forEach(
        (tag, surplus) ->
            surplus.forEach(
                id -> faults.add(id + " of the area " + tag + " is not in the contract")));
    faults.addAll(StreamCheck.faults(document));
    return faults;
  }

  private static boolean mayShare(String method, JsonObject operation) {
    return method.equals("get")
        && Boolean.TRUE.equals(operation.getValue(ApiOperation.SHARED))
        && !operation.containsKey(ApiOperation.ANSWER)
        && !operation.containsKey("requestBody");
  }

  /** The sockets of the contract, which need no area. */
  private static List<String> sockets(JsonObject document) {
    List<String> sockets = new ArrayList<>();
    Contract.visit(
        document,
        (path, method, operation) -> {
          String id = operation.getString("operationId");
          if (operation.containsKey("x-mn-socket") || STREAM_TOKEN.equals(id)) {
            sockets.add(id);
          }
        });
    return sockets;
  }

  private static List<String> shape(String name, JsonObject operation) {
    List<String> faults = new ArrayList<>();
    if (!operation.containsKey("operationId")) {
      faults.add(name + " has no operationId");
    }
    if (ApiOperation.tags(operation).size() != 1) {
      faults.add(name + " must have exactly one tag");
    }
    if (ApiOperation.successes(operation).size() != 1) {
      faults.add(
          name
              + " must have exactly one "
              + (operation.containsKey("x-mn-socket") ? ApiOperation.SWITCHING : "2xx")
              + " response");
    }
    boolean open = new JsonArray().equals(operation.getJsonArray("security"));
    if (open == operation.containsKey("x-mn-role")) {
      faults.add(name + " must have either x-mn-role or an empty security");
    }
    if (!open && operation.containsKey("security") && !showsRole(operation)) {
      faults.add(name + " must have the role of x-mn-role in security");
    }
    return faults;
  }

  /**
   * Whether {@code security}, for readers of OpenAPI, names the same role as {@code x-mn-role},
   * which the router enforces.
   */
  private static boolean showsRole(JsonObject operation) {
    JsonArray role = new JsonArray().add(operation.getString("x-mn-role"));
    JsonArray shown = new JsonArray().add(new JsonObject().put("bearerAuth", role));
    return shown.equals(operation.getJsonArray("security"));
  }

  private static List<String> extensions(String name, JsonObject operation, JsonObject document) {
    List<String> faults = new ArrayList<>();
    String answer = operation.getString(ApiOperation.ANSWER);
    if (answer != null && !answer.equals("file")) {
      faults.add(name + " must have no x-mn-answer but file");
    }
    String query = operation.getString(ApiOperation.QUERY);
    if (query != null && !query.equals("any")) {
      faults.add(name + " must have no x-mn-query but any");
    }
    if (operation.containsKey(ApiOperation.TIMEOUT)
        && !(operation.getValue(ApiOperation.TIMEOUT) instanceof Integer seconds
            && seconds > 0
            && seconds < ApiOperation.IDLE_SECONDS)) {
      faults.add(name + " must have an x-mn-timeout of 1 to " + (ApiOperation.IDLE_SECONDS - 1));
    }
    List<JsonObject> slashed =
        ApiOperation.parameters(operation, document.getJsonObject("components", new JsonObject()))
            .stream()
            .filter(parameter -> parameter.containsKey(ApiOperation.SLASHES))
            .toList();
    if (slashed.size() > 1) {
      faults.add(name + " must not have two parameters with x-mn-slashes");
    }
    if (slashed.stream().anyMatch(parameter -> !"path".equals(parameter.getString("in")))) {
      faults.add(name + " must have x-mn-slashes on a path parameter only");
    }
    return faults;
  }

  /** Checks {@code x-mn-stream} and {@code x-mn-socket} of a contract. */
  private static final class StreamCheck {
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
      demand(
          parameters.containsKey("token"), id + " is a socket and must have the parameter token");
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
}
