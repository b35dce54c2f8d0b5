package io.mirrorneuron.gateway.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.Documents;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.testing.RawHttp;
import io.mirrorneuron.testing.RawHttp.Answer;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that are files, and parameters that are paths, with areas that exist only here. */
class FileAnswersIT {
  private static final String CONTENT = "0123456789";

  @TempDir static Path folder;
  private static final Vertx vertx = Vertx.vertx();
  private static GatewayVerticle gateway;
  private static Path file;

  private static final class HandleTable extends AreaVerticle {
    HandleTable() {
      super("shelf", 4);
      on(
          "getFile",
          call ->
              Json.object()
                  .put("path", folder.resolve("shelf").resolve(call.text("name")).toString())
                  .put("content_type", "text/html")
                  .put("file_name", "Grüße \"1\".html"));
      on("openFile", call -> Json.object().put("opened", call.text("name")));
    }
  }

  @BeforeAll
  static void start() {
    JsonObject document = Documents.small();
    JsonArray parameters =
        new JsonArray(
            "[{\"name\":\"name\",\"in\":\"path\",\"required\":true,\"x-mn-slashes\":true,"
                + "\"schema\":{\"type\":\"string\",\"maxLength\":40}}]");
    Documents.with(document, "/shelf/{name}", "getFile", "shelf")
        .put("x-mn-answer", "file")
        .put("parameters", parameters);
    Documents.with(document, "/shelf/{name}/open", "openFile", "shelf")
        .put("parameters", parameters);
    JsonObject open = document.getJsonObject("paths").getJsonObject("/shelf/{name}/open");
    open.put("post", open.remove("get"));
    HandleTable area = new HandleTable();
    gateway =
        new GatewayVerticle(
            new GatewayVerticle.Settings(
                new Config.Api(
                    "127.0.0.1",
                    0,
                    Secret.NONE,
                    List.of(),
                    List.of(),
                    1000,
                    1000,
                    "http://x",
                    true),
                folder,
                false,
                Duration.ofSeconds(5),
                () -> "r",
                Storage.unwatched(),
                () -> CompletableFuture.completedStage(List.of()),
                java.time.Clock.systemUTC(),
                UploadQuota.unlimited(),
                RemoteReads.NONE,
                StreamTokens.of(List.of(), java.time.Clock.systemUTC())),
            Contract.of(vertx, document).await(),
            List.of(area),
            Auth.NOBODY_ASKS,
            Health.Facts.of(false, "test", Health.Blueprints.NONE, ""));
    vertx.deployVerticle(area).await();
    vertx.deployVerticle(gateway).await();
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  @BeforeEach
  void write() throws IOException {
    file = Files.createDirectories(folder.resolve("shelf/a b")).resolve("c.html");
    Files.writeString(file, CONTENT);
    Files.writeString(folder.resolve("shelf/empty"), "");
  }

  private static Answer send(String method, String path, String... headers) throws IOException {
    StringBuilder head = new StringBuilder(method + " /api/v1" + path + " HTTP/1.1\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return RawHttp.send(gateway.port(), head.toString(), new byte[0]);
  }

  private static Answer get(String... headers) throws IOException {
    return send("GET", "/shelf/a%20b/c.html", headers);
  }

  @Test
  void aFileIsSentWithWhatItTakesToKeepIt() throws IOException {
    Answer answer = get();

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(CONTENT);
    assertThat(answer.headers())
        .containsEntry("content-type", "text/html")
        .containsEntry("content-length", "10")
        .containsEntry("accept-ranges", "bytes")
        .containsEntry("cache-control", "private, no-cache")
        .containsEntry("x-content-type-options", "nosniff")
        .containsEntry("content-security-policy", "sandbox")
        .containsEntry(
            "content-disposition",
            "attachment; filename=\"Gr__e _1_.html\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.html")
        .containsKey("etag");
    assertThat(answer.headers().get("last-modified"))
        .matches("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
  }

  @Test
  void headSaysTheSameWithoutTheFile() throws IOException {
    Answer whole = get();
    Answer head = send("HEAD", "/shelf/a%20b/c.html", "Range: bytes=0-1");

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers()).isEqualTo(whole.headers());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-0 | 206 | 0 | bytes 0-0/10",
        "bytes=2-5 | 206 | 2345 | bytes 2-5/10",
        "bytes=7- | 206 | 789 | bytes 7-9/10",
        "bytes=7-99999999999999999999 | 206 | 789 | bytes 7-9/10",
        "bytes=-3 | 206 | 789 | bytes 7-9/10",
        "Bytes = 2 - 5 | 206 | 2345 | bytes 2-5/10",
        "bytes=0-9 | 200 | 0123456789 |",
        "bytes=-99 | 200 | 0123456789 |",
        "bytes=0-1,4-5 | 200 | 0123456789 |",
        "lines=0-1 | 200 | 0123456789 |",
        "bytes=10- | 416 | | bytes */10",
        "bytes=5-2 | 416 | | bytes */10",
        "bytes=-0 | 416 | | bytes */10",
        "bytes=- | 416 | | bytes */10",
        "bytes=a-b | 416 | | bytes */10",
        "bytes | 416 | | bytes */10",
      })
  void aPartIsSentWhereOneIsAskedFor(String range, int status, String body, String contentRange)
      throws IOException {
    Answer answer = get("Range: " + range);

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.headers().get("content-range")).isEqualTo(contentRange);
    if (status == 416) {
      assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
    } else {
      assertThat(answer.body()).isEqualTo(body);
    }
  }

  @Test
  void aPartOfAnOlderFileIsNotMixedIntoTheNewOne() throws IOException {
    Answer before = get();
    String tag = before.headers().get("etag");

    assertThat(get("Range: bytes=2-5", "If-Range: " + tag).body()).isEqualTo("2345");
    assertThat(get("Range: bytes=2-5", "If-Range: " + before.headers().get("last-modified")).body())
        .isEqualTo("2345");
    Files.writeString(file, "something else");
    Answer after = get("Range: bytes=2-5", "If-Range: " + tag);

    assertThat(after.status()).isEqualTo(200);
    assertThat(after.body()).isEqualTo("something else");
    assertThat(after.headers().get("etag")).isNotEqualTo(tag);
  }

  @Test
  void whatTheClientHasIsNotSentAgain() throws IOException {
    Answer first = get();
    String tag = first.headers().get("etag");
    String time = first.headers().get("last-modified");

    for (String condition :
        List.of(
            "If-None-Match: " + tag,
            "If-None-Match: \"x\", W/" + tag,
            "If-None-Match: *",
            "If-Modified-Since: " + time)) {
      Answer answer = get(condition);
      assertThat(answer.status()).as(condition).isEqualTo(304);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.headers()).containsEntry("etag", tag);
    }
    assertThat(get("If-None-Match: \"x\"", "If-Modified-Since: " + time).status()).isEqualTo(200);
    assertThat(get("If-Modified-Since: Mon, 01 Jan 2001 00:00:00 GMT").status()).isEqualTo(200);
    assertThat(get("If-Modified-Since: long ago").status()).isEqualTo(200);
  }

  @Test
  void anEmptyFileIsAFile() throws IOException {
    assertThat(send("GET", "/shelf/empty").headers()).containsEntry("content-length", "0");
    assertThat(send("GET", "/shelf/empty", "Range: bytes=0-").status()).isEqualTo(416);
  }

  @Test
  void whatIsNoFileIsNotFound() throws IOException {
    Files.deleteIfExists(folder.resolve("shelf/link"));
    Files.createSymbolicLink(folder.resolve("shelf/link"), file);

    assertThat(send("GET", "/shelf/nothing").status()).isEqualTo(404);
    assertThat(send("GET", "/shelf/a%20b").status()).isEqualTo(404);
    assertThat(send("GET", "/shelf/link").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "/shelf/a/b/c/open, a/b/c",
    "/shelf/a%2Fb/open, a/b",
    "/shelf/a+b%20c/open, a+b c",
    "/shelf/a%252Fb/open, a%2Fb",
    "/shelf/../x/open, ../x",
    "/shelf/%2e%2E/%2E/x/open, .././x",
    "/shelf/a//b/open, a//b",
    "/shelf/open/open, open",
  })
  void theAreaSeesThePathDecodedOnce(String path, String seen) throws IOException {
    assertThat(send("POST", path, "Content-Length: 0").body())
        .isEqualTo("{\"opened\":\"" + seen + "\"}");
  }

  @Test
  void aPathParameterIsCheckedLikeEveryOther() throws IOException {
    assertThat(send("GET", "/shelf/" + "x/".repeat(30)).status()).isEqualTo(422);
    assertThat(send("GET", "/shelf/a%2").status()).isEqualTo(400);
    Answer answer = send("DELETE", "/shelf/a/b/open");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers()).containsEntry("allow", "GET, HEAD, POST");
  }
}
