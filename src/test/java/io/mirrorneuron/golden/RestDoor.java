package io.mirrorneuron.golden;

import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Asks operations of the contract by their ids and keeps what the server answers. */
final class RestDoor {
  private static final Set<String> LEFT_OUT = Set.of("content-length", "date");

  private final Coverage coverage = new Coverage();
  private final ContractCalls calls = new ContractCalls(coverage.contract());
  private final PackagedServer server;
  private final Normaliser normaliser;
  private final GoldenFiles files;

  RestDoor(PackagedServer server, Normaliser normaliser, GoldenFiles files) {
    this.server = server;
    this.normaliser = normaliser;
    this.files = files;
  }

  Coverage coverage() {
    return coverage;
  }

  Normaliser normaliser() {
    return normaliser;
  }

  /** A call of the operation with these parameters, name before value. */
  RestCall call(String operation, String... parameters) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      named.put(parameters[i], parameters[i + 1]);
    }
    return new RestCall(this, coverage.operation(operation), named);
  }

  /** The path below the base path, with its query. */
  String path(Operation operation, Map<String, String> parameters) {
    return calls.path(new ContractCalls.Call(operation, "", parameters, null, null, null));
  }

  /** A request with the parameters and the token of the test. */
  HttpRequest.Builder request(Operation operation, Map<String, String> parameters) {
    HttpRequest.Builder request = server.request(path(operation, parameters));
    calls
        .headers(new ContractCalls.Call(operation, "", parameters, null, null, null))
        .forEach(request::setHeader);
    return request;
  }

  <T> HttpResponse<T> send(RestCall call, BodyHandler<T> handler) {
    HttpResponse<T> response = server.send(call.request(), handler);
    coverage.add(call.operation(), response);
    return response;
  }

  /** Keeps an answer of the operation, in the folder of its area. */
  void add(Operation operation, String name, String extension, String text) {
    String area = operation.declared().getJsonArray("tags").getString(0);
    String file = operation.id() + (name.isEmpty() ? "" : "." + name) + "." + extension;
    files.add(area + "/" + file, text);
  }

  /**
   * Keeps what comes of a stream of events.
   *
   * @param more asked after each line with data: whether to read on
   */
  void keepLive(String name, RestCall call, Predicate<String> more) {
    HttpResponse<Stream<String>> response = send(call, BodyHandlers.ofLines());
    StringBuilder text = new StringBuilder("GET " + call.path() + "\n\n");
    try (Stream<String> lines = response.body()) {
      boolean reading = true;
      for (Iterator<String> each = lines.iterator(); reading && each.hasNext(); ) {
        String line = each.next();
        text.append(line).append('\n');
        reading = !line.startsWith("data") || more.test(line);
      }
    }
    add(call.operation(), name, "txt", LineText.of(normaliser.apply(text.toString(), false)));
  }

  /**
   * Sends a request that the contract forbids or that fails.
   *
   * @param headers name before value
   * @return status, type and body as text
   */
  String refusal(ContractCalls.Call call, String body, String... headers) {
    HttpRequest.Builder request =
        request(call.operation(), call.parameters()).setHeader("Accept", call.accept());
    if (call.contentType() != null) {
      request.setHeader("Content-Type", call.contentType());
    }
    HttpResponse<String> response =
        server.send(with(request, headers).method(call.operation().method(), publisher(body)));
    String type = response.headers().firstValue("content-type").orElse("");
    String challenge = response.headers().firstValue("www-authenticate").orElse("");
    String text =
        "%d %s %s%n%s%n".formatted(response.statusCode(), type, challenge, response.body());
    return LineText.of(normaliser.apply(text, false));
  }

  /** Keeps the answer to a request that no operation of the contract describes. */
  void keepOther(String name, String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        server.request("").uri(URI.create("http://" + server.api() + path));
    HttpResponse<String> response =
        server.send(with(request, headers).method(method, publisher(body)));
    List<String> head = new ArrayList<>();
    head.add(method + " " + path + " " + String.join(" ", headers));
    head.add("status: " + response.statusCode());
    tell(response, head);
    String text = String.join("\n", head) + "\n\n" + response.body();
    files.add("other/" + name + ".txt", LineText.of(normaliser.apply(text, true)));
  }

  private static HttpRequest.BodyPublisher publisher(String body) {
    return body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
  }

  private static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return request;
  }

  /** Adds a line for each header of the answer, but those that tell its time and its length. */
  static void tell(HttpResponse<?> response, List<String> lines) {
    new TreeMap<>(response.headers().map())
        .forEach(
            (name, values) -> {
              if (!LEFT_OUT.contains(name)) {
                lines.add(member(name, String.join(", ", values)));
              }
            });
  }

  static String member(String name, String value) {
    return Json.encode(name) + ": " + Json.encode(value);
  }
}
