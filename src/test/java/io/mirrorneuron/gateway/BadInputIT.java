package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RawHttp;
import io.mirrorneuron.testing.RawHttp.Answer;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each bad request gets a precise answer, and the runtime never hears of it. */
class BadInputIT extends WithSharedGateway {
  private static final String AUTH = "Authorization: Bearer " + GatewayFixture.TOKEN + "\r\n";
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String MANIFEST = "{\\\"graph_id\\\":\\\"g\\\"}";

  /** One request: its first line, its headers, its body. */
  private record Bad(String line, String headers, byte[] body) {
    static Bad get(String path) {
      return new Bad("GET /api/v1" + path, AUTH, new byte[0]);
    }

    static Bad post(String path, String json) {
      return new Bad("POST /api/v1" + path, AUTH + JSON, json.getBytes(StandardCharsets.UTF_8));
    }

    static Bad upload(String fileName, byte[] zip) {
      return multipart("bundle", fileName, zip);
    }

    static Bad multipart(String part, String fileName, byte[] content) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.writeBytes(
          ("--b\r\nContent-Disposition: form-data; name=\""
                  + part
                  + "\"; filename=\""
                  + fileName
                  + "\"\r\nContent-Type: application/zip\r\n\r\n")
              .getBytes(StandardCharsets.UTF_8));
      body.writeBytes(content);
      body.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
      return new Bad(
          "POST /api/v1/bundles/upload",
          AUTH + "Content-Type: multipart/form-data; boundary=b\r\n",
          body.toByteArray());
    }

    Bad with(String otherHeaders) {
      return new Bad(line, otherHeaders, body);
    }

    Bad inChunks() {
      return new Bad(line, headers + "Transfer-Encoding: chunked\r\n", RawHttp.chunked(body));
    }

    Answer send() throws IOException {
      boolean framed = headers.contains("Transfer-Encoding") || headers.contains("Content-Length");
      String length = framed || body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n";
      return RawHttp.send(gateway.port(), line + " HTTP/1.1\r\n" + headers + length, body);
    }
  }

  static Stream<Arguments> rows() {
    return Stream.of(tokens(), paths(), queries(), bodies(), sizes(), uploads())
        .flatMap(rows -> rows);
  }

  private static Stream<Arguments> tokens() {
    Bad jobs = Bad.get("/jobs");
    return Stream.of(
        arguments("no token", jobs.with(""), 401, "unauthenticated"),
        arguments(
            "wrong token", jobs.with("Authorization: Bearer nope\r\n"), 401, "unauthenticated"),
        arguments("empty token", jobs.with("Authorization: Bearer \r\n"), 401, "unauthenticated"),
        arguments(
            "basic scheme", jobs.with("Authorization: Basic dDpr\r\n"), 401, "unauthenticated"),
        arguments(
            "lower-case scheme",
            jobs.with("Authorization: bearer t0ken\r\n"),
            401,
            "unauthenticated"),
        arguments(
            "two blanks", jobs.with("Authorization: Bearer  t0ken\r\n"), 401, "unauthenticated"),
        arguments(
            "token in the query", Bad.get("/jobs?token=t0ken").with(""), 401, "unauthenticated"),
        arguments(
            "no token and a broken body",
            Bad.post("/jobs", "{").with(JSON),
            401,
            "unauthenticated"),
        arguments(
            "no token and a big body",
            new Bad("POST /api/v1/jobs", JSON, new byte[100_000]),
            401,
            "unauthenticated"));
  }

  private static Stream<Arguments> paths() {
    return Stream.of(
        arguments("unknown path", Bad.get("/nothing"), 404, "not_found"),
        arguments(
            "outside the base path", new Bad("GET /jobs", AUTH, new byte[0]), 404, "not_found"),
        arguments(
            "unknown verb behind a colon",
            new Bad("POST /api/v1/jobs:destroy", AUTH, new byte[0]),
            404,
            "not_found"),
        arguments(
            "verb with an encoded colon prefix",
            new Bad("POST /api/v1/jobsXcleanup", AUTH, new byte[0]),
            404,
            "not_found"),
        arguments("climbing path", Bad.get("/jobs/../../../etc/passwd"), 404, "not_found"),
        arguments(
            "wrong method",
            new Bad("DELETE /api/v1/jobs", AUTH, new byte[0]),
            405,
            "method_not_allowed"),
        arguments(
            "wrong method on a job",
            new Bad("PATCH /api/v1/jobs/a", AUTH, new byte[0]),
            405,
            "method_not_allowed"),
        arguments(
            "options without an origin",
            new Bad("OPTIONS /api/v1/jobs", "", new byte[0]),
            405,
            "method_not_allowed"),
        arguments("broken percent encoding", Bad.get("/jobs/%zz"), 400, "malformed_request"),
        arguments(
            "id that is too long", Bad.get("/jobs/" + "a".repeat(600)), 422, "invalid_request"),
        arguments(
            "letter index that is no number",
            new Bad("POST /api/v1/jobs/a/dead-letters/x/replay", AUTH, new byte[0]),
            422,
            "invalid_request"),
        arguments(
            "negative letter index",
            new Bad("POST /api/v1/jobs/a/dead-letters/-1/replay", AUTH, new byte[0]),
            422,
            "invalid_request"));
  }

  private static Stream<Arguments> queries() {
    return Stream.of(
        arguments("negative limit", Bad.get("/jobs?limit=-1"), 422, "invalid_request"),
        arguments("limit that is no number", Bad.get("/jobs?limit=many"), 422, "invalid_request"),
        arguments("empty limit", Bad.get("/jobs?limit="), 422, "invalid_request"),
        arguments("fractional limit", Bad.get("/jobs?limit=1.5"), 422, "invalid_request"),
        arguments(
            "limit beyond all numbers", Bad.get("/jobs?limit=1e999999999"), 422, "invalid_request"),
        arguments(
            "boolean that is none",
            Bad.get("/jobs?include_terminal=maybe"),
            422,
            "invalid_request"),
        arguments(
            "broken percent encoding in the query",
            Bad.get("/jobs?limit=%zz"),
            400,
            "malformed_request"),
        arguments("unknown include", Bad.get("/jobs/a?include=all"), 400, "invalid_parameter"),
        arguments("empty include", Bad.get("/jobs/a?include="), 400, "invalid_parameter"),
        arguments(
            "unknown include of events",
            Bad.get("/jobs/a/events?include=none"),
            400,
            "invalid_parameter"),
        arguments("no events", Bad.get("/jobs/a/events?limit=0"), 422, "invalid_request"),
        arguments("too many events", Bad.get("/jobs/a/events?limit=5001"), 422, "invalid_request"),
        arguments("negative cursor", Bad.get("/jobs/a/events?after=-5"), 422, "invalid_request"),
        arguments(
            "stream from a strange id",
            Bad.get("/jobs/a/events")
                .with(AUTH + "Accept: text/event-stream\r\nLast-Event-ID: x\r\n"),
            422,
            "invalid_request"),
        arguments(
            "timeout that is not finite",
            Bad.get("/runtime/status?timeout=NaN"),
            422,
            "invalid_request"),
        arguments(
            "negative timeout", Bad.get("/runtime/status?timeout=-1"), 422, "invalid_request"));
  }

  private static Stream<Arguments> bodies() {
    return Stream.of(
        arguments("no body", Bad.post("/jobs", ""), 422, "invalid_request"),
        arguments(
            "broken JSON", Bad.post("/jobs", "{\"manifest_json\":"), 400, "malformed_request"),
        arguments("two JSON values", Bad.post("/jobs", "{} {}"), 400, "malformed_request"),
        arguments("JSON too deep", Bad.post("/jobs", "[".repeat(20_000)), 400, "malformed_request"),
        arguments("list as body", Bad.post("/jobs", "[]"), 422, "invalid_request"),
        arguments("text as body", Bad.post("/jobs", "\"x\""), 422, "invalid_request"),
        arguments("null as body", Bad.post("/jobs", "null"), 422, "invalid_request"),
        arguments(
            "plain text",
            Bad.post("/jobs", "{}").with(AUTH + "Content-Type: text/plain\r\n"),
            415,
            "unsupported_media_type"),
        arguments(
            "form",
            Bad.post("/jobs", "a=b")
                .with(AUTH + "Content-Type: application/x-www-form-urlencoded\r\n"),
            415,
            "unsupported_media_type"),
        arguments("neither manifest nor bundle", Bad.post("/jobs", "{}"), 422, "invalid_argument"),
        arguments(
            "manifest as a number",
            Bad.post("/jobs", "{\"manifest_json\":7}"),
            422,
            "invalid_request"),
        arguments(
            "manifest as text", Bad.post("/jobs", "{\"manifest\":\"{}\"}"), 422, "invalid_request"),
        arguments(
            "two manifests",
            Bad.post("/jobs", "{\"manifest_json\":\"" + MANIFEST + "\",\"manifest\":{}}"),
            422,
            "invalid_request"),
        arguments(
            "broken manifest",
            Bad.post("/jobs", "{\"manifest_json\":\"{\"}"),
            400,
            "malformed_request"),
        arguments(
            "manifest that is a list",
            Bad.post("/jobs", "{\"manifest_json\":\"[]\"}"),
            400,
            "malformed_request"),
        arguments(
            "payload that is no text",
            Bad.post("/jobs", "{\"manifest_json\":\"" + MANIFEST + "\",\"payloads\":{\"a\":1}}"),
            422,
            "invalid_request"),
        arguments(
            "payloads as a list",
            Bad.post("/jobs", "{\"manifest_json\":\"" + MANIFEST + "\",\"payloads\":[]}"),
            422,
            "invalid_request"),
        arguments(
            "force that is no boolean",
            Bad.post("/jobs", "{\"manifest_json\":\"" + MANIFEST + "\",\"force\":\"perhaps\"}"),
            422,
            "invalid_request"),
        arguments(
            "unknown bundle",
            Bad.post("/jobs", "{\"bundle_path\":\"bundle-12345678\"}"),
            400,
            "invalid_bundle"),
        arguments(
            "older name of a handle that is a number",
            Bad.post("/jobs", "{\"_bundle_path\":7}"),
            422,
            "invalid_request"),
        arguments(
            "bundle elsewhere",
            Bad.post("/jobs", "{\"_bundle_path\":\"../../etc\"}"),
            400,
            "invalid_bundle"),
        arguments(
            "absolute bundle",
            Bad.post("/jobs", "{\"_bundle_path\":\"/etc\"}"),
            400,
            "invalid_bundle"),
        arguments(
            "idempotency key too long",
            Bad.post("/jobs", "{\"manifest_json\":\"" + MANIFEST + "\"}")
                .with(AUTH + JSON + "Idempotency-Key: " + "k".repeat(300) + "\r\n"),
            422,
            "invalid_request"),
        arguments(
            "idempotency key with blanks",
            Bad.post("/jobs", "{\"manifest_json\":\"" + MANIFEST + "\"}")
                .with(AUTH + JSON + "Idempotency-Key: a b\r\n"),
            422,
            "invalid_request"),
        arguments(
            "negative resource", Bad.post("/resource", "{\"cpu\":-25}"), 422, "invalid_request"),
        arguments("odd resource", Bad.post("/resource", "{\"cpu\":26}"), 422, "invalid_request"),
        arguments("no resource", Bad.post("/resource", "{}"), 422, "invalid_request"),
        arguments(
            "only null resources",
            Bad.post("/resource", "{\"cpu\":null}"),
            422,
            "invalid_argument"));
  }

  private static Stream<Arguments> sizes() {
    Bad jobs = new Bad("POST /api/v1/jobs", AUTH + JSON, new byte[100_000]);
    String chunked = AUTH + JSON + "Transfer-Encoding: chunked\r\n";
    return Stream.of(
        arguments("declared too large", jobs, 413, "request_too_large"),
        arguments(
            "chunks too large",
            new Bad(jobs.line(), chunked, RawHttp.chunked(new byte[200_000])),
            413,
            "request_too_large"),
        arguments(
            "length that is no number",
            jobs.with(AUTH + JSON + "Content-Length: ten\r\n"),
            400,
            "malformed_request"),
        arguments(
            "upload declared too large",
            Bad.upload("a.zip", new byte[1_500_000]),
            413,
            "request_too_large"),
        arguments(
            "upload in chunks too large",
            Bad.upload("a.zip", new byte[1_500_000]).inChunks(),
            413,
            "request_too_large"));
  }

  private static Stream<Arguments> uploads() {
    String manifest = "{\"graph_id\":\"g\"}";
    byte[] good = Zips.bundle(manifest).bytes();
    Zips many = Zips.bundle(manifest);
    for (int i = 0; i < 100; i++) {
      many.file("payloads/" + i, "");
    }
    return Stream.of(
        arguments("not multipart", Bad.post("/bundles/upload", "{}"), 422, "invalid_request"),
        arguments("other part name", Bad.multipart("file", "a.zip", good), 422, "invalid_request"),
        arguments(
            "no boundary",
            Bad.upload("a.zip", good).with(AUTH + "Content-Type: multipart/form-data\r\n"),
            400,
            "malformed_request"),
        arguments("not called zip", Bad.upload("a.tar", good), 400, "invalid_bundle"),
        arguments(
            "not a zip",
            Bad.upload("a.zip", "hello".getBytes(StandardCharsets.UTF_8)),
            400,
            "invalid_bundle"),
        arguments("empty file", Bad.upload("a.zip", new byte[0]), 400, "invalid_bundle"),
        arguments(
            "half a zip",
            Bad.upload("a.zip", java.util.Arrays.copyOf(good, good.length / 2)),
            400,
            "invalid_bundle"),
        arguments(
            "climbing entry",
            Bad.upload("a.zip", Zips.bundle(manifest).file("../../evil", "x").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "absolute entry",
            Bad.upload("a.zip", Zips.bundle(manifest).file("/etc/evil", "x").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "drive letter",
            Bad.upload("a.zip", Zips.bundle(manifest).file("C:evil", "x").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "backslashes",
            Bad.upload("a.zip", Zips.bundle(manifest).file("payloads\\..\\..\\evil", "x").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "link",
            Bad.upload("a.zip", Zips.bundle(manifest).link("payloads/l", "/etc/passwd").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "pipe",
            Bad.upload("a.zip", Zips.bundle(manifest).pipe("payloads/p").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "duplicate entry",
            Bad.upload("a.zip", Zips.bundle(manifest).file("payloads/a.txt", "b").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "file that is also a folder",
            Bad.upload("a.zip", Zips.bundle(manifest).file("payloads/a.txt/b", "b").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "no manifest",
            Bad.upload("a.zip", new Zips().file("payloads/a", "a").bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "no payloads",
            Bad.upload("a.zip", new Zips().file("manifest.json", manifest).bytes()),
            400,
            "invalid_bundle"),
        arguments(
            "broken manifest in the zip",
            Bad.upload("a.zip", Zips.bundle("{").bytes()),
            400,
            "malformed_request"),
        arguments(
            "manifest in the zip is a list",
            Bad.upload("a.zip", Zips.bundle("[]").bytes()),
            400,
            "malformed_request"),
        arguments("too many entries", Bad.upload("a.zip", many.bytes()), 413, "bundle_too_large"),
        arguments(
            "expands too far",
            Bad.upload(
                "a.zip", Zips.bundle(manifest).file("payloads/z", new byte[8 << 20]).bytes()),
            413,
            "bundle_too_large"),
        arguments(
            "expands too much for its size",
            Bad.upload(
                "a.zip", Zips.bundle(manifest).file("payloads/z", new byte[3 << 20]).bytes()),
            413,
            "bundle_too_large"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void isRefusedAndChangesNothing(String name, Bad request, int status, String error)
      throws Exception {
    Answer answer = request.send();

    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
    var problem = Json.parseObject(answer.body(), "problem");
    assertThat(problem.path("error").asText()).as(answer.body()).isEqualTo(error);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("detail").asText()).isNotBlank();
    assertThat(problem.path("request_id").asText()).isNotBlank();
    assertThat(problem.path("type").asText()).endsWith("/" + error);
    assertThat(gateway.jobs.calls()).isEmpty();
    assertThat(gateway.cluster.calls()).isEmpty();
    assertThat(left("uploads")).isEmpty();
    assertThat(left("bundles")).isEmpty();
  }

  private static java.util.List<Path> left(String name) throws IOException {
    Path at = folder.resolve(name);
    if (!Files.isDirectory(at)) {
      return java.util.List.of();
    }
    try (Stream<Path> files = Files.list(at)) {
      return files.toList();
    }
  }
}
