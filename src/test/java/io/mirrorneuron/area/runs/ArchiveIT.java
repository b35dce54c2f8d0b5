package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.report.ExportCheck;
import io.mirrorneuron.run.report.ExportReport;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.SampleRuns;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs over HTTP: exported in each form, and compared. */
class ArchiveIT {
  @TempDir static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    gateway = GatewayFixture.open(folder, null);
    SampleRuns.completed(gateway.runs, "run-1");
    SampleRuns.failed(gateway.runs, "run-2");
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static JsonNode json(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parseObject(answer.body(), "answer");
  }

  private Path zip(String runId) throws Exception {
    Path file = folder.resolve(runId + ".zip");
    var request = gateway.request("/api/v1/runs/" + runId + "/export?format=zip").build();
    HttpResponse<Path> answer = gateway.http.send(request, BodyHandlers.ofFile(file));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("application/zip");
    assertThat(answer.headers().firstValue("content-disposition").orElseThrow())
        .contains("filename=\"" + runId + ".mnrun.zip\"");
    return file;
  }

  @Test
  void theZipIsTheSameEachTimeAndVerified() throws Exception {
    byte[] first = Files.readAllBytes(zip("run-1"));
    Path again = zip("run-1");

    assertThat(Files.readAllBytes(again)).isEqualTo(first);
    ExportReport report = ExportCheck.verify(again);
    assertThat(report.ok()).isTrue();
    assertThat(report.runId()).isEqualTo("run-1");
    Eventually.eventually("nothing lies around", this::nothingIsLeft);
  }

  private boolean nothingIsLeft() {
    String[] left = folder.resolve("exports").toFile().list();
    return left != null && left.length == 0;
  }

  @Test
  void theDocumentHasAllOfTheRunAndNoSecret() throws Exception {
    HttpResponse<String> answer = gateway.get("/api/v1/runs/run-1/export");

    JsonNode run = json(answer);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.body()).doesNotContain("k-1").doesNotContain("secret-1");
    assertThat(run.at("/run/run_id").asText()).isEqualTo("run-1");
    assertThat(run.at("/run/run_dir").asText()).endsWith("/runs/run-1");
    assertThat(run.at("/config/model/name").asText()).isEqualTo("small");
    assertThat(run.at("/inputs/limit").asInt()).isEqualTo(3);
    assertThat(run.path("events")).hasSize(8);
    assertThat(run.at("/events/0/type").asText()).isEqualTo("run_started");
    assertThat(run.path("logs")).hasSize(2);
    assertThat(run.path("human")).hasSize(2);
    assertThat(run.at("/result/ships").asInt()).isEqualTo(12);
    assertThat(run.at("/observability_summary/token_totals/total_tokens").asInt()).isEqualTo(120);
    assertThat(run.path("web_ui")).isEmpty();
    assertThat(run.path("truncated")).isEmpty();
  }

  @Test
  void ofLongLogsTheDocumentHasTheEndAndSaysSo() throws Exception {
    RunFolder run = gateway.runs.open("run-3");
    for (int i = 0; i < 250; i++) {
      run.append(
          RunLog.EVENTS, Collections.singletonList(SampleRuns.event(i, "tick", "{'n':" + i + "}")));
    }

    JsonNode answer = json(gateway.get("/api/v1/runs/run-3/export"));

    assertThat(answer.path("events")).hasSize(200);
    assertThat(answer.at("/events/199/payload/n").asInt()).isEqualTo(249);
    assertThat(answer.path("truncated").toString())
        .isEqualTo("{\"events\":{\"kept\":200,\"total\":250}}");
  }

  @Test
  void acceptIsHonouredWhenNoFormatIsNamed() throws Exception {
    var markdown = gateway.request("/api/v1/runs/run-1/export").header("Accept", "text/markdown");
    var report = gateway.send(markdown.build());
    assertThat(report.body()).startsWith("# harbour: completed\n");
    assertThat(report.headers().firstValue("content-type"))
        .contains("text/markdown; charset=utf-8");
    var json =
        gateway.request("/api/v1/runs/run-1/export?format=json").header("Accept", "text/markdown");
    assertThat(gateway.send(json.build()).body()).startsWith("{");
  }

  @Test
  void theReportTellsAPersonHowItWent() throws Exception {
    String report = gateway.get("/api/v1/runs/run-1/export?format=markdown").body();

    assertThat(report)
        .contains("Run run-1 of job job-run-1 started at 2026-01-02T03:00:00")
        .contains(" and took 1 min 30 s.")
        .contains("| collect | completed | 2 | 2026-01-02T03:00:01.000Z | 29.0 s |  |")
        .contains(
            "| r1 | input requested | Publish? |  |  |",
            "| r1 | input received |  | approve | ada |")
        .contains("| artifacts/ships.csv | 24 |")
        .contains("| max_memory_rss_mb | 120.5 |", "| total_tokens | 120 |")
        .contains("\"executive_summary\": \"Twelve ships | two ports.\"")
        .doesNotContain("Why it failed", "k-1", "secret-1", "Config", "Event", "jsonl");
  }

  @Test
  void theReportOfAFailedRunSaysWhy() throws Exception {
    assertThat(gateway.get("/api/v1/runs/run-2/export?format=markdown").body())
        .contains("## Why it failed", "collect failed after 1 attempt")
        .contains("exit code 3: no route to port (workflow.step.retry_exhausted)");
  }

  @Test
  void whatAProgramWroteStaysInItsCell() throws Exception {
    SampleRuns.document(
        gateway.runs.open("run-4"),
        "run.json",
        "{'status':'failed','error':{'desc':'a|b <script>alert(1)</script>\\n# not a heading'}}");

    assertThat(gateway.get("/api/v1/runs/run-4/export?format=markdown").body())
        .contains("a\\|b &lt;script>alert(1)&lt;/script> # not a heading")
        .doesNotContain("\n# not");
  }

  @Test
  void runsThatThereAreNotAreNamed() throws Exception {
    assertThat(gateway.get("/api/v1/runs/none/export").statusCode()).isEqualTo(404);
    assertThat(gateway.get("/api/v1/runs/-x/export").statusCode()).isEqualTo(400);
    assertThat(gateway.get("/api/v1/runs/run-1/export?format=pdf").statusCode()).isEqualTo(422);
    HttpResponse<String> compared =
        gateway.post("/api/v1/runs:compare", "{\"run_ids\":[\"run-1\",\"gone\"]}");
    assertThat(compared.statusCode()).isEqualTo(404);
    assertThat(compared.body()).contains("run gone was not found");
    for (String id : List.of(".", "..", "%2e%2e")) {
      HttpResponse<String> dots =
          gateway.post("/api/v1/runs:compare", "{\"run_ids\":[\"run-1\",\"" + id + "\"]}");
      assertThat(dots.statusCode()).as(id).isEqualTo(404);
      assertThat(dots.body()).contains("\"error\":\"run_not_found\"");
    }
  }

  @Test
  void aComparisonNamesWhatDiffers() throws Exception {
    JsonNode answer =
        json(gateway.post("/api/v1/runs:compare", "{\"run_ids\":[\"run-1\",\"run-2\"]}"));

    assertThat(answer.at("/data/0/status").asText()).isEqualTo("completed");
    assertThat(answer.at("/data/0/duration_ms").asInt()).isEqualTo(90_000);
    assertThat(answer.at("/data/0/steps/0/attempts").asInt()).isEqualTo(2);
    assertThat(answer.at("/data/0/steps/0/duration_ms").asInt()).isEqualTo(29_000);
    assertThat(answer.at("/data/0/resource_peaks/max_cpu_pct").asDouble()).isEqualTo(88.0);
    assertThat(answer.at("/data/0/result_sha256").asText()).hasSize(64);
    assertThat(answer.at("/data/1/status").asText()).isEqualTo("failed");
    assertThat(answer.at("/data/1/result_sha256").isNull()).isTrue();
    assertThat(answer.at("/differences/config").toString())
        .isEqualTo(
            "[{\"pointer\":\"/api_key\",\"values\":{\"run-1\":\"[REDACTED]\"}},"
                + "{\"pointer\":\"/model/name\","
                + "\"values\":{\"run-1\":\"small\",\"run-2\":\"large\"}}]");
    assertThat(answer.at("/differences/inputs").toString())
        .isEqualTo("[{\"pointer\":\"/ports/1\",\"values\":{\"run-1\":\"Hamburg\"}}]");
    JsonNode step = answer.at("/differences/steps/0");
    assertThat(step.path("step_id").asText()).isEqualTo("collect");
    assertThat(step.at("/status/run-2").asText()).isEqualTo("failed");
    assertThat(step.path("duration_ratio").asDouble()).isEqualTo(1.53);
  }

  @Test
  void aRunIsTheSameAsItself() throws Exception {
    SampleRuns.completed(gateway.runs, "run-5");
    JsonNode answer =
        json(gateway.post("/api/v1/runs:compare", "{\"run_ids\":[\"run-1\",\"run-5\"]}"));

    assertThat(answer.path("differences"))
        .allSatisfy(differences -> assertThat(differences).isEmpty());
  }
}
