package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What callers of launches may ask for, and how often, over REST. */
@Timeout(90)
class LaunchAnswersIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String HELLO =
      "{\"name\": \"hello\", \"steps\": [{\"id\": \"say\", \"run\": [\"echo\", \"hi\"]}]}";

  @TempDir static Path folder;
  private static WholeServer server;

  @BeforeAll
  static void start() {
    server = WholeServer.start(folder.resolve("home"), Map.of("uploads.max_count", "1"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> launch(String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri(path)).header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "respond-async | | 202 | respond-async",
        "wait=60 | | 200 | wait=60",
        "respond-async, wait=60 | | 200 | wait=60",
        "handling=lenient; x=1, Wait=\"60\" | | 200 | wait=60",
        "respond-async, wait=0 | | 202 | respond-async, wait=0",
        "wait=900 | | 200 | wait=180",
        "handling=strict | | 200 | ",
        "wait=0 | ?wait=60s | 200 | ",
        " | | 200 | "
      })
  void whatWasDoneOfAPreferenceIsTold(String prefer, String query, int status, String applied)
      throws Exception {
    HttpResponse<String> answer =
        launch(
            "/blueprints/word-count/runs" + (query == null ? "" : query),
            "{}",
            prefer == null ? new String[0] : new String[] {"Prefer", prefer});

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Preference-Applied").orElse(null)).isEqualTo(applied);
  }

  private static HttpResponse<String> upload() throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(server.uri("/bundles/upload"))
            .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
            .POST(BodyPublishers.ofByteArray(BundleUpload.multipart(Zips.bundle(HELLO).bytes())))
            .build(),
        BodyHandlers.ofString());
  }

  /** There is a place for one upload; each of these was in use before the next came. */
  @Test
  void anUploadThatWasSubmittedGivesItsPlaceToTheNext() throws Exception {
    for (String endpoint : new String[] {"/blueprints/launch/runs", "/jobs", "/schedules"}) {
      HttpResponse<String> taken = upload();
      assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
      HttpResponse<String> full = upload();
      assertThat(full.statusCode()).as(full.body()).isEqualTo(429);
      var body =
          Json.object().put("bundle_path", Json.parse(taken.body()).get("bundle_path").asText());
      if (endpoint.contains("launch")) {
        body.put("source", "bundle");
      } else if (endpoint.equals("/schedules")) {
        body.putObject("schedule").put("kind", "delayed").put("delay_ms", 3_600_000);
      }
      HttpResponse<String> submitted = launch(endpoint, Json.write(body));
      assertThat(submitted.statusCode()).as(submitted.body()).isBetween(200, 201);
      assertThat(launch(endpoint, Json.write(body)).statusCode())
          .as("while nobody needs the place it can be used again")
          .isBetween(200, 201);
    }
  }
}
