package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RunsIT extends WithGuardedGateway {
  private Path run;

  @BeforeEach
  void prepare() throws Exception {
    run = gateway.runs.open("r1").path();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return gateway.get("/api/v1/runs/" + path);
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  private void refused(String path, int status, String detail) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(Json.parse(answer.body()).path("detail").asText()).isEqualTo(detail);
  }

  /** A job of the runtime, linked to the run. */
  private String job(String manifest) {
    String job = gateway.jobs.submit(Submission.of(manifest)).jobId();
    RunFiles.write(run, "job.json", "{\"run_id\":\"r1\",\"job_id\":\"" + job + "\"}");
    return job;
  }

  @Test
  void runsAreListedInPages() throws Exception {
    for (int i = 0; i < 3; i++) {
      RunFiles.write(folder.resolve("runs/p" + i));
    }
    Files.deleteIfExists(run.resolve(RunFolder.HIDDEN));
    Files.delete(run);

    JsonNode first = Json.parse(gateway.get("/api/v1/runs?limit=2&status=completed").body());
    JsonNode second =
        Json.parse(
            gateway.get("/api/v1/runs?limit=2&cursor=" + first.path("next").asText()).body());

    assertThat(first.findValuesAsText("run_id")).containsExactly("p2", "p1");
    assertThat(second.findValuesAsText("run_id")).containsExactly("p0");
    assertThat(first.path("total").asInt()).isEqualTo(3);
    assertThat(second.has("next")).isFalse();
    assertThat(gateway.get("/api/v1/runs?since=yesterday").statusCode()).isEqualTo(422);
    assertThat(gateway.get("/api/v1/runs?cursor=x").statusCode()).isEqualTo(422);
    assertThat(gateway.get("/api/v1/runs?limit=0").statusCode()).isEqualTo(422);
  }

  @Test
  void aTimeToAskFromMayBeWrittenInSeveralWays() throws Exception {
    RunFiles.write(folder.resolve("runs/p1"));
    for (String later :
        List.of("2026-06-20T10:00:01Z", "2026-06-20T12:00:01+02:00", "2026-06-21")) {
      assertThat(listed("since=" + later)).as(later).doesNotContain("p1");
    }
    for (String earlier :
        List.of("2026-06-20T10:00:00", "2026-06-20T11:59:59%2B02:00", "2026-06-20")) {
      assertThat(listed("since=" + earlier)).as(earlier).contains("p1");
    }
  }

  private List<String> listed(String query) throws Exception {
    return Json.parse(gateway.get("/api/v1/runs?" + query).body()).findValuesAsText("run_id");
  }

  @Test
  @Timeout(60)
  void theListOfRunsIsFollowedOverASocket() throws Exception {
    try (SocketClient socket =
        gateway.socket("/api/v1/runs/ws?limit=1&blueprint_id=harbour-report")) {
      ObjectNode first = socket.next();
      assertThat(first.path("event").asText()).isEqualTo("runs");
      assertThat(first.at("/data/data")).isEmpty();
      appear("p1", "2026-06-20T10:00:00.120Z");
      ObjectNode second = toldWhole(socket, "p1");
      assertThat(second.path("id").asLong()).isGreaterThan(first.path("id").asLong());
      appear("p2", "2026-06-20T11:00:00.120Z");
      ObjectNode third = toldWhole(socket, "p2");
      assertThat(third.at("/data/data")).hasSize(1);
      assertThat(third.at("/data/total").asInt()).isEqualTo(2);
      HttpRequest.Builder again =
          gateway.request("/api/v1/runs/stream?after=" + third.path("id").asLong());
      assertThat(gateway.send(again.header("Accept", "application/json").build()).body())
          .startsWith("{\"data\":[],");
    }
    try (Stream<String> lines =
        HttpClient.newHttpClient()
            .send(
                gateway.request("/api/v1/runs/stream?q=p1").build(),
                HttpResponse.BodyHandlers.ofLines())
            .body()) {
      assertThat(lines.filter(line -> line.startsWith("event") || line.startsWith("data")).limit(2))
          .satisfiesExactly(
              event -> assertThat(event).isEqualTo("event: runs"),
              data -> assertThat(data).contains("\"run_id\":\"p1\"").contains("\"total\":1"));
    }
    assertThat(gateway.get("/api/v1/runs/stream?since=x").statusCode()).isEqualTo(422);
    assertThat(gateway.get("/api/v1/runs/ws").statusCode()).isEqualTo(426);
  }

  /** Makes a run whole at once: where it stands in the list is known with its first look. */
  private void appear(String runId, String startedAt) throws IOException {
    Path draft = folder.resolve("drafts").resolve(runId);
    RunFiles.write(draft);
    RunFiles.write(draft, "run.json", RunFiles.ended(runId, startedAt));
    Files.move(draft, folder.resolve("runs").resolve(runId), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The list with all that is to be told of the run. */
  private static ObjectNode toldWhole(SocketClient socket, String runId) throws Exception {
    ObjectNode told = socket.next();
    while (!told.at("/data/data/0/job_id").asText().equals("job-of-" + runId)
        || !told.at("/data/data/0").hasNonNull("trace_id")) {
      told = socket.next();
    }
    return told;
  }

  @Test
  void theResultIsWhatTheWorkerWroteElseThatOfTheJob() throws Exception {
    refused("r1/result", 404, "result not found");
    String job = job("{\"graph_id\":\"g\"}");
    refused("r1/result", 404, "result not found");
    gateway.jobs.finish(job, "completed");
    assertThat(json("r1/result").toString()).isEqualTo("{\"answer\":42}");
    refused("r1/final-artifact", 404, "final artifact not found");

    RunFiles.write(run, "result.json", "{\"final_artifact\":{\"type\":\"report\"}}");
    assertThat(json("r1/final-artifact").toString()).isEqualTo("{\"type\":\"report\"}");
    RunFiles.write(run, "final_artifact.json", "[1]");
    assertThat(json("r1/final-artifact").toString()).isEqualTo("{}");
    RunFiles.write(run, "result.json", "{");
    refused("r1/result", 500, "failed to read result.json");
  }

  @Test
  void aJobThatTheRuntimeDoesNotKnowHasNoResult() throws Exception {
    RunFiles.write(run, "job.json", "{\"job_id\":\"gone\"}");
    refused("r1/result", 404, "result not found");

    gateway.jobs.failWith(MnException.unavailable("the runtime is away", null));
    assertThat(get("r1/result").statusCode()).isEqualTo(503);
  }

  @Test
  void artifactsAreListedWithOutputsAndLoaded() throws Exception {
    RunFiles.write(run);

    JsonNode list = json("r1/artifacts");
    assertThat(list.path("run_dir").asText()).isEqualTo(run.toString());
    assertThat(list.findValuesAsText("relative_path"))
        .containsExactly(
            "events.jsonl",
            "final_artifact.json",
            "job.json",
            "report.pdf",
            "reports/summary.md",
            "result.json",
            "run.json",
            "ui.json",
            "web_ui.json",
            "report.pdf");
    for (JsonNode ref : list.path("artifacts")) {
      HttpResponse<byte[]> file =
          gateway.http.send(
              gateway.request(ref.path("url").asText()).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(file.statusCode()).isEqualTo(200);
      assertThat(file.body()).hasSize(ref.path("size_bytes").asInt());
      assertThat(file.headers().firstValue("content-type"))
          .contains(ref.path("content_type").asText());
    }
  }

  @Test
  void anOutputIsAnAttachment() throws Exception {
    RunFiles.write(run);
    HttpResponse<String> answer = get("r1/outputs/0");

    assertThat(answer.body()).isEqualTo("a report");
    assertThat(answer.headers().firstValue("content-disposition").orElseThrow())
        .startsWith("attachment; filename=\"report.pdf\"");
    assertThat(json("r1/outputs").at("/outputs/0/artifact_id").asText())
        .isEqualTo("output_0_report");
    refused("r1/outputs/1", 404, "output not found");
    assertThat(get("r1/outputs/first").statusCode()).isEqualTo(422);
  }

  @Test
  void thePageIsWhatTheWorkerWrote() throws Exception {
    RunFiles.write(run);
    RunFiles.write(run, "events.jsonl", "{\"type\":\"a\"}\nnot json\n[1]\n{\"api_key\":\"k\"}\n");

    JsonNode page = json("r1/ui?limit=3");

    assertThat(page.at("/ui/components/0/source").asText()).isEqualTo("film.mp4");
    assertThat(page.at("/web_ui/url").asText()).isEqualTo("http://127.0.0.1:56001");
    assertThat(page.at("/run/status").asText()).isEqualTo("completed");
    assertThat(page.path("events").toString())
        .isEqualTo(
            "[{\"type\":\"unparseable_event\",\"payload\":{\"line\":\"not json\"}},"
                + "{\"type\":\"unparseable_event\",\"payload\":{\"line\":\"[1]\"}},"
                + "{\"api_key\":\"[REDACTED]\"}]");
    assertThat(json("r1/ui?limit=0").path("events")).isEmpty();
    RunFiles.write(run, "web_ui.json", "{");
    refused("r1/ui", 500, "failed to read web_ui.json");
  }

  @Test
  void aPageWithoutItsFilesIsMadeOfTheServiceOfTheJob() throws Exception {
    refused("r1/ui", 404, "run UI not found");
    job(
        """
        {"graph_id":"g","metadata":{"blueprint_web_ui_service":
          {"name":"blueprint-web-ui","status":"passing","title":"Harbour","adapter":"panel",
           "url":"https://elsewhere.example/x"}}}
        """);

    JsonNode page = json("r1/ui");

    assertThat(page.at("/ui/title").asText()).isEqualTo("Harbour");
    assertThat(page.at("/ui/components").findValuesAsText("type"))
        .containsExactly("video", "events");
    assertThat(page.at("/web_ui/adapter").asText()).isEqualTo("panel");
    assertThat(page.at("/web_ui/status").asText()).isEqualTo("available");
    assertThat(page.at("/web_ui/metadata/service_id").asText())
        .isEqualTo("fake-1:web_ui_dashboard:blueprint-web-ui");
    gateway.jobs.failWith(MnException.unavailable("the runtime is away", null));
    assertThat(get("r1/ui").statusCode()).isEqualTo(503);
    RunFiles.write(run, "ui.json", "{\"title\":\"Mine\"}");
    assertThat(json("r1/ui").at("/ui/title").asText()).isEqualTo("Mine");
  }

  @Test
  void noAddressOfAPageIsOneThatABrowserCarriesOut() throws Exception {
    RunFiles.write(
        run,
        "ui.json",
        "{\"components\":[{\"browser_source\":\"java\\tscript:alert(1)\",\"source\":\"film.mp4\","
            + "\"label\":\"data: all\",\"href\":[\"data:text/html,x\",\"https://a/\"]}]}");
    RunFiles.write(run, "web_ui.json", "{\"url\":\"javascript:alert(1)\",\"title\":\"T\"}");
    JsonNode page = json("r1/ui");
    assertThat(page.path("ui").toString())
        .isEqualTo(
            "{\"components\":[{\"browser_source\":\"\",\"source\":\"film.mp4\","
                + "\"label\":\"data: all\",\"href\":[\"\",\"https://a/\"]}]}");
    assertThat(page.path("web_ui").toString()).isEqualTo("{\"url\":\"\",\"title\":\"T\"}");
  }

  @Test
  void theAddressOfARegisteredPageIsOneOfTheWeb() throws Exception {
    job("{\"graph_id\":\"g\"}");
    gateway.services.add(
        "{'id':'x:dash:blueprint-web-ui','name':'blueprint-web-ui','status':'passing',"
            + "'url':'javascript:alert(1)','tags':['web_ui'],'job_id':'x',"
            + "'meta':{'run_id':'r1','browser_source':'data:text/html,x'}}");
    JsonNode page = json("r1/ui");
    assertThat(page.at("/web_ui/url").asText()).isEmpty();
    assertThat(page.toString()).doesNotContain("javascript:", "data:text");
  }

  @Test
  void aPageThatNoFileTellsOfIsTheServiceThatItsJobHasRegistered() throws Exception {
    job("{\"graph_id\":\"g\"}");
    gateway.services.add(
        "{'id':'other:job:blueprint-web-ui','name':'blueprint-web-ui','job_id':'other',"
            + "'status':'passing','meta':{},'tags':['web_ui']}");
    refused("r1/ui", 404, "run UI not found");
    gateway.services.add(
        "{'id':'x:dash:blueprint-web-ui','name':'blueprint-web-ui','status':'passing',"
            + "'address':'127.0.0.1','port':7860,'tags':['web_ui'],'job_id':'x',"
            + "'meta':{'run_id':'r1','title':'Live'}}");

    JsonNode page = json("r1/ui");

    assertThat(gateway.services.asked())
        .isEqualTo("resolve blueprint-web-ui {\"tags\":[\"web_ui\"],\"passing_only\":false}");
    assertThat(page.at("/web_ui/url").asText()).isEqualTo("http://127.0.0.1:7860");
    assertThat(page.at("/web_ui/status").asText()).isEqualTo("running");
    assertThat(page.at("/ui/title").asText()).isEqualTo("Live");
    assertThat(page.at("/ui/metadata/registered_by").asText())
        .isEqualTo("mirror_neuron_service_registry");
    assertThat(page.at("/ui/metadata/service_id").asText()).isEqualTo("x:dash:blueprint-web-ui");
  }

  @Test
  void theVideoIsThatOfThePage() throws Exception {
    refused("r1/ui/video", 404, "run UI not found");
    RunFiles.write(run);
    HttpResponse<String> part =
        gateway.send(
            gateway.request("/api/v1/runs/r1/ui/video").header("Range", "bytes=2-5").build());
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("film");
    assertThat(part.headers().firstValue("content-type")).contains("video/mp4");

    for (var found :
        List.of(
            List.of("https://x.example/film.mp4", "404", "local video not configured"),
            List.of("", "404", "local video not configured"),
            List.of("file:%zz", "404", "local video not configured"),
            List.of("gone.mp4", "404", "video source not found"),
            List.of("/etc/passwd", "403", "video source is outside allowed roots"))) {
      video(found.getFirst());
      refused("r1/ui/video", Integer.parseInt(found.get(1)), found.get(2));
    }
    video(run.resolve("film.mp4").toUri().toString());
    assertThat(get("r1/ui/video").body()).isEqualTo("a film");
  }

  private void video(String source) {
    RunFiles.write(
        run, "ui.json", "{\"components\":[{\"type\":\"video\",\"source\":\"" + source + "\"}]}");
  }

  @Test
  void withoutADesktopNothingIsRevealed() throws Exception {
    RunFiles.write(run);
    HttpRequest request =
        gateway
            .request("/api/v1/runs/r1/artifacts/reports/summary.md/reveal")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();

    HttpResponse<String> answer = gateway.send(request);

    assertThat(answer.statusCode()).isEqualTo(501);
    assertThat(answer.body()).contains("this server opens no windows");
  }

  @Test
  void whatCannotBeARunIsToldFromOneThatIsNotThere() throws Exception {
    refused("none/result", 404, "run not found");
    refused(".hidden/result", 400, "invalid run id");
    refused("a%2Fb/artifacts", 400, "invalid run id");
  }

  /** As clients of the JDK's kind ask for it, which rise to HTTP/2 where they can. */
  @Test
  void aFileComesWholeAndInPartsOverHttp2() throws Exception {
    byte[] film = new byte[1_000_003];
    new Random(1).nextBytes(film);
    Files.write(run.resolve("film.gz"), film);
    try (HttpClient http = HttpClient.newHttpClient()) {
      String path = "/api/v1/runs/r1/artifacts/film.gz";
      HttpResponse<byte[]> whole =
          http.send(gateway.request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
      assertThat(whole.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(whole.body()).isEqualTo(film);
      HttpRequest part = gateway.request(path).header("Range", "bytes=70000-270000").build();
      HttpResponse<byte[]> some = http.send(part, HttpResponse.BodyHandlers.ofByteArray());
      assertThat(some.statusCode()).isEqualTo(206);
      assertThat(some.body()).isEqualTo(Arrays.copyOfRange(film, 70_000, 270_001));
    }
  }
}
