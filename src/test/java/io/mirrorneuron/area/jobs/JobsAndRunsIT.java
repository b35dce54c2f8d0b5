package io.mirrorneuron.area.jobs;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the operations of jobs tell of runs. */
@Timeout(60)
class JobsAndRunsIT {
  @TempDir static Path home;
  private static WholeServer server;
  private static RunStore runs;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    server = WholeServer.start(home, Map.of("grpc.admin_token", "admin"));
    runs = new RunStore(home.resolve("runs"), new RunWriter.Elsewhere());
  }

  @AfterAll
  static void stop() {
    runs.close();
    server.close();
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
    Eventually.eventually(
        "detail and progress count the same files, once the last of the run is written",
        () ->
            get("/jobs/" + job + "/workflow-progress")
                .at("/observability_summary/counts")
                .equals(get("/jobs/" + job).at("/observability_summary/counts")));
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
  void whatAProgramWroteCarelesslyDoesNotSpoilTheEventsOfItsJob() throws IOException {
    String job = ended(SampleManifests.routers("careless", 1));
    append(
        home.resolve("runs/run-" + job),
        "events.jsonl",
        "{\"timestamp\":1767225600,\"agent_id\":null,\"error\":null,\"text\":\"mine\"}");
    JsonNode mine =
        Json.elements(get("/jobs/" + job + "/events").path("data"))
            .filter(event -> event.has("text"))
            .findFirst()
            .orElseThrow();

    assertThat(mine.path("timestamp").isTextual()).isTrue();
    assertThat(mine.path("type").asText()).isEqualTo("log");
    assertThat(mine.has("agent_id") || mine.has("error")).isFalse();
  }

  @Test
  void anEventWithoutATimeGetsThatOfItsArrivalAndItsPlace() throws IOException {
    String job = ended(SampleManifests.routers("timeless", 1));
    append(home.resolve("runs/run-" + job), "events.jsonl", "{\"type\":\"mine\",\"text\":\"x\"}");
    JsonNode events = get("/jobs/" + job + "/events").path("data");

    JsonNode last = events.get(events.size() - 1);
    assertThat(last.path("type").asText()).isEqualTo("mine");
    assertThat(last.path("timestamp").asText())
        .isGreaterThanOrEqualTo(events.get(0).path("timestamp").asText())
        .isEqualTo(last.path("ts").asText());
  }

  @Test
  void aJobThatWasClearedIsToldFromItsRun() throws IOException {
    String job = ended(SampleManifests.routers("cleared", 2));
    JsonNode before = get("/jobs/" + job);
    JsonNode events = get("/jobs/" + job + "/events?after=0").path("data");
    JsonNode progress = get("/jobs/" + job + "/workflow-progress");
    JsonNode graph = get("/jobs/" + job + "/agent-graph");
    server.jobs().clear("admin");
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
    JsonNode left = get("/jobs/" + job + "/workflow-progress");
    for (String member : List.of("status", "name", "workflow_id", "layers", "agent_count")) {
      assertThat(left.path(member)).as(member).isEqualTo(progress.path(member));
    }
    assertThat(get("/jobs/" + job + "/agent-graph").path("edges")).isEqualTo(graph.path("edges"));
    assertThat(get("/jobs/" + job + "?include=full").at("/job/job_id").asText()).isEqualTo(job);
    Files.move(home.resolve("runs/run-" + job), home.resolve("elsewhere"));
    assertThat(status("/jobs/" + job)).isEqualTo(404);
  }

  @Test
  void theDetailOfARunningJobHasTheSummaryOfItsRun() throws IOException {
    Path gate = home.resolve("gate-summary");
    String job = waiting(gate);

    Eventually.eventually(
        "detail and summary of the run tell the same",
        () -> {
          JsonNode detail = get("/jobs/" + job).path("observability_summary");
          JsonNode summary = get("/runs/run-" + job + "/observability-summary");
          return !summary.path("counts").isEmpty()
              && Stream.of("schema_version", "run_id", "status", "counts")
                  .allMatch(member -> detail.path(member).equals(summary.path(member)));
        });
    Files.createFile(gate);
  }

  @Test
  void deadLettersOfAJobThatWasClearedAreToldFromItsRun() {
    String letter =
        "{\\\"emit_messages\\\":[{\\\"type\\\":\\\"nowhere\\\",\\\"body\\\":{\\\"n\\\":1}}]}";
    String job = ended(SampleManifests.program("loses", "sh", "-c", "echo \"" + letter + "\""));
    JsonNode before = get("/jobs/" + job + "/dead-letters").path("data");
    assertThat(before).hasSize(1);
    server.jobs().clear("admin");

    JsonNode after = get("/jobs/" + job + "/dead-letters");
    assertThat(after.path("job_id").asText()).isEqualTo(job);
    for (String member : List.of("index", "event_index", "agent_id", "reason", "message")) {
      assertThat(after.path("data").path(0).path(member))
          .as(member)
          .isEqualTo(before.path(0).path(member));
    }
    assertThat(status("/jobs/unknown/dead-letters")).isEqualTo(404);
  }

  @Test
  void theStatusOfTheApiIsItsHealthAnswer() {
    JsonNode api =
        Json.elements(get("/runtime/status").path("components"))
            .filter(component -> component.path("name").asText().equals("api"))
            .findFirst()
            .orElseThrow();
    assertThat(api.path("detail")).isEqualTo(get("/health"));
  }

  @Test
  void theDetailOfAJobThatGoesOnKeepsUpWithTheFilesOfItsRun() throws IOException {
    Path gate = home.resolve("gate-detail");
    String job = waiting(gate);
    Path run = home.resolve("runs/run-" + job);
    for (int i = 1; i <= 3; i++) {
      String file = "report-" + i + ".md";
      long samples = get("/jobs/" + job).at("/resource_usage/sample_count").asLong();
      Files.writeString(run.resolve(file), "# Half done");
      append(run, "resources.jsonl", "{\"ts\":\"%s\",\"cpu_pct\":1}".formatted(Instant.now()));

      Eventually.eventually(
          "the detail has the sample and " + file,
          () -> {
            JsonNode detail = get("/jobs/" + job);
            return detail.at("/resource_usage/sample_count").asLong() > samples
                && Json.elements(detail.path("artifacts"))
                    .anyMatch(one -> one.path("relative_path").asText().equals(file));
          });
    }
    Files.createFile(gate);
  }

  @Test
  void theProgressOfAJobHasWhatItsProgramsWroteAtOnceAndStaysSo() throws IOException {
    Path gate = home.resolve("gate-progress");
    String job = waiting(gate);
    Path run = home.resolve("runs/run-" + job);
    try (Stream<String> lines = follow("/jobs/" + job + "/workflow-progress/stream")) {
      Iterator<JsonNode> snapshots =
          lines
              .filter(line -> line.startsWith("data: {\"schema_version\""))
              .map(line -> Json.parseObject(line.substring("data: ".length()), "snapshot"))
              .map(JsonNode.class::cast)
              .iterator();
      long before = snapshots.next().path("seq").asLong();
      append(
          run,
          "events.jsonl",
          """
          {"ts":"%s","type":"tool_call","agent_id":"work","payload":{"tool":"search","tokens":12}}\
          """
              .formatted(Instant.now()));
      append(run, "events.jsonl", "{\"type\":\"job_completed\",\"ts\":\"2026-01-01T00:00:00Z\"}");

      JsonNode reported = snapshots.next();
      while (reported.at("/steps/0/agents/0/tokens").isNull()) {
        reported = snapshots.next();
      }
      assertThat(reported.at("/steps/0/agents/0/tokens").asInt()).isEqualTo(12);
      assertThat(reported.at("/steps/0/last_activity/category").asText()).isEqualTo("tool");
      assertThat(reported.path("status").asText()).isEqualTo("running");
      assertThat(reported.path("seq").asLong()).isGreaterThan(before);
      JsonNode beside = get("/jobs/" + job + "/workflow-progress");
      assertThat(Json.write(beside.at("/steps/0/recent_events")))
          .isEqualTo(Json.write(reported.at("/steps/0/recent_events")));
      Files.createFile(gate);
      while (!reported.path("status").asText().equals("completed")) {
        reported = snapshots.next();
      }
      assertThat(reported.at("/steps/0/agents/0/tokens").asInt()).isEqualTo(12);
      assertThat(snapshots.hasNext()).isFalse();
    }
    JsonNode polled = get("/jobs/" + job + "/workflow-progress");
    assertThat(polled.at("/steps/0/agents/0/tokens").asInt()).isEqualTo(12);
    long events = get("/jobs/" + job + "/agent-graph").at("/stats/event_count").asLong();
    server.jobs().clear("admin");
    JsonNode left = get("/jobs/" + job + "/workflow-progress");
    assertThat(left.at("/steps/0/agents/0/tokens").asInt()).isEqualTo(12);
    assertThat(left.path("seq")).isEqualTo(polled.path("seq"));
    assertThat(get("/jobs/" + job + "/agent-graph").at("/stats/event_count").asLong())
        .isEqualTo(events);
  }

  /** A job whose program runs until there is such a file. */
  private static String waiting(Path gate) {
    String job =
        server
            .jobs()
            .submit(
                Submission.of(
                    SampleManifests.program(
                        "waits", "sh", "-c", "until [ -e " + gate + " ]; do sleep 0.1; done")))
            .jobId();
    Eventually.eventually(
        "the program of " + job + " runs and the run has its folder",
        () ->
            runs.has("run-" + job)
                && get("/jobs/" + job + "/workflow-progress").at("/agent_count/running").asInt()
                    == 1);
    return job;
  }

  private static void append(Path run, String log, String line) throws IOException {
    Files.writeString(run.resolve(log), line.strip() + "\n", CREATE, APPEND);
  }

  private static Stream<String> follow(String path) throws IOException {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(server.uri(path))
                  .header("Accept", "text/event-stream")
                  .build(),
              HttpResponse.BodyHandlers.ofLines())
          .body();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String ended(String manifest) {
    String job = server.jobs().submit(Submission.of(manifest)).jobId();
    Eventually.eventually(
        "the run of " + job + " is over",
        () -> runs.has("run-" + job) && runs.find("run-" + job).isOver());
    return job;
  }

  @Test
  void membersOfASubmissionThatMeanNothingAreTold() {
    String body =
        Json.write(
            Json.object()
                .put("manifest_json", SampleManifests.routers("told", 1))
                .put("dry_run", true)
                .put("forec", true));
    for (String path : List.of("/jobs", "/jobs:validate", "/jobs:plan")) {
      assertThat(Json.elements(post(path, body).path("warnings")).map(JsonNode::asText))
          .as(path)
          .contains(
              "member dry_run of the request is ignored",
              "member forec of the request is ignored; did you mean force?");
    }
  }

  private static JsonNode post(String path, String body) {
    try {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(server.uri(path))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return Json.parseObject(answer.body(), "answer");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
          HttpRequest.newBuilder(server.uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
