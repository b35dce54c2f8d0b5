package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.Submission;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operations of jobs tell of runs. */
class JobsAndRunsIT {
  @TempDir static Path home;
  private static App app;
  private static RunStore runs;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("home", home.toString());
    settings.put("api.port", "0");
    settings.put("grpc.port", "0");
    settings.put("grpc.admin_token", "admin");
    Config config = new ConfigLoader(Map.of(), null, settings, home).load();
    app = App.start(config, Role.UP, Map.of("PATH", System.getenv("PATH")));
    runs = new RunStore(home.resolve("runs"));
  }

  @AfterAll
  static void stop() {
    runs.close();
    app.close();
  }

  @Test
  void theDetailOfAJobTellsOfItsRun() {
    String job = ended(SampleManifests.program("says", "sh", "-c", "echo done"));
    JsonNode detail = get("/jobs/" + job);

    assertThat(detail.at("/job/run_dir").asText()).endsWith("run-" + job);
    assertThat(detail.path("artifacts"))
        .extracting(artifact -> artifact.path("artifact_id").asText())
        .contains("run_json", "result_json", "events_jsonl");
    assertThat(detail.path("output_files")).isEqualTo(detail.path("artifacts"));
    assertThat(detail.at("/summary/artifact_count").asInt())
        .isEqualTo(detail.path("artifacts").size());
    assertThat(detail.at("/observability_summary/status").asText()).isEqualTo("completed");
    assertThat(detail.at("/resource_usage/sample_count").asInt()).isEqualTo(1);
    assertThat(get("/jobs/" + job + "/workflow-progress").at("/observability_summary/counts"))
        .isEqualTo(detail.at("/observability_summary/counts"));
  }

  @Test
  void eventsOfAJobIncludeThoseThatItsProgramsWrote() {
    String line = "{\\\"ts\\\":\\\"2026-01-01T00:00:00Z\\\",\\\"type\\\":\\\"mine\\\"}";
    String job =
        ended(
            SampleManifests.program(
                "writes",
                "sh",
                "-c",
                "echo \"" + line + "\" >> $MN_RUNS_ROOT/$MN_RUN_ID/events.jsonl"));
    JsonNode events = get("/jobs/" + job + "/events").path("data");

    assertThat(events.get(0).path("type").asText()).isEqualTo("mine");
    assertThat(events.get(0).path("timestamp").asText()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(events).hasSize(1 + get("/jobs/" + job + "/events?after=0").path("data").size());
  }

  @Test
  void aJobThatWasClearedIsToldFromItsRun() throws IOException {
    String job = ended(SampleManifests.routers("cleared", 2));
    JsonNode before = get("/jobs/" + job);
    JsonNode events = get("/jobs/" + job + "/events?after=0").path("data");
    JsonNode progress = get("/jobs/" + job + "/workflow-progress");
    app.jobs().clear("admin");
    JsonNode after = get("/jobs/" + job);

    for (String member : List.of("/job/status", "/job/run_id", "/job/trace_id", "/artifacts")) {
      assertThat(after.at(member)).as(member).isEqualTo(before.at(member));
    }
    assertThat(get("/jobs/" + job + "/events?after=0").path("data"))
        .extracting(event -> event.path("seq").asInt() + event.path("type").asText())
        .containsExactlyElementsOf(
            Json.elements(events)
                .map(event -> event.path("seq").asInt() + event.path("type").asText())
                .toList());
    assertThat(get("/jobs/" + job + "/workflow-progress").path("status"))
        .isEqualTo(progress.path("status"));
    assertThat(get("/jobs/" + job + "?include=full").at("/job/job_id").asText()).isEqualTo(job);
    assertThat(status("/jobs/" + job + "/agent-graph")).isEqualTo(200);
    Files.move(home.resolve("runs/run-" + job), home.resolve("elsewhere"));
    assertThat(status("/jobs/" + job)).isEqualTo(404);
  }

  private static String ended(String manifest) {
    String job = app.jobs().submit(Submission.of(manifest)).jobId();
    Eventually.eventually(
        "the run of " + job + " is over",
        () -> runs.has("run-" + job) && runs.find("run-" + job).isOver());
    return job;
  }

  private static JsonNode get(String path) {
    HttpResponse<String> answer = send(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parseObject(answer.body(), "answer");
  }

  private static int status(String path) {
    return send(path).statusCode();
  }

  private static HttpResponse<String> send(String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(app.doors().apiUrl() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
