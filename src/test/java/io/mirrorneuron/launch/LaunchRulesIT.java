package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules of inputs are asked once for each launch, with the configuration of the launch. */
@Timeout(90)
class LaunchRulesIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static WholeServer server;

  @BeforeAll
  static void start() throws Exception {
    Path trusted = Files.createDirectories(folder.resolve("trusted"));
    server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of(
                "validation.commands",
                "trusted",
                "validation.trusted_folders",
                trusted.toString()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Answer(int status, JsonNode body) {}

  private static Answer post(String path, Path bundle, String city) throws Exception {
    String body =
        "{\"source\":\"path\",\"path\":\"%s\",\"config_overwrite\":{\"city\":\"%s\"}}"
            .formatted(bundle, city);
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  /** Its rules want a city that begins with P, and leave a line in a file for each question. */
  private static Path bundle(Path place, Path marks) throws Exception {
    Files.createDirectories(place.resolve("payloads"));
    Files.createDirectories(place.resolve("config"));
    Files.writeString(place.resolve("config/default.json"), "{\"city\":\"Porto\"}");
    Files.writeString(
        place.resolve("manifest.json"),
        """
        {"manifest_version":"1.0","graph_id":"rules","entrypoints":["a"],"edges":[],
         "nodes":[{"node_id":"a","agent_type":"executor","config":{"command":["true"]}}],
         "input_validation":[
           {"type":"pattern","name":"city","path":"city","pattern":"^p"},
           {"type":"command","name":"asked","command":["sh","-c","echo x >> %s"]}]}
        """
            .formatted(marks));
    return place;
  }

  @Test
  void rulesLookAtTheConfigurationOfTheLaunchAndAreAskedOnce() throws Exception {
    Path marks = folder.resolve("marks");
    Path bundle = bundle(folder.resolve("trusted/bundle"), marks);

    Answer refused = post("/blueprints/launch/runs", bundle, "Faro");
    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(422);
    assertThat(refused.body().get("error").asText()).isEqualTo("blueprint_validation_failed");
    JsonNode issue = refused.body().at("/validation/issues/0");
    assertThat(issue.get("code").asText()).isEqualTo("config.pattern_mismatch");
    assertThat(issue.get("actual").asText()).isEqualTo("Faro");
    assertThat(issue.at("/rule/name").asText()).isEqualTo("city");

    Files.deleteIfExists(marks);
    Answer launched = post("/blueprints/launch/runs", bundle, "Paris");
    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
    assertThat(Files.readAllLines(marks)).containsExactly("x");
  }

  @Test
  void programsOfOtherFoldersDoNotRun() throws Exception {
    Path marks = folder.resolve("marks-elsewhere");
    Path bundle = bundle(folder.resolve("elsewhere/bundle"), marks);
    Path link = Files.createSymbolicLink(folder.resolve("trusted/link"), bundle);
    for (Path place : new Path[] {bundle, link}) {
      Answer checked = post("/blueprints/launch/validate", place, "Paris");
      assertThat(checked.status()).isEqualTo(200);
      assertThat(checked.body().at("/validation/ok").asBoolean()).isFalse();
      assertThat(checked.body().at("/validation/issues/0/code").asText())
          .isEqualTo("validator.unavailable");
      assertThat(post("/blueprints/launch/runs", place, "Paris").status()).isEqualTo(422);
    }
    assertThat(marks).doesNotExist();
  }
}
