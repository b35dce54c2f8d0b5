package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.testing.PreparedBundle;
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

/** Bundles that a terminal has prepared, over the doors of a whole server. */
@Timeout(120)
class PreparedBundlesIT {
  private static final String WRITES =
      """
      set -e
      run="$MN_RUNS_ROOT/$MN_RUN_ID"; mkdir -p "$run/charts"
      echo '{"answer": 42, "output_files": ["'$MN_JOB_OUTPUT_DIR'/report.md", "'$OTHER'/inputs/key.txt"]}' >"$run/result.json"
      echo '{"title": "The answer", "summary": "It is 42."}' >"$run/final_artifact.json"
      echo '{"type": "drawn", "chart": "a"}' >>"$run/events.jsonl"
      echo '{"level": "WARNING", "component": "pen", "message": "ink is low"}' >>"$run/logs.jsonl"
      echo '{"type":"human_input_requested","payload":{"request_id":"q1","prompt":"Print it?"}}' >>"$run/human.jsonl"
      echo '{}' >"$run/charts/a.json"
      echo '# Report' >"$MN_JOB_OUTPUT_DIR/report.md"
      ln -s /etc/passwd "$run/passwd.txt"; ln -s /etc/passwd "$MN_JOB_OUTPUT_DIR/passwd.txt"
      ln -s "$OTHER/inputs/key.txt" "$MN_JOB_OUTPUT_DIR/key.txt"
      until grep -q human_input_received "$run/human.jsonl"; do sleep 0.1; done
      """;

  @TempDir static Path home;
  private static WholeServer server;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
    HTTP.close();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString());
  }

  private static JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  private static JsonNode post(String path, JsonNode body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build();
    HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
    return Json.parse(answer.body());
  }

  private static PreparedBundle bundle(String runId) throws Exception {
    Path shared = home.resolve("shared");
    PreparedBundle other = PreparedBundle.of(shared, "other-of-" + runId, "true");
    Files.writeString(other.folder().resolve("inputs/key.txt"), "key");
    PreparedBundle bundle = PreparedBundle.of(shared, runId, WRITES);
    bundle
        .manifest()
        .withArray("nodes")
        .get(0)
        .withObject("/config/environment")
        .put("OTHER", other.folder().toString());
    return bundle;
  }

  private static void answered(String runId) throws Exception {
    String runs = "/runs/" + runId;
    eventually(
        "it asks",
        () -> {
          try {
            return get(runs + "/human?status=pending").body().contains("Print it?");
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    assertThat(json(runs + "/result").toString()).contains("42"); // while it works
    assertThat(json(runs + "/events").toString()).contains("drawn");
    post(runs + "/human/q1/response", Json.object().put("decision", "yes"));
    eventually("it is over", () -> Files.exists(home.resolve("runs/" + runId + "/timeline.json")));
  }

  private static void shown(String runId) throws Exception {
    String run = "/runs/" + runId;
    assertThat(json("/runs").toString()).contains(runId);
    assertThat(json(run + "/result").toString()).contains("42");
    assertThat(json(run + "/final-artifact").toString()).contains("It is 42.");
    assertThat(json(run + "/logs?level=WARNING").toString()).contains("ink is low");
    JsonNode artifacts = json(run + "/artifacts");
    assertThat(artifacts.toString()).contains("outputs/report.md", "charts/a.json");
    assertThat(artifacts.get("omitted").toString()).contains("passwd.txt", "outputs/passwd.txt");
    assertThat(get(run + "/artifacts/outputs/report.md").body()).isEqualTo("# Report\n");
    assertThat(get(run + "/artifacts/passwd.txt").statusCode()).isEqualTo(400);
    assertThat(get(run + "/artifacts/outputs/passwd.txt").statusCode()).isEqualTo(400);
    assertThat(get(run + "/artifacts/outputs/key.txt").statusCode()).isEqualTo(400);
    assertThat(get(run + "/outputs/0").body()).isEqualTo("# Report\n");
    assertThat(get(run + "/outputs/1").statusCode()).isEqualTo(403);
    assertThat(get(run + "/export?format=markdown").body())
        .contains("It is 42.", "outputs/report.md");
    JsonNode export = json(run + "/export?format=json");
    assertThat(export.at("/result/answer").asInt()).isEqualTo(42);
    assertThat(export.at("/config/colour").asText()).isEqualTo("blue");
    assertThat(export.at("/config/api_key").asText()).isEqualTo("[REDACTED]");
  }

  @Test
  void overHttp() throws Exception {
    PreparedBundle bundle = bundle("by-http");
    JsonNode made = post("/jobs", Json.object().set("manifest", bundle.manifest()));
    assertThat(made.get("id").asText()).startsWith("prepared-");

    answered("by-http");

    shown("by-http");
  }

  @Test
  void overGrpc() throws Exception {
    PreparedBundle bundle = bundle("by-grpc");
    try (var client = server.overGrpc()) {
      client.jobs().submit(bundle.submission());
    }

    answered("by-grpc");

    shown("by-grpc");
  }

  @Test
  void theSharedStorageMayLieElsewhere(@TempDir Path other) throws Exception {
    Path shared = other.toRealPath().resolve("mount/shared");
    PreparedBundle bundle =
        PreparedBundle.of(shared, "elsewhere", "echo x >\"$MN_JOB_OUTPUT_DIR/x.txt\"");
    try (WholeServer there =
        WholeServer.start(
            other.resolve("home"), Map.of("shared_storage_root", shared.toString()))) {
      SubmittedJob made = there.jobs().submit(bundle.submission());
      assertThat(made.warnings()).isEmpty();

      Path file = there.runsRoot().resolve("elsewhere/outputs/x.txt");
      eventually("it is in the run", () -> Files.exists(file));
    }
    assertThat(other.resolve("home/shared")).doesNotExist();
    Path file = Files.createFile(other.resolve("file"));
    assertThatThrownBy(
            () ->
                WholeServer.start(
                    other.resolve("home"), Map.of("shared_storage_root", file.toString())))
        .hasMessageContaining("shared_storage_root");
  }

  @Test
  void oneThatIsRefusedLeavesNothing() throws Exception {
    PreparedBundle bundle = PreparedBundle.elsewhere(home.resolve("shared"), "refused", "true");
    ObjectNode manifest = bundle.manifest();
    manifest.withArray("edges").addObject().put("from_node", "agent0").put("to_node", "nobody");
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/jobs"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(Json.object().set("manifest", manifest))))
            .build();

    assertThat(HTTP.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(422);

    assertThat(bundle.folder()).doesNotExist();
    assertThat(home.resolve("runs/refused")).doesNotExist();
    assertThat(home.resolve("shared/submissions/.held/" + bundle.folder().getFileName()))
        .doesNotExist();
  }
}
