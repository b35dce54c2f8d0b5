package io.mirrorneuron.golden;

import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.PublishedContract.Operation;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One request to be, and how its answer is kept. */
final class RestCall {
  private static final String BETWEEN = "\0";

  private final RestDoor endpoint;
  private final Operation operation;
  private final Map<String, String> parameters;
  private final Map<String, String> headers = new TreeMap<>();
  private String method;
  private byte[] body;
  private String shownBody;
  private boolean stored;
  private boolean numbered = true;
  private String caller;

  RestCall(RestDoor endpoint, Operation operation, Map<String, String> parameters) {
    this.endpoint = endpoint;
    this.operation = operation;
    this.parameters = parameters;
    this.method = operation.method();
  }

  RestCall header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  RestCall accept(String type) {
    return header("Accept", type);
  }

  /** Asks as somebody else. */
  RestCall as(String bearer) {
    this.caller = bearer;
    return this;
  }

  /** Another method than that of the contract, which is answered for files alone. */
  RestCall head() {
    this.method = "HEAD";
    return this;
  }

  /** Sends it as it is. */
  RestCall body(String json) {
    return body(json, "application/json");
  }

  RestCall body(String text, String type) {
    this.body = text.getBytes(StandardCharsets.UTF_8);
    this.shownBody = text;
    return header("Content-Type", type);
  }

  /** Sends a form with this file. */
  RestCall file(String field, byte[] zip) {
    this.body = BundleUpload.multipart(field, zip);
    this.shownBody = "(a form with the file " + field + ")";
    return header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY);
  }

  /** The answer is of files that the test has written: sizes and hashes stay. */
  RestCall stored() {
    this.stored = true;
    return this;
  }

  /**
   * Progress of a job whose programs write records: its {@code seq} counts all records of the run,
   * and how many samples are among them depends on when the programs ran.
   */
  RestCall withoutNumber() {
    this.numbered = false;
    return this;
  }

  Operation operation() {
    return operation;
  }

  /** The path with its query, below the base path. */
  String path() {
    return endpoint.path(operation, parameters);
  }

  HttpRequest.Builder request() {
    HttpRequest.Builder request = endpoint.request(operation, parameters);
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
    endpoint.normaliser().name(cursor, "cursor");
    String body = keep(name);
    endpoint.normaliser().forget(cursor);
    return body;
  }

  /** The entity tag of the answer, which is kept elsewhere. */
  String etag() {
    return endpoint.send(this, BodyHandlers.ofString()).headers().firstValue("etag").orElseThrow();
  }

  byte[] keepBytes(String name) {
    HttpResponse<byte[]> response = endpoint.send(this, BodyHandlers.ofByteArray());
    String type = response.headers().firstValue("content-type").orElse("");
    String shown =
        type.equals("application/zip")
            ? ZipText.of(response.body())
            : new String(response.body(), StandardCharsets.UTF_8);
    if (!numbered) {
      shown = shown.replaceAll("\"seq\":\\d+", "\"seq\":\"<integer>\"");
    }
    String[] parts =
        endpoint
            .normaliser()
            .apply(String.join("\n", head(response)) + BETWEEN + shown, stored)
            .split(BETWEEN, -1);
    String json = JsonText.layout(parts[1], "  ");
    if (json != null) {
      String head = "  " + parts[0].replace("\n", ",\n  ");
      endpoint.add(operation, name, "json", "{\n" + head + ",\n  \"body\": " + json + "\n}");
    } else {
      endpoint.add(operation, name, "txt", parts[0] + "\n\n" + LineText.of(parts[1]));
    }
    return response.body();
  }

  private List<String> head(HttpResponse<?> response) {
    List<String> lines = new ArrayList<>();
    lines.add(RestDoor.member("request", method + " " + path()));
    headers.forEach((name, value) -> lines.add(RestDoor.member("request " + name, value)));
    if (shownBody != null) {
      lines.add(RestDoor.member("request body", shownBody));
    }
    lines.add("\"status\": " + response.statusCode());
    RestDoor.tell(response, lines);
    return lines;
  }
}
