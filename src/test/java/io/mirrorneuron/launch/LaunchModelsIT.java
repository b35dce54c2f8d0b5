package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.models.FakeFault;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Launches of a blueprint that needs a model. */
@Timeout(90)
@Whole
class LaunchModelsIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String MODEL = "ai/smollm2:360M-Q4_K_M";
  private static final long BYTES = 1_000_000;

  @TempDir Path folder;
  private Path bundle;

  @BeforeEach
  void bundle() throws Exception {
    bundle = Files.createDirectories(folder.resolve("asks"));
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "asks", "steps": [{"id": "ask", "run": ["echo", "asked"]}]}""");
    Files.writeString(
        bundle.resolve("config/default.json"),
        """
        {"llm": {"configs": {"primary": {"provider": "docker_model_runner", "model": "smollm2"}}}}""");
  }

  private WholeServer server(FakeRunner runner) {
    return WholeServer.start(
        folder.resolve("home"), Map.of("model.runner_api_base", runner.root()));
  }

  private HttpResponse<String> launch(WholeServer server, String progress, String query)
      throws Exception {
    return launch(server, progress, "run-" + progress, query);
  }

  private HttpResponse<String> launch(WholeServer server, String progress, String run, String query)
      throws Exception {
    String body =
        Json.write(
            Map.of(
                "source",
                "path",
                "path",
                bundle.toString(),
                "progress_id",
                progress,
                "run_id",
                run));
    return HTTP.send(
        HttpRequest.newBuilder(server.uri("/blueprints/launch/runs" + query))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode get(WholeServer server, String path) {
    try {
      HttpRequest request = HttpRequest.newBuilder(server.uri(path)).build();
      return Json.parse(HTTP.send(request, BodyHandlers.ofString()).body());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode progress(WholeServer server, String id) {
    return get(server, "/blueprints/launch/progress/" + id);
  }

  @Test
  void aServerThatEndsWhileAModelIsPulledIsFollowedByOneThatLaunchesIt() throws Exception {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, BYTES, BYTES / 20)) {
      String runId;
      try (WholeServer first = server(runner)) {
        HttpResponse<String> begun = launch(first, "p-slow", "?wait=0s");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        runId = Json.parse(begun.body()).get("run_id").asText();
        Eventually.eventually(
            "bytes are told",
            () -> progress(first, "p-slow").at("/latest/details/pull/pulled_bytes").asLong() > 0);
      }
      runner.behave(Door.PULL, FakeFault.NONE);
      try (WholeServer next = server(runner)) {
        Eventually.eventually(
            "it is launched",
            java.time.Duration.ofSeconds(60),
            () -> progress(next, "p-slow").get("completed").asBoolean());
        JsonNode reported = progress(next, "p-slow");
        assertThat(reported.get("status").asText()).as("%s", reported).isEqualTo("completed");
        assertThat(reported.get("run_id").asText()).isEqualTo(runId);
        assertThat(next.jobs().list(10, true).data()).hasSize(1);
        assertThat(get(next, "/models/smollm2").get("used_by").toString()).contains("asks");
      }
    }
  }

  @Test
  void whileALaunchGoesOnNobodyElseHasItsIds() throws Exception {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, BYTES, BYTES / 20);
        WholeServer server = server(runner)) {
      assertThat(launch(server, "p-slow", "?wait=0s").statusCode()).isEqualTo(202);

      HttpResponse<String> sameProgress = launch(server, "p-slow", "");
      assertThat(sameProgress.statusCode()).as(sameProgress.body()).isEqualTo(409);
      assertThat(Json.parse(sameProgress.body()).get("error").asText())
          .isEqualTo("launch_in_progress");
      HttpResponse<String> sameRun = launch(server, "p-other", "run-p-slow", "");
      assertThat(sameRun.statusCode()).as(sameRun.body()).isEqualTo(409);
      assertThat(Json.parse(sameRun.body()).get("error").asText()).isEqualTo("run_id_in_use");
      assertThat(progress(server, "p-slow").get("status").asText()).isEqualTo("running");
    }
  }

  @Test
  void aModelThatCannotBeInstalledEndsTheLaunch() throws Exception {
    try (FakeRunner runner = FakeRunner.with(MODEL, BYTES)) {
      runner.behave(Door.PULL, FakeFault.ERROR);
      try (WholeServer server = server(runner)) {
        HttpResponse<String> failed = launch(server, "p-fails", "");
        assertThat(failed.statusCode()).as(failed.body()).isEqualTo(422);
        JsonNode problem = Json.parse(failed.body());
        assertThat(problem.get("error").asText()).isEqualTo("blueprint_model_install_failed");
        assertThat(problem.at("/model_install/ok").asBoolean()).isFalse();
        assertThat(problem.at("/model_install/models/0/status").asText()).isEqualTo("failed");
        assertThat(problem.at("/validation/issues/0/code").asText())
            .isEqualTo("runtime_model_install_failed");
        assertThat(problem.at("/blueprint/id").asText()).isEqualTo("asks");
        assertThat(problem.get("source").asText()).isEqualTo("path");
        assertThat(progress(server, "p-fails").get("status").asText()).isEqualTo("failed");
        assertThat(server.jobs().list(10, true).data()).isEmpty();
      }
    }
  }

  @Test
  void twoLaunchesAtOncePullTheirModelOnce() throws Exception {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, BYTES, BYTES);
        WholeServer server = server(runner)) {
      launch(server, "p-one", "?wait=0s");
      launch(server, "p-two", "?wait=0s");
      for (String id : new String[] {"p-one", "p-two"}) {
        Eventually.eventually(
            "it is launched", () -> progress(server, id).get("completed").asBoolean());
        assertThat(progress(server, id).get("status").asText()).isEqualTo("completed");
      }
      assertThat(runner.asked(Door.PULL)).isEqualTo(1);
      assertThat(server.jobs().list(10, true).data()).hasSize(2);
    }
  }
}
