package io.mirrorneuron.golden;

import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Asks operations of the contract by their ids and keeps what the server answers. */
final class RestDoor {
  private static final String BETWEEN = "\0";
  private static final Set<String> LEFT_OUT = Set.of("content-length", "date");

  private final PublishedContract contract = PublishedContract.read();
  private final ContractCalls calls = new ContractCalls(contract);
  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private final Map<String, Set<Integer>> statuses = new TreeMap<>();
  private final Map<String, Set<String>> types = new TreeMap<>();
  private final PackagedServer server;
  private final Normaliser normaliser;
  private final GoldenFiles files;

  RestDoor(PackagedServer server, Normaliser normaliser, GoldenFiles files) {
    this.server = server;
    this.normaliser = normaliser;
    this.files = files;
    contract.operations().forEach(operation -> operations.put(operation.id(), operation));
  }

  /** All operations of the contract. */
  Set<String> operations() {
    return operations.keySet();
  }

  /** The statuses with which an operation has answered so far; 101 for a socket. */
  Set<Integer> statuses(String operation) {
    return statuses.getOrDefault(operation, Set.of());
  }

  Operation operation(String id) {
    Operation operation = operations.get(id);
    if (operation == null) {
      throw new AssertionError("the contract has no operation " + id);
    }
    return operation;
  }

  void answered(String operation, int status) {
    statuses.computeIfAbsent(operation, none -> new TreeSet<>()).add(status);
  }

  /** A call of the operation with these parameters, name before value. */
  Call call(String operation, String... parameters) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      named.put(parameters[i], parameters[i + 1]);
    }
    return new Call(operation(operation), named);
  }

  /** Where the answers of an operation are kept. */
  String file(String operation, String name, String extension) {
    String area = operation(operation).declared().getJsonArray("tags").getString(0);
    return area + "/" + operation + (name.isEmpty() ? "" : "." + name) + "." + extension;
  }

  /** Keeps many answers to calls of an operation in one file. */
  final class Pile {
    private final Operation operation;
    private final StringBuilder text = new StringBuilder();

    Pile(Operation operation) {
      this.operation = operation;
    }

    /**
     * @param headers name before value
     */
    void add(ContractCalls.Call call, String... headers) {
      HttpRequest.Builder request =
          server.request(calls.path(call)).setHeader("Accept", call.accept());
      calls.headers(call).forEach(request::setHeader);
      if (call.contentType() != null) {
        request.setHeader("Content-Type", call.contentType());
      }
      for (int i = 0; i < headers.length; i += 2) {
        request.setHeader(headers[i], headers[i + 1]);
      }
      request.method(
          operation.method(),
          call.body() == null
              ? BodyPublishers.noBody()
              : BodyPublishers.ofString(Refusals.body(call.body())));
      text.append("==== ").append(call.name()).append('\n').append(answer(request));
    }

    void keep() {
      files.add("refusals/" + operation.id() + ".txt", text.isEmpty() ? "none\n" : text.toString());
    }
  }

  private String answer(HttpRequest.Builder request) {
    HttpResponse<String> response = server.send(request);
    String type = response.headers().firstValue("content-type").orElse("");
    String challenge = response.headers().firstValue("www-authenticate").orElse("");
    return LineText.of(
        normaliser.apply(
            "%d %s %s%n%s%n".formatted(response.statusCode(), type, challenge, response.body()),
            false));
  }

  /** Keeps the answer to a request that no operation of the contract describes. */
  void keepOther(String name, String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        server.request("").uri(URI.create("http://" + server.api() + path));
    request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    HttpResponse<String> response = server.send(request);
    List<String> head = new ArrayList<>();
    head.add(method + " " + path + " " + String.join(" ", headers));
    head.add("status: " + response.statusCode());
    tell(response, head);
    String text = String.join("\n", head) + "\n\n" + response.body();
    files.add("other/" + name + ".txt", LineText.of(normaliser.apply(text, false)));
  }

  private static void tell(HttpResponse<?> response, List<String> head) {
    new TreeMap<>(response.headers().map())
        .forEach(
            (name, values) -> {
              if (!LEFT_OUT.contains(name)) {
                head.add(member(name, String.join(", ", values)));
              }
            });
  }

  /**
   * Keeps what comes of a stream of events.
   *
   * @param more asked after each line with data: whether to read on
   */
  void keepLive(String name, Call call, Predicate<String> more) {
    HttpResponse<Stream<String>> response = server.send(call.request(), BodyHandlers.ofLines());
    answered(call.operation(), response.statusCode());
    type(call.operation(), response);
    StringBuilder text = new StringBuilder("GET " + call.path() + "\n\n");
    try (Stream<String> lines = response.body()) {
      boolean reading = true;
      for (Iterator<String> each = lines.iterator(); reading && each.hasNext(); ) {
        String line = each.next();
        text.append(line).append('\n');
        reading = !line.startsWith("data") || more.test(line);
      }
    }
    files.add(
        file(call.operation(), name, "txt"), LineText.of(normaliser.apply(text.toString(), false)));
  }

  private void type(String operation, HttpResponse<?> response) {
    if (response.statusCode() == 200) {
      String type = response.headers().firstValue("content-type").orElse("").replaceAll(";.*", "");
      types.computeIfAbsent(operation, none -> new TreeSet<>()).add(type);
    }
  }

  /** The media types of an operation that the contract declares and no answer had so far. */
  Set<String> typesLeft(String operation) {
    Operation its = operation(operation);
    JsonObject declared = contract.response(its, String.valueOf(its.success()));
    Set<String> left = new TreeSet<>(declared.getJsonObject("content").fieldNames());
    left.removeAll(types.getOrDefault(operation, Set.of()));
    left.remove("*/*");
    return left;
  }

  /** One request to be. */
  final class Call {
    private final Operation operation;
    private final Map<String, String> parameters;
    private final Map<String, String> headers = new TreeMap<>();
    private String method;
    private byte[] body;
    private String shownBody;
    private boolean stored;
    private String caller;

    private Call(Operation operation, Map<String, String> parameters) {
      this.operation = operation;
      this.parameters = parameters;
      this.method = operation.method();
    }

    Call header(String name, String value) {
      headers.put(name, value);
      return this;
    }

    Call accept(String type) {
      return header("Accept", type);
    }

    /** Asks as somebody else. */
    Call as(String bearer) {
      this.caller = bearer;
      return this;
    }

    /** Another method than that of the contract, which is answered for files alone. */
    Call head() {
      this.method = "HEAD";
      return this;
    }

    /** Sends it as it is. */
    Call body(String json) {
      return body(json, "application/json");
    }

    Call body(String text, String type) {
      this.body = text.getBytes(StandardCharsets.UTF_8);
      this.shownBody = text;
      return header("Content-Type", type);
    }

    /** Sends a form with this file. */
    Call file(String field, byte[] zip) {
      this.body = BundleUpload.multipart(field, zip);
      this.shownBody = "(a form with the file " + field + ")";
      return header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY);
    }

    /** The answer is of files that the test has written: sizes and hashes stay. */
    Call stored() {
      this.stored = true;
      return this;
    }

    String operation() {
      return operation.id();
    }

    /** The path with its query, below the base path. */
    String path() {
      return calls.path(new ContractCalls.Call(operation, "", parameters, null, null, null));
    }

    HttpRequest.Builder request() {
      HttpRequest.Builder request = server.request(path());
      calls
          .headers(new ContractCalls.Call(operation, "", parameters, null, null, null))
          .forEach(request::setHeader);
      headers.forEach(request::setHeader);
      if (caller != null) {
        request.setHeader("Authorization", caller);
      }
      return request.method(
          method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    }

    /** Keeps the answer; returns its body. */
    String keep(String name) {
      return new String(keepBytes(name), StandardCharsets.UTF_8);
    }

    /**
     * @param cursor of the request, which is told by what it says
     */
    String keepAs(String name, String cursor) {
      normaliser.name(cursor, "cursor");
      String body = keep(name);
      normaliser.forget(cursor);
      return body;
    }

    /** The entity tag of the answer, which is kept elsewhere. */
    String etag() {
      return server
          .send(request(), BodyHandlers.ofString())
          .headers()
          .firstValue("etag")
          .orElseThrow();
    }

    byte[] keepBytes(String name) {
      HttpResponse<byte[]> response = server.send(request(), BodyHandlers.ofByteArray());
      answered(operation.id(), response.statusCode());
      type(operation.id(), response);
      String type = response.headers().firstValue("content-type").orElse("");
      String shown =
          type.equals("application/zip")
              ? ZipText.of(response.body())
              : new String(response.body(), StandardCharsets.UTF_8);
      String[] parts =
          normaliser
              .apply(String.join("\n", head(response)) + BETWEEN + shown, stored)
              .split(BETWEEN, -1);
      String json = JsonText.layout(parts[1], "  ");
      files.add(
          RestDoor.this.file(operation.id(), name, json != null ? "json" : "txt"),
          json != null
              ? "{\n  " + parts[0].replace("\n", ",\n  ") + ",\n  \"body\": " + json + "\n}"
              : parts[0] + "\n\n" + LineText.of(parts[1]));
      return response.body();
    }

    private List<String> head(HttpResponse<?> response) {
      List<String> lines = new ArrayList<>();
      lines.add(member("request", method + " " + path()));
      headers.forEach((name, value) -> lines.add(member("request " + name, value)));
      if (shownBody != null) {
        lines.add(member("request body", shownBody));
      }
      lines.add("\"status\": " + response.statusCode());
      tell(response, lines);
      return lines;
    }
  }

  private static String member(String name, String value) {
    return Json.encode(name) + ": " + Json.encode(value);
  }
}
