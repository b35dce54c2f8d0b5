package io.mirrorneuron.golden;

import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.Json;
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
import java.util.stream.Stream;

/** Asks operations of the contract by their ids and keeps what the server answers. */
final class RestDoor {
  private static final String BETWEEN = "\0";
  private static final Set<String> LEFT_OUT = Set.of("content-length", "date");

  private final PublishedContract contract = PublishedContract.read();
  private final ContractCalls calls = new ContractCalls(contract);
  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private final Map<String, Set<Integer>> statuses = new TreeMap<>();
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

  /** Keeps all refusals of an operation in one file. */
  void keepRefusals(
      Operation operation,
      ContractCalls calls,
      List<ContractCalls.Call> refused,
      ContractCalls.Call good) {
    StringBuilder text = new StringBuilder();
    for (ContractCalls.Call call : refused) {
      HttpRequest.Builder request =
          server.request(calls.path(call)).setHeader("Accept", call.accept());
      calls.headers(call).forEach(request::setHeader);
      if (call.contentType() != null) {
        request.setHeader("Content-Type", call.contentType());
      }
      request.method(
          operation.method(),
          call.body() == null
              ? BodyPublishers.noBody()
              : BodyPublishers.ofString(Refusals.body(call.body())));
      text.append("==== ").append(call.name()).append('\n').append(answer(request));
    }
    if (good != null) {
      HttpRequest.Builder request =
          server.request(calls.path(good)).setHeader("Authorization", "Bearer wrong");
      request.method(operation.method(), BodyPublishers.noBody());
      text.append("==== wrong token\n").append(answer(request));
    }
    files.add("refusals/" + operation.id() + ".txt", text.isEmpty() ? "none\n" : text.toString());
  }

  private String answer(HttpRequest.Builder request) {
    HttpResponse<String> response = server.send(request);
    String type = response.headers().firstValue("content-type").orElse("");
    String allow = response.headers().firstValue("www-authenticate").orElse("");
    return LineText.of(
        normaliser.apply(
            response.statusCode() + " " + type + " " + allow + "\n" + response.body() + "\n",
            false));
  }

  /** Keeps the first event of a stream that has no end. */
  void keepFirstEvent(String operation, Call call) {
    HttpResponse<Stream<String>> response = server.send(call.request(), BodyHandlers.ofLines());
    StringBuilder text = new StringBuilder();
    try (Stream<String> lines = response.body()) {
      Iterator<String> each = lines.iterator();
      String line = each.next();
      while (!line.startsWith("data")) {
        text.append(line).append('\n');
        line = each.next();
      }
      text.append(line).append('\n');
    }
    answered(operation, response.statusCode());
    files.add(file(operation, "", "txt"), LineText.of(normaliser.apply(text.toString(), false)));
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

    byte[] keepBytes(String name) {
      HttpResponse<byte[]> response = server.send(request(), BodyHandlers.ofByteArray());
      answered(operation.id(), response.statusCode());
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
      new TreeMap<>(response.headers().map())
          .forEach(
              (name, values) -> {
                if (!LEFT_OUT.contains(name)) {
                  lines.add(member(name, String.join(", ", values)));
                }
              });
      return lines;
    }
  }

  private static String member(String name, String value) {
    return Json.encode(name) + ": " + Json.encode(value);
  }
}
