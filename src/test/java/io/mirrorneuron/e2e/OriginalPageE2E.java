package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the original's web page of release 1.2.5 asks of the packaged program and `mn fake-models`,
 * call by call in its order, and what it reads of the answers. The page itself is not published as
 * a package.
 */
@Timeout(180)
@Whole
class OriginalPageE2E {
  private static final Pattern RUNNER = Pattern.compile("runner +(http://\\S+)");
  private static final String MANIFEST =
      """
      {"name": "own", "steps": [{"id": "say", "run": ["echo", "hello"]}]}""";

  @TempDir static Path folder;
  private static Process runner;
  private static PackagedServer server;

  @BeforeAll
  static void start() throws IOException {
    runner =
        PackagedServer.launch(folder.resolve("runner"), Map.of(), "fake-models", "--port", "0");
    Matcher root;
    do {
      root = RUNNER.matcher(runner.inputReader(StandardCharsets.UTF_8).readLine());
    } while (!root.find());
    server =
        PackagedServer.start(
            folder.resolve("home"), Map.of("MN_MODEL_RUNNER_API_BASE", root.group(1)));
  }

  @AfterAll
  static void stop() {
    server.close();
    runner.destroy();
  }

  private static JsonNode get(String path, PageSchema schema) {
    return schema.require(server.get(path));
  }

  private static String part(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The page "Run a job": a launch, asked for its progress while it goes on, and once after. */
  private static String launch(ObjectNode body, String progress) {
    body.put("progress_id", progress);
    CompletableFuture<HttpResponse<String>> launched =
        CompletableFuture.supplyAsync(() -> server.post("/blueprints/launch/runs", body));
    String path = "/blueprints/launch/progress/" + part(progress);
    Eventually.eventually(
        "the launch is answered",
        () -> {
          get(path, PageAnswers.PROGRESS);
          return launched.isDone();
        });
    JsonNode answer = PageAnswers.LAUNCH.require(PackagedServer.answer(launched.join()));
    JsonNode reported = get(path, PageAnswers.PROGRESS);
    assertThat(reported.at("/completed").asBoolean()).isTrue();
    assertThat(reported.at("/latest/status").asText()).isEqualTo("completed");
    assertThat(reported.at("/events").findValuesAsText("phase"))
        .containsSubsequence(
            "resolve_source", "requirements", "model_install", "validation", "submit", "launch");
    assertThat(answer.at("/progress_id").asText()).isEqualTo(progress);
    return answer.at("/job_id").asText();
  }

  /** The page of a job, until it has ended. */
  private static void look(String job) {
    String path = "/jobs/" + part(job);
    server.awaitEnd(job);
    JsonNode detail = get(path, PageAnswers.JOB);
    get(path + "/events", PageAnswers.EVENTS);
    get(path + "/agent-graph", PageAnswers.GRAPH);
    JsonNode progress = get(path + "/workflow-progress", PageAnswers.WORKFLOW);
    assertThat(progress.at("/status").asText()).isEqualTo("completed");
    assertThat(progress.at("/workflow_kind").asText()).isEqualTo("batch");
    String run = detail.at("/summary/run_id").asText(detail.at("/job/run_id").asText());
    assertThat(server.send(server.request("/runs/" + part(run) + "/ui")).statusCode())
        .isIn(200, 404);
    HttpResponse<String> stream =
        server.send(server.request(path + "/workflow-progress/stream").header("Accept", "*/*"));
    List<String> events = List.of(stream.body().split("\n\n"));
    String snapshot =
        events.stream()
            .filter(event -> event.contains("event: snapshot"))
            .findFirst()
            .orElseThrow();
    String data = snapshot.replaceAll("(?m)^(?!data:).*$|^data: ?", "").strip();
    PageAnswers.WORKFLOW.require(Json.parseObject(data, "snapshot"));
    assertThat(stream.body()).doesNotContain("\r");
  }

  @Test
  void aBlueprintIsLaunchedAndShown() {
    JsonNode listed = get("/blueprints", PageAnswers.BLUEPRINTS);
    String id =
        listed.at("/blueprints").findValuesAsText("id").stream()
            .filter("word-count"::equals)
            .findFirst()
            .orElseThrow();
    String job =
        launch(Json.object().put("source", "catalog").put("blueprint_id", id), "launch-mb1-a");
    look(job);

    get("/system/summary", PageAnswers.SUMMARY);
    JsonNode rows = get("/jobs", PageAnswers.ROWS);
    assertThat(rows.at("/data").findValuesAsText("job_id")).contains(job);
    for (String row : rows.at("/data").findValuesAsText("job_id")) {
      get("/jobs/" + part(row) + "/workflow-progress", PageAnswers.WORKFLOW);
    }
    get("/jobs?include_terminal=true", PageAnswers.ROWS);
    get("/jobs?include_terminal=false", PageAnswers.ROWS);
  }

  @Test
  void aFolderIsLaunchedAndAFolderThatIsNoneIsExplained() throws IOException {
    Path bundle = folder.resolve("own bundle");
    Files.createDirectories(bundle.resolve("payloads"));
    Files.writeString(bundle.resolve("manifest.json"), MANIFEST);
    look(
        launch(Json.object().put("source", "path").put("path", bundle.toString()), "launch-mb1-b"));

    HttpResponse<String> refused =
        server.post(
            "/blueprints/launch/runs",
            Json.object()
                .put("source", "path")
                .put("path", "/no/such")
                .put("progress_id", "launch-mb1-c"));
    assertThat(refused.statusCode()).isEqualTo(400);
    JsonNode problem = Json.parseObject(refused.body(), "problem");
    assertThat(problem.at("/detail").asText()).isEqualTo("blueprint path is not a directory");
    // the page shows what is listed, else only the word in "error"
    assertThat(problem.at("/errors/0/message")).isEqualTo(problem.at("/detail"));
    JsonNode reported = get("/blueprints/launch/progress/launch-mb1-c", PageAnswers.PROGRESS);
    assertThat(reported.at("/events").findValuesAsText("status")).contains("failed");
  }

  @Test
  void aZipIsUploadedAndLaunched() throws IOException {
    byte[] zip = new Zips().file("manifest.json", MANIFEST).file("payloads/a.txt", "a").bytes();
    JsonNode uploaded =
        PageAnswers.UPLOAD.require(
            PackagedServer.answer(
                server.send(
                    server
                        .request("/bundles/upload")
                        .header(
                            "Content-Type",
                            "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
                        .POST(BodyPublishers.ofByteArray(BundleUpload.multipart(zip))))));
    assertThat(uploaded.at("/manifest/graph_id").asText()).isEqualTo("own");
    look(
        launch(
            Json.object()
                .put("source", "bundle")
                .put("_bundle_path", uploaded.at("/bundle_path").asText()),
            "launch-mb1-d"));
  }

  @Test
  void modelsAreShownAndMeasured() {
    JsonNode models = get("/models", PageAnswers.MODELS);
    assertThat(models.at("/runner_available").asBoolean()).isTrue();
    assertThat(models.at("/models")).hasSize(2);
    JsonNode model = models.at("/models/1");
    assertThat(model.at("/provider").asText()).isEqualTo("docker_model_runner");
    assertThat(model.at("/installed").asBoolean()).isTrue();

    String path = "/models/" + part(model.at("/id").asText()) + "/benchmark";
    JsonNode measured =
        PageAnswers.BENCHMARK.require(PackagedServer.answer(server.post(path, Json.object())));
    assertThat(measured.at("/tokens_per_second").asDouble()).isPositive();
    assertThat(measured.at("/sample").asText()).isNotEmpty();
  }
}
