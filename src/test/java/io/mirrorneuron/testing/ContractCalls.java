package io.mirrorneuron.testing;

import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes requests of what the contract says: of its examples good ones, of its bounds bad ones. */
public final class ContractCalls {
  private static final String JSON = "application/json";

  private final PublishedContract contract;

  public ContractCalls(PublishedContract contract) {
    this.contract = contract;
  }

  /**
   * One request to be.
   *
   * @param parameters values by name, wherever they lie; a path needs all of its own
   * @param body null for none
   * @param contentType of the body; {@code multipart/form-data} means a form without its file yet
   */
  public record Call(
      Operation operation,
      String name,
      Map<String, String> parameters,
      String accept,
      String contentType,
      Object body) {

    public Call with(String parameter, String value) {
      Map<String, String> changed = new LinkedHashMap<>(parameters);
      changed.put(parameter, value);
      return new Call(operation, name, changed, accept, contentType, body);
    }

    public Call withBody(Object other) {
      return new Call(operation, name, parameters, accept, contentType, other);
    }

    Call named(String other) {
      return new Call(operation, other, parameters, accept, contentType, body);
    }

    Call as(String type) {
      return new Call(operation, name, parameters, accept, type, body);
    }

    @Override
    public String toString() {
      return operation + ", " + name;
    }
  }

  /** Each example of the body, in each representation of the answer; and the least there can be. */
  public List<Call> good(Operation operation) {
    List<Call> calls = new ArrayList<>();
    JsonObject answer = contract.response(operation, String.valueOf(operation.success()));
    for (String accept : answer.getJsonObject("content").fieldNames()) {
      for (Call call : examples(operation)) {
        calls.add(
            new Call(
                operation,
                call.name() + " as " + accept,
                call.parameters(),
                accept,
                call.contentType(),
                call.body()));
      }
    }
    if (contract.parameters(operation).stream().anyMatch(ContractCalls::isOptional)) {
      Call bare = examples(operation).getFirst().named("without options");
      contract.parameters(operation).stream()
          .filter(ContractCalls::isOptional)
          .forEach(parameter -> bare.parameters().remove(parameter.getString("name")));
      calls.add(bare);
    }
    return calls;
  }

  /** Requests that go against one word of the contract each. */
  public List<Call> bad(Operation operation) {
    Call good = examples(operation).getFirst();
    List<Call> calls = new ArrayList<>();
    for (JsonObject parameter : contract.parameters(operation)) {
      String name = parameter.getString("name");
      for (String value : violations(parameter.getJsonObject("schema"))) {
        String shown = value.length() > 20 ? value.length() + " characters" : value;
        calls.add(good.with(name, value).named(name + " is " + shown));
      }
    }
    if (operation.isRaw()) {
      return calls; // a body of any kind
    }
    if (contract.needsBody(operation)) {
      calls.add(good.withBody(null).named("without its body"));
    }
    if (JSON.equals(good.contentType())) {
      JsonObject schema =
          contract.resolved(contract.body(operation).getJsonObject(JSON).getJsonObject("schema"));
      calls.addAll(badBodies(good, schema));
    }
    return calls;
  }

  private List<Call> badBodies(Call good, JsonObject schema) {
    List<Call> calls = new ArrayList<>();
    calls.add(good.withBody("{\"open\":").named("body is broken JSON"));
    calls.add(good.withBody(new JsonArray()).named("body is a list"));
    if (!contract.faults(schema, new JsonObject()).isEmpty()) {
      calls.add(good.withBody(new JsonObject()).named("body is empty"));
    }
    calls.add(good.as("text/plain").named("body is called text"));
    JsonObject example = (JsonObject) good.body();
    for (Object required : schema.getJsonArray("required", new JsonArray())) {
      JsonObject rest = example.copy();
      rest.remove((String) required);
      calls.add(good.withBody(rest).named("without " + required));
    }
    for (String member : schema.getJsonObject("properties").fieldNames()) {
      for (Object value : List.of(7.25, "no such value", new JsonArray().add(1), false)) {
        JsonObject body = example.copy().put(member, value);
        if (!contract.faults(schema, body).isEmpty()) {
          calls.add(good.withBody(body).named(member + " is " + value));
        }
      }
    }
    return calls;
  }

  private List<Call> examples(Operation operation) {
    Map<String, String> parameters = new LinkedHashMap<>();
    contract
        .parameters(operation)
        .forEach(
            parameter ->
                parameters.put(
                    parameter.getString("name"), String.valueOf(parameter.getValue("example"))));
    List<Call> calls = new ArrayList<>();
    for (var type : contract.body(operation)) {
      PublishedContract.examples((JsonObject) type.getValue())
          .forEach(
              (name, body) ->
                  calls.add(
                      new Call(operation, name, copy(parameters), JSON, type.getKey(), body)));
    }
    if (calls.isEmpty()) {
      calls.add(new Call(operation, "example", parameters, JSON, null, null));
    }
    return calls;
  }

  private static Map<String, String> copy(Map<String, String> parameters) {
    return new LinkedHashMap<>(parameters);
  }

  private static boolean isOptional(JsonObject parameter) {
    return !parameter.getBoolean("required", false);
  }

  private static List<String> violations(JsonObject schema) {
    List<String> values = new ArrayList<>();
    switch (schema.getString("type")) {
      case "integer" -> values.addAll(List.of("many", "1.5"));
      case "number" -> values.addAll(List.of("much", "NaN"));
      case "boolean" -> values.addAll(List.of("perhaps", "2"));
      default -> {}
    }
    if (schema.containsKey("minimum")) {
      values.add(String.valueOf(schema.getLong("minimum") - 1));
    }
    if (schema.containsKey("maximum")) {
      values.add(String.valueOf(schema.getLong("maximum") + 1));
    }
    if (schema.containsKey("maxLength")) {
      values.add("x".repeat(schema.getInteger("maxLength") + 1));
    }
    if (schema.containsKey("pattern")) {
      values.add("two words");
    }
    if (schema.containsKey("enum")) {
      values.add("nothing-of-that");
    }
    return values;
  }

  /** The path of the call below the base path, with its query. */
  public String path(Call call) {
    String path = call.operation().path();
    StringBuilder query = new StringBuilder();
    for (JsonObject parameter : contract.parameters(call.operation())) {
      String name = parameter.getString("name");
      String value = call.parameters().get(name);
      if (value != null) {
        String encoded = URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
        switch (parameter.getString("in")) {
          case "path" -> path = path.replace("{" + name + "}", encoded);
          case "query" ->
              query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(encoded);
          default -> {}
        }
      }
    }
    return path + query;
  }

  /** Parameters of the call that travel as headers. */
  public Map<String, String> headers(Call call) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (JsonObject parameter : contract.parameters(call.operation())) {
      String value = call.parameters().get(parameter.getString("name"));
      if (parameter.getString("in").equals("header") && value != null) {
        headers.put(parameter.getString("name"), value);
      }
    }
    return headers;
  }
}
