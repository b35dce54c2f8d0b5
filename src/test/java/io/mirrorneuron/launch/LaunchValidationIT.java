package io.mirrorneuron.launch;

import static io.mirrorneuron.testing.Eventually.eventually;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A validation says all that a launch would be told, and the refusal of a launch all at once. */
@Timeout(90)
class LaunchValidationIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static WholeServer server;

  @BeforeAll
  static void start() {
    server = WholeServer.start(folder.resolve("home"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Answer(int status, JsonNode body) {
    List<String> codes() {
      return body.get("validation").get("issues").findValuesAsText("code");
    }
  }

  private static Answer post(String path, Map<String, ?> body) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.write(body)))
                .build(),
            BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  private static Path bundle(String name, String more) throws Exception {
    Path bundle = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "%s", "steps": [{"id": "say", "run": ["echo", "hi"]}]%s}"""
            .formatted(name, more));
    return bundle;
  }

  /** One wrong answer hides neither its manifest, nor a model, nor what a machine must have. */
  @Test
  void allThatIsWrongIsToldAtOnce() throws Exception {
    Path bundle =
        bundle(
            "much",
            """
            , "requirements": {"cpu": {"min_cores": 5000}},
            "step": 1,
            "inputs": {"count": {"schema": {"type": "integer"}},
                       "texts": {"schema": {"type": "array", "minItems": 1}}}""");
    Map<String, ?> body =
        Map.of(
            "source",
            "path",
            "path",
            bundle + "",
            "inputs",
            Map.of("count", "many", "texts", List.of()),
            "config_overwrite",
            Map.of(
                "inputs",
                Map.of("txts", List.of()),
                "llm",
                Map.of("model", "no-such-model", "provider", "docker_model_runner")));

    Answer checked = post("/blueprints/launch/validate", body);
    Answer launched = post("/blueprints/launch/runs", body);

    assertThat(checked.status()).isEqualTo(200);
    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(422);
    for (Answer answer : List.of(checked, launched)) {
      assertThat(answer.codes())
          .as("%s", answer.body())
          .contains("inputs.type_error", "inputs.too_short", "config.invalid", "model.unknown")
          .anyMatch(code -> code.startsWith("requirements."))
          .anyMatch(code -> code.startsWith("workflow_manifest."));
      assertThat(answer.body().get("validation").get("ok").asBoolean()).isFalse();
      assertThat(answer.body().get("validation").get("errors").toString())
          .contains("count must be a whole number", "texts must have at least 1 element")
          .contains("unknown input txts");
    }
  }

  @Test
  void preparationThatDoesNotRunHereIsToldUnlessItIsForced() throws Exception {
    Path bundle = bundle("hooked", "");
    Files.createDirectories(bundle.resolve("scripts"));
    Files.writeString(bundle.resolve("scripts/pre-launch.sh"), "#!/bin/sh\n");

    Answer checked =
        post("/blueprints/launch/validate", Map.of("source", "path", "path", bundle + ""));
    assertThat(checked.codes()).contains("preparation_not_run");
    assertThat(checked.body().get("validation").get("errors").toString())
        .contains("scripts/pre-launch.sh");
    Answer forced =
        post(
            "/blueprints/launch/validate",
            Map.of("source", "path", "path", bundle + "", "force", true));
    assertThat(forced.body().get("validation").get("ok").asBoolean()).isTrue();
  }

  @Test
  void aRunThatIsThereOrCannotBeIsTold() throws Exception {
    Answer first = post("/blueprints/word-count/runs", Map.of("run_id", "once"));
    assertThat(first.status()).as("%s", first.body()).isEqualTo(200);

    eventually(
        "its folder is there", () -> Files.exists(server.runsRoot().resolve("once/job.json")));
    Answer again = post("/blueprints/word-count/validate", Map.of("run_id", "once"));
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.codes()).contains("run_id_in_use");
    assertThat(again.body().get("validation").get("errors").toString()).contains("once");
    assertThat(post("/blueprints/word-count/validate", Map.of("run_id", "a b")).status())
        .as("as a launch says it")
        .isEqualTo(400);
    assertThat(post("/blueprints/word-count/validate", Map.of("run_id", "new")).codes()).isEmpty();
  }

  @Test
  void aMistypedMemberIsAWarningOfTheReport() throws Exception {
    Answer checked = post("/blueprints/word-count/validate", Map.of("input", Map.of("most", 5)));

    assertThat(checked.body().get("validation").get("ok").asBoolean()).isTrue();
    assertThat(checked.body().get("validation").get("warnings").toString())
        .contains("input", "did you mean inputs?");
  }

  @Test
  void aMemberOfAnotherSourceIsTold() throws Exception {
    Map<String, Object> body =
        Map.of("source", "catalog", "blueprint_id", "word-count", "path", "/x");
    String reported = "member path of the request is ignored";

    Answer checked = post("/blueprints/launch/validate", body);
    assertThat(checked.body().get("validation").get("warnings").toString()).contains(reported);
    Answer launched = post("/blueprints/launch/runs", body);
    assertThat(launched.body().get("warnings").toString()).contains(reported);
  }

  @Test
  void whatNamesNoSourceIsToldWhichThereAre() throws Exception {
    assertThat(post("/blueprints/launch/validate", Map.of("source", "zipp")).body().toString())
        .contains("zipp", "blueprint_id", "bundle_path", "zip");
    assertThat(post("/blueprints/launch/validate", Map.of("source", "zip")).body().toString())
        .contains("bundle_path (or _bundle_path)");
  }
}
