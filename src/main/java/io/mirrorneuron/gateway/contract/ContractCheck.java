package io.mirrorneuron.gateway.contract;

import io.mirrorneuron.bus.AreaVerticle;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares what the contract promises with what the areas implement. A server with a difference
 * does not start.
 */
public final class ContractCheck {
  /** The tag of what the gateway answers itself. */
  static final String OWN_TAG = "gateway";

  public static final String HEALTH = "getHealth";
  public static final String READY = "getReadiness";
  public static final String STREAM_TOKEN = "createStreamToken";

  /** Tells one run. */
  public static final String RUN = "getRun";

  /**
   * What the gateway answers itself, sockets aside: questions about this process, which must be
   * answered while everything behind it is away.
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

  /** Operations that need no area, where the contract has them. */
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
   * Whether {@code security}, which readers of OpenAPI see, names the same role as {@code
   * x-mn-role}, which the router checks.
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
}
