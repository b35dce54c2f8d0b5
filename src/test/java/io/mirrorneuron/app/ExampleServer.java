package io.mirrorneuron.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.app.ApiUnderTest.State;
import io.mirrorneuron.gateway.contract.bundle.ClientContract;
import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.ContractCalls.Call;
import io.mirrorneuron.testing.PublishedContract;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The examples of the contract for clients in any language: a server with all that the examples
 * name, and beside it an address that tells the calls, one by one, so that each finds what it wants
 * in the state that it wants.
 *
 * <p>{@code GET /calls} lists them: {@code [{index, operation, name}]}. {@code GET /calls/INDEX}
 * prepares one and tells it: {@code {operation, tag, name, method, path, parameters: {path, query,
 * header}, contentType, body, file, status}}. {@code path} has its parameters in braces, {@code
 * file} is what a form uploads, in Base64, and {@code status} what is to be answered.
 */
final class ExampleServer {
  private static final String JSON = "application/json";

  private final PublishedContract contract = PublishedContract.read();
  private final ContractCalls calls = new ContractCalls(contract);
  private final List<Call> examples =
      contract.operations().stream()
          .filter(operation -> !operation.isSocket())
          .filter(operation -> !ClientContract.TWINS.contains(operation.id()))
          .flatMap(operation -> calls.good(operation).stream().filter(this::isForClients))
          .toList();

  private ExampleServer() {}

  /**
   * Argument: a file that gets {@code {url, token, calls}} once all is there; the server's home is
   * beside it. Goes on until its standard input ends.
   */
  public static void main(String[] arguments) throws IOException {
    Path announced = Path.of(arguments[0]).toAbsolutePath();
    new ExampleServer().serve(announced.resolveSibling("examples-home"), announced);
    System.exit(0); // whatever still runs in here
  }

  private void serve(Path home, Path announced) throws IOException {
    try (ApiUnderTest api = ApiUnderTest.whole(home, calls, Map.of())) {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/calls", exchange -> answer(exchange, api));
      server.start();
      JsonObject places =
          new JsonObject()
              .put("url", api.url())
              .put("token", ApiUnderTest.token())
              .put("calls", "http://127.0.0.1:" + server.getAddress().getPort() + "/calls");
      Path part = Files.writeString(announced.resolveSibling("examples.part"), places.encode());
      Files.move(part, announced);
      System.in.transferTo(System.out);
      server.stop(0);
    }
  }

  /** Clients ask for one form of an answer: for JSON where there is any. */
  private boolean isForClients(Call call) {
    var forms =
        contract
            .response(call.operation(), String.valueOf(call.operation().success()))
            .getJsonObject("content")
            .fieldNames();
    return call.accept()
        .equals(forms.contains(JSON) ? JSON : forms.stream().findFirst().orElseThrow());
  }

  private void answer(HttpExchange exchange, ApiUnderTest api) throws IOException {
    int status = 200;
    String text;
    try {
      String path = exchange.getRequestURI().getPath();
      text =
          path.equals("/calls")
              ? list().encode()
              : reported(examples.get(Integer.parseInt(path.substring("/calls/".length()))), api)
                  .encode();
    } catch (RuntimeException | AssertionError failure) {
      status = 500;
      text = String.valueOf(failure);
    }
    byte[] answer = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private JsonArray list() {
    JsonArray list = new JsonArray();
    for (int i = 0; i < examples.size(); i++) {
      Call call = examples.get(i);
      list.add(
          new JsonObject()
              .put("index", i)
              .put("operation", call.operation().id())
              .put("name", call.name()));
    }
    return list;
  }

  private JsonObject reported(Call example, ApiUnderTest api) {
    var operation = example.operation();
    Call call =
        api.prepared(example, ContractExamples.FOUND.getOrDefault(operation.id(), State.ENDED));
    JsonObject reported =
        new JsonObject()
            .put("operation", operation.id())
            .put("tag", operation.declared().getJsonArray("tags").getString(0))
            .put("name", call.name())
            .put("method", operation.method())
            .put("path", operation.path())
            .put("parameters", parameters(call))
            .put("contentType", call.contentType())
            .put(
                "status",
                ContractExamples.ANSWERS.getOrDefault(operation.id(), operation.success()));
    if ("multipart/form-data".equals(call.contentType())) {
      return reported.put("file", Base64.getEncoder().encodeToString(ApiUnderTest.file(call)));
    }
    return reported.put("body", call.body());
  }

  private JsonObject parameters(Call call) {
    JsonObject parameters = new JsonObject();
    for (String place : List.of("path", "query", "header")) {
      parameters.put(place, new JsonObject());
    }
    for (JsonObject parameter : contract.parameters(call.operation())) {
      String name = parameter.getString("name");
      String value = call.parameters().get(name);
      if (value != null) {
        parameters
            .getJsonObject(parameter.getString("in"))
            .put(name, typed(value, parameter.getJsonObject("schema").getString("type")));
      }
    }
    return parameters;
  }

  private static Object typed(String value, String type) {
    return switch (type) {
      case "integer" -> Long.valueOf(value);
      case "number" -> Double.valueOf(value);
      case "boolean" -> Boolean.valueOf(value);
      case "array" -> new JsonArray(value);
      default -> value;
    };
  }
}
