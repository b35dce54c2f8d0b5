package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The runtime behind a gateway goes away. */
@Timeout(120)
class RuntimeGoneIT {
  @TempDir Path home;
  private final HttpClient http = HttpClient.newHttpClient();

  private App start(ServerRole role) {
    Config config =
        new ConfigLoader(
                Map.of("MN_HOME", home.toString(), "MN_TEMP_DIR", home.resolve("tmp").toString()),
                null,
                role == ServerRole.RUNTIME
                    ? Map.of("grpc.port", "0", "resource.admission_enabled", "false")
                    : Map.of("api.port", "0"),
                home)
            .load();
    return App.start(config, role, ConfigLoader.environment());
  }

  @Test
  void streamsSayThatTheyCannotGoOnAndHealthTellsWhy() throws Exception {
    App runtime = start(ServerRole.RUNTIME);
    try (App gateway = start(ServerRole.GATEWAY)) {
      String api = gateway.endpoints().apiUrl();
      Eventually.eventually("the runtime answers", () -> health(api).equals("ok true ok"));
      HttpResponse<String> submitted =
          post(api + "/jobs", SampleManifests.program("waits", "sleep", "600"));
      String job = Json.parseObject(submitted.body(), "job").path("job_id").asText();

      try (BufferedReader progress = follow(api + "/jobs/" + job + "/workflow-progress/stream");
          BufferedReader events = follow(api + "/jobs/" + job + "/events")) {
        assertThat(progress.readLine()).startsWith("retry");
        runtime.close();

        for (BufferedReader stream : List.of(progress, events)) {
          List<String> rest = stream.lines().toList();
          assertThat(rest).contains("event: error").doesNotContain("event: end");
          assertThat(rest.get(rest.size() - 2)).contains("\"job_id\":\"" + job + "\"");
        }
      }
      Eventually.eventually(
          "health tells it", () -> health(api).equals("ok false the runtime does not answer"));
      refusesWhatAsksForMachines(api);
    } finally {
      runtime.close();
    }
  }

  /** That nobody can be asked is no answer about what machines have. */
  private void refusesWhatAsksForMachines(String api) throws Exception {
    String asks =
        SampleManifests.program("asks", "true")
            .replaceFirst("\\{", "{\"requirements\":{\"gpu\":1,\"memory\":1},");
    for (String operation : List.of("/jobs", "/jobs:validate", "/jobs:plan")) {
      assertThat(post(api + operation, asks).statusCode()).as(operation).isEqualTo(503);
    }
  }

  private HttpResponse<String> post(String uri, String manifest) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(uri))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"manifest_json\":" + manifest + "}"))
            .build(),
        BodyHandlers.ofString());
  }

  private BufferedReader follow(String uri) throws Exception {
    HttpResponse<InputStream> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(uri)).header("Accept", "text/event-stream").build(),
            BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  private String health(String api) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(api + "/health")).build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      var health = Json.parseObject(answer.body(), "health");
      return "%s %s %s"
          .formatted(
              health.path("status").asText(),
              health.path("ready").asBoolean(),
              health.at("/dependencies/runtime").asText());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
