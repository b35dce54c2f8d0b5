package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Zips;
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
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the list of blueprints to the result of a run, over REST. */
@Timeout(90)
class LaunchIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String PHASES =
      "resolve_source,requirements,model_install,cleanup,pre_launch,validation,prepare_bundle,submit,launch";

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

  private record Answer(int status, JsonNode body) {}

  private static Answer send(HttpRequest request) throws Exception {
    HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  private static Answer get(String path) throws Exception {
    return send(HttpRequest.newBuilder(server.uri(path)).build());
  }

  private static Answer post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri(path)).header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.POST(BodyPublishers.ofString(body)).build());
  }

  private static JsonNode awaitRun(String run) throws Exception {
    Eventually.eventually(
        "the run is over",
        () -> {
          try {
            return get("/runs/" + run + "/result").status() == 200;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    return get("/runs/" + run + "/result").body();
  }

  private static List<String> phases(String progress) throws Exception {
    JsonNode reported = get("/blueprints/launch/progress/" + progress).body();
    return Stream.of(reported.get("events"))
        .flatMap(Json::elements)
        .filter(event -> !event.get("status").asText().equals("running"))
        .map(event -> event.get("phase").asText())
        .toList();
  }

  @Test
  void aBlueprintIsLaunchedAndItsProgressIsTold() throws Exception {
    Answer launched =
        post(
            "/blueprints/word-count/runs",
            """
            {"progress_id": "p-1", "run_id": "counted-1", "inputs": {"texts": ["a b a"], "most": 1}}""");

    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
    JsonNode reported = launched.body();
    assertThat(reported.get("job_id").asText()).isEqualTo(reported.get("id").asText()).isNotEmpty();
    assertThat(reported.get("run_id").asText()).isEqualTo("counted-1");
    assertThat(reported.get("status").asText()).isEqualTo("pending");
    assertThat(reported.at("/blueprint/name").asText()).isEqualTo("Word count");
    assertThat(reported.at("/validation/ok").asBoolean()).isTrue();
    assertThat(reported.at("/model_install/ok").asBoolean()).isTrue();
    assertThat(reported.get("web_ui_service").isNull()).isTrue();
    assertThat(String.join(",", phases("p-1"))).isEqualTo(PHASES);
    JsonNode progress = get("/blueprints/launch/progress/p-1").body();
    assertThat(progress.get("completed").asBoolean()).isTrue();
    assertThat(progress.at("/latest/details/job_id").asText())
        .isEqualTo(reported.get("id").asText());
    assertThat(awaitRun("counted-1").toString()).contains("\"a\":2");
  }

  @Test
  void aLaunchCanBeFollowedBeforeItBegins() throws Exception {
    try (SocketClient socket = SocketClient.open(server.uri("/realtime"), null)) {
      socket.send("{\"action\":\"subscribe\",\"topic\":\"launch_progress:p-live\"}");
      assertThat(socket.nextText()).contains("subscribed");
      Answer launched =
          post(
              "/blueprints/launch/runs?wait=0s",
              """
              {"source": "blueprint", "blueprint_id": "word-count", "progress_id": "p-live"}""");
      assertThat(launched.status()).as("%s", launched.body()).isEqualTo(202);
      assertThat(launched.body().get("job_id").isNull()).isTrue();
      assertThat(launched.body().get("run_id").asText()).startsWith("word-count-");
      String frame;
      do {
        frame = socket.nextText();
      } while (!frame.contains("blueprint.launch_progress.launch.completed"));
      JsonNode patch = Json.parse(frame).get("patch");
      assertThat(patch.get("completed").asBoolean()).isTrue();
      assertThat(patch.get("job_id").asText()).isNotEmpty();
    }
  }

  @Test
  void aFolderAndAnUploadedBundleAreLaunchedAsABlueprintIs() throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("own bundle"));
    String manifest =
        "{\"name\": \"hello\", \"steps\": [{\"id\": \"say\", \"run\": [\"echo\", \"hi\"]}]}";
    Files.writeString(bundle.resolve("manifest.json"), manifest);
    Files.createDirectories(bundle.resolve("payloads"));

    Answer path =
        post(
            "/blueprints/launch/runs",
            Json.write(Json.object().put("source", "filesystem-path").put("path", bundle + "")));
    assertThat(path.status()).as("%s", path.body()).isEqualTo(200);
    assertThat(path.body().get("source").asText()).isEqualTo("path");
    assertThat(path.body().get("run_id").asText()).startsWith("hello-");

    byte[] zip = Zips.bundle(manifest).bytes();
    Answer upload =
        send(
            HttpRequest.newBuilder(server.uri("/bundles/upload"))
                .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
                .POST(BodyPublishers.ofByteArray(BundleUpload.multipart(zip)))
                .build());
    assertThat(upload.status()).as("%s", upload.body()).isEqualTo(200);
    String handle = upload.body().get("bundle_path").asText();
    Answer uploaded =
        post(
            "/blueprints/launch/runs",
            Json.write(Json.object().put("source", "zip").put("_bundle_path", handle)));
    assertThat(uploaded.status()).as("%s", uploaded.body()).isEqualTo(200);
    assertThat(awaitRun(uploaded.body().get("run_id").asText()).toString()).contains("hi");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/blueprints/none/runs | {} | 404 | blueprint not found",
        "/blueprints/no%20ne/runs | {} | 400 | invalid blueprint id",
        "/blueprints/word-count/runs | {\"run_id\": \"a b\"} | 400 | invalid run id",
        "/blueprints/word-count/runs | {\"progress_id\": \"a/b\"} | 400 | invalid progress id",
        "/blueprints/launch/runs | {} | 422 | source must be catalog, path, or bundle",
        "/blueprints/launch/runs | {\"source\": \"catalog\"} | 422 | blueprint_id is required",
        "/blueprints/launch/runs | {\"source\": \"path\"} | 422 | path is required",
        "/blueprints/launch/runs | {\"source\": \"bundle\"} | 422 | bundle_path (or _bundle_path), as the upload answered it, is required",
        "/blueprints/launch/validate | {\"source\": \"x\"} | 422 | source must be catalog, path, or bundle",
        "/blueprints/launch/runs | {\"source\": \"zip\", \"_bundle_path\": \"x\"} | 400 | unknown uploaded bundle"
      })
  void whatCannotBeLaunchedIsRefused(String path, String body, int status, String detail)
      throws Exception {
    Answer refused = post(path, body);

    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(status);
    assertThat(refused.body().get("detail").asText()).startsWith(detail);
  }

  @Test
  void aWrongInputIsReportedWithItsLaunchAndNothingIsLeft() throws Exception {
    Answer refused =
        post(
            "/blueprints/word-count/runs",
            "{\"inputs\": {\"most\": 0}, \"progress_id\": \"p-bad\"}");

    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(422);
    JsonNode problem = refused.body();
    assertThat(problem.get("error").asText()).isEqualTo("blueprint_validation_failed");
    assertThat(problem.get("progress_id").asText()).isEqualTo("p-bad");
    assertThat(problem.get("run_id").asText()).startsWith("word-count-");
    assertThat(problem.at("/blueprint/id").asText()).isEqualTo("word-count");
    assertThat(problem.at("/validation/issues/0/message").asText()).contains("most");
    JsonNode progress = get("/blueprints/launch/progress/p-bad").body();
    assertThat(progress.get("status").asText()).isEqualTo("failed");
    assertThat(progress.get("completed").asBoolean()).isTrue();
    assertThat(folder.resolve("home/launches/launch-p-bad")).isDirectoryContaining("glob:**.json");
    assertThat(folder.resolve("home/launches/launch-p-bad/bundle")).doesNotExist();
  }

  @Test
  void ofTwoLaunchesOfOneRunOneIsRefused() throws Exception {
    String body = "{\"run_id\": \"only-one\"}";
    Answer one = post("/blueprints/word-count/runs", body);
    Answer other = post("/blueprints/word-count/runs", body);

    assertThat(one.status()).isEqualTo(200);
    assertThat(other.status()).as("%s", other.body()).isEqualTo(409);
    assertThat(other.body().get("error").asText()).isEqualTo("run_id_in_use");
  }

  /** Its client may have lost the answer, with the server that died before it gave it. */
  @Test
  void whoAsksAgainIsToldOfTheJobAndItsProgressStays() throws Exception {
    String body = "{\"run_id\": \"again\", \"progress_id\": \"p-again\"}";
    Answer one = post("/blueprints/word-count/runs", body);
    awaitRun("again");
    Answer other = post("/blueprints/word-count/runs?wait=0s", body);

    assertThat(other.status()).as("%s", other.body()).isEqualTo(409);
    assertThat(other.body().get("error").asText()).isEqualTo("run_id_in_use");
    String job = one.body().get("job_id").asText();
    assertThat(other.body().get("detail").asText()).contains(job);
    JsonNode reported = get("/blueprints/launch/progress/p-again").body();
    assertThat(reported.get("status").asText()).isEqualTo("completed");
    assertThat(reported.get("job_id").asText()).isEqualTo(job);
  }

  /** Of all that is asked for at once one is launched; of the others nothing is left. */
  @Test
  void launchesOfOneRunAtOnceMakeOneJob() throws Exception {
    List<CompletableFuture<Answer>> all =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return post("/blueprints/word-count/runs", "{\"run_id\": \"at-once\"}");
                          } catch (Exception e) {
                            throw new AssertionError(e);
                          }
                        }))
            .toList();

    List<Integer> statuses = all.stream().map(one -> one.join().status()).sorted().toList();
    assertThat(statuses).containsExactly(200, 409, 409, 409, 409, 409, 409, 409);
    awaitRun("at-once");
  }

  @Test
  void overridesReachTheProgramAndAreKeptWithTheRun() throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("configured"));
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "tells", "steps": [{"id": "say", "run": ["sh", "-c", "echo $MN_BLUEPRINT_CONFIG_JSON"]}]}""");
    Files.writeString(
        bundle.resolve("config/default.json"), "{\"whom\": \"nobody\", \"deep\": {\"kept\": 1}}");
    Answer launched =
        post(
            "/blueprints/launch/runs",
            Json.write(
                Map.of(
                    "source",
                    "path",
                    "path",
                    bundle.toString(),
                    "run_id",
                    "told",
                    "config_overwrite",
                    Map.of("whom", "world", "deep", Map.of("more", 2)))));

    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
    assertThat(awaitRun("told").toString()).contains("world").doesNotContain("nobody");
    JsonNode kept = Json.parse(Files.readString(server.runsRoot().resolve("told/config.json")));
    assertThat(kept)
        .isEqualTo(Json.parse("{\"whom\": \"world\", \"deep\": {\"kept\": 1, \"more\": 2}}"));
  }

  @Test
  void whatNobodyLaunchedHasNoProgress() throws Exception {
    JsonNode none = get("/blueprints/launch/progress/p-none").body();

    assertThat(none.get("events")).isEmpty();
    assertThat(none.get("latest").isNull()).isTrue();
    assertThat(none.get("completed").asBoolean()).isFalse();
    assertThat(get("/blueprints/launch/progress/a%20b").status()).isEqualTo(400);
  }

  @Test
  void aBlueprintIsValidatedWithoutALaunch() throws Exception {
    Answer good = post("/blueprints/word-count/validate", "{}");
    Answer bad =
        post(
            "/blueprints/launch/validate",
            "{\"source\": \"catalog\", \"blueprint_id\": \"word-count\", \"inputs\": {\"most\": 0}}");

    assertThat(good.body().at("/validation/ok").asBoolean()).as("%s", good.body()).isTrue();
    assertThat(bad.status()).isEqualTo(200);
    assertThat(bad.body().at("/validation/ok").asBoolean()).isFalse();
    assertThat(bad.body().at("/manifest/name").asText()).isEqualTo("word-count");
  }
}
