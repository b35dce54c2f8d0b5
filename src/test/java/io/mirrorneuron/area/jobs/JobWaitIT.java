package io.mirrorneuron.area.jobs;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job's end is answered when it comes, and how far a job is in few bytes. */
@Timeout(60)
@Whole
class JobWaitIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path home;
  private static WholeServer server;

  @BeforeAll
  static void start() {
    server = WholeServer.start(home, Map.of());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void submissionWaitsForTheEnd() {
    JsonNode answer = submit("/jobs?wait=30s", manifest("true"));

    assertThat(answer.path("status").asText()).isEqualTo("completed");
    assertThat(answer.at("/job/job_id")).isEqualTo(answer.path("job_id"));
    String run = answer.at("/job/run_id").asText();
    assertThat(answer.at("/job/result_url").asText()).isEqualTo("/api/v1/runs/" + run + "/result");
  }

  @Test
  void aFailureIsToldWithItsSentence() {
    JsonNode answer = submit("/jobs?wait=30", manifest("exit 3"));

    assertThat(answer.path("status").asText()).isEqualTo("failed");
    assertThat(answer.at("/job/reason").asText()).contains("3");
    assertThat(answer.at("/job/result_url").isNull()).isTrue();
  }

  @Test
  void whenTheTimeIsOverTheAnswerSaysHowFarTheJobIs() {
    JsonNode answer = submit("/jobs?wait=1", manifest("sleep 50"));
    String job = answer.path("job_id").asText();

    assertThat(answer.path("status").asText()).isIn("pending", "scheduled", "running");
    assertThat(answer.at("/job/ended_at").isNull()).isTrue();
    String path = "/jobs/" + job + "?include=status";
    eventually("it runs", () -> get(path).at("/job/status").asText().equals("running"));
    assertThat(get(path + "&wait=1").at("/job/status").asText()).isEqualTo("running");
    post("/jobs/" + job + "/cancel");
  }

  @Test
  void oneWhoWaitsForAJobIsAnsweredAtItsEnd() {
    String job = submit("/jobs", manifest("sleep 50")).path("job_id").asText();
    CompletableFuture<HttpResponse<String>> waiting =
        HTTP.sendAsync(
            HttpRequest.newBuilder(server.uri("/jobs/" + job + "?include=status"))
                .header("Prefer", "wait=50")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(get("/jobs/" + job + "?include=status&wait=0s").at("/job/status").asText())
        .isIn("running", "scheduled", "pending");

    post("/jobs/" + job + "/cancel");

    assertThat(json(waiting.join()).at("/job/status").asText()).isEqualTo("cancelled");
  }

  @Test
  void howFarAJobIsTakesFewBytes() {
    String job = submit("/jobs?wait=30s", manifest("echo done")).path("job_id").asText();

    HttpResponse<String> answer =
        send(HttpRequest.newBuilder(server.uri("/jobs/" + job + "?include=status")));

    assertThat(answer.body().length()).isLessThan(2000);
    assertThat(json(answer).at("/job/status").asText()).isEqualTo("completed");
    assertThat(json(answer).size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"€", "\u0001", "\\", "\uD83D\uDE00"})
  void howFarAJobIsTakesFewBytesWhateverTheReasonIs(String character) {
    String job = submit("/jobs", manifest("sleep 50")).path("job_id").asText();
    String reason = character.repeat(1000 / character.length());
    json(
        send(
            HttpRequest.newBuilder(server.uri("/jobs/" + job + "/cancel"))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.write(Json.object().put("reason", reason))))));

    String answer =
        send(HttpRequest.newBuilder(server.uri("/jobs/" + job + "?include=status&wait=30s")))
            .body();

    assertThat(answer.getBytes(StandardCharsets.UTF_8).length).isBetween(1000, 2000);
    assertThat(Json.parseObject(answer, "answer").at("/job/reason").asText())
        .startsWith(character.repeat(80))
        .matches("(" + Pattern.quote(character) + ")+…");
  }

  @Test
  void manyWaitsEndAtTheirTimeWhateverTheirLastMillisecondIs() {
    String job = submit("/jobs", manifest("sleep 50")).path("job_id").asText();
    var request =
        HttpRequest.newBuilder(server.uri("/jobs/" + job + "?include=status&wait=1s")).build();
    List<CompletableFuture<HttpResponse<String>>> waiting =
        IntStream.range(0, 60)
            .mapToObj(n -> CompletableFuture.delayedExecutor(17L * n, TimeUnit.MILLISECONDS))
            .map(
                later ->
                    CompletableFuture.runAsync(() -> {}, later)
                        .thenCompose(
                            at -> HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString())))
            .toList();

    assertThat(waiting).allSatisfy(one -> assertThat(one.join().statusCode()).isEqualTo(200));
    post("/jobs/" + job + "/cancel");
  }

  /** Each question waits, or comes so late after an answer that it is none of a busy reader. */
  @Test
  void whoAsksEveryFewMillisecondsGetsFewAnswersAndTheEnd() {
    String job = submit("/jobs", manifest("sleep 1")).path("job_id").asText();
    var soon = CompletableFuture.delayedExecutor(3, TimeUnit.MILLISECONDS);
    long begun = System.nanoTime();
    int answers = 0;
    String status = "";
    while (!status.equals("completed")) {
      status =
          CompletableFuture.supplyAsync(() -> get("/jobs/" + job), soon)
              .join()
              .at("/job/status")
              .asText();
      answers++;
    }
    long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();

    assertThat(answers).isLessThanOrEqualTo((int) millis / 20 + 3);
  }

  @Test
  void anUnknownJobIsNotWaitedFor() {
    assertThat(send(HttpRequest.newBuilder(server.uri("/jobs/none?wait=30s"))).statusCode())
        .isEqualTo(404);
  }

  private static String manifest(String script) {
    return SampleManifests.program("waited-for", "sh", "-c", script);
  }

  private static JsonNode submit(String path, String manifest) {
    return json(
        send(
            HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.write(Json.object().put("manifest_json", manifest))))));
  }

  private static void post(String path) {
    json(send(HttpRequest.newBuilder(server.uri(path)).POST(HttpRequest.BodyPublishers.noBody())));
  }

  private static JsonNode get(String path) {
    return json(send(HttpRequest.newBuilder(server.uri(path))));
  }

  private static JsonNode json(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parseObject(answer.body(), "answer");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).join();
  }
}
