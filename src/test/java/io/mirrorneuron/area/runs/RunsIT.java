package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunsIT extends WithSharedGateway {
  private static int runs;

  private String id;
  private Path run;

  @BeforeEach
  void prepare() throws Exception {
    id = "r" + runs++;
    run = gateway.runs.open(id).path();
  }

  @AfterEach
  void endTrouble() {
    gateway.jobs.intercept(call -> {});
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
    RunFiles.write(run, "job.json", "{\"run_id\":\"" + id + "\",\"job_id\":\"" + job + "\"}");
    return job;
  }

  @Test
  void theResultIsWhatTheWorkerWroteElseThatOfTheJob() throws Exception {
    refused(id + "/result", 404, "result not found");
    String job = job("{\"graph_id\":\"g\"}");
    refused(id + "/result", 404, "result not found");
    gateway.jobs.finish(job, "completed");
    assertThat(json(id + "/result").toString()).isEqualTo("{\"answer\":42}");
    refused(id + "/final-artifact", 404, "final artifact not found");

    RunFiles.write(run, "result.json", "{\"final_artifact\":{\"type\":\"report\"}}");
    assertThat(json(id + "/final-artifact").toString()).isEqualTo("{\"type\":\"report\"}");
    RunFiles.write(run, "final_artifact.json", "[1]");
    assertThat(json(id + "/final-artifact").toString()).isEqualTo("{}");
    RunFiles.write(run, "result.json", "{");
    refused(id + "/result", 500, "failed to read result.json");
  }

  @Test
  void aJobThatTheRuntimeDoesNotKnowHasNoResult() throws Exception {
    RunFiles.write(run, "job.json", "{\"job_id\":\"gone\"}");
    refused(id + "/result", 404, "result not found");

    gateway.jobs.failWith(MnException.unavailable("the runtime is away", null));
    assertThat(get(id + "/result").statusCode()).isEqualTo(503);
  }

  @Test
  void artifactsAreListedWithOutputsAndLoaded() throws Exception {
    RunFiles.write(run);

    JsonNode list = json(id + "/artifacts");
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
    HttpResponse<String> answer = get(id + "/outputs/0");

    assertThat(answer.body()).isEqualTo("a report");
    assertThat(answer.headers().firstValue("content-disposition").orElseThrow())
        .startsWith("attachment; filename=\"report.pdf\"");
    assertThat(json(id + "/outputs").at("/outputs/0/artifact_id").asText())
        .isEqualTo("output_0_report");
    refused(id + "/outputs/1", 404, "output not found");
    assertThat(get(id + "/outputs/first").statusCode()).isEqualTo(422);
  }

  @Test
  void thePageIsWhatTheWorkerWrote() throws Exception {
    RunFiles.write(run);
    RunFiles.write(run, "events.jsonl", "{\"type\":\"a\"}\nnot json\n[1]\n{\"api_key\":\"k\"}\n");

    JsonNode page = json(id + "/ui?limit=3");

    assertThat(page.at("/ui/components/0/source").asText()).isEqualTo("film.mp4");
    assertThat(page.at("/web_ui/url").asText()).isEqualTo("http://127.0.0.1:56001");
    assertThat(page.at("/run/status").asText()).isEqualTo("completed");
    assertThat(page.path("events").toString())
        .isEqualTo(
            "[{\"type\":\"unparseable_event\",\"payload\":{\"line\":\"not json\"}},"
                + "{\"type\":\"unparseable_event\",\"payload\":{\"line\":\"[1]\"}},"
                + "{\"api_key\":\"[REDACTED]\"}]");
    assertThat(json(id + "/ui?limit=0").path("events")).isEmpty();
    RunFiles.write(run, "web_ui.json", "{");
    refused(id + "/ui", 500, "failed to read web_ui.json");
  }

  @Test
  void aPageWithoutItsFilesIsMadeOfTheServiceOfTheJob() throws Exception {
    refused(id + "/ui", 404, "run UI not found");
    String job =
        job(
            """
        {"graph_id":"g","metadata":{"blueprint_web_ui_service":
          {"name":"blueprint-web-ui","status":"passing","title":"Harbour","adapter":"panel",
           "url":"https://elsewhere.example/x"}}}
        """);

    JsonNode page = json(id + "/ui");

    assertThat(page.at("/ui/title").asText()).isEqualTo("Harbour");
    assertThat(page.at("/ui/components").findValuesAsText("type"))
        .containsExactly("video", "events");
    assertThat(page.at("/web_ui/adapter").asText()).isEqualTo("panel");
    assertThat(page.at("/web_ui/status").asText()).isEqualTo("available");
    assertThat(page.at("/web_ui/metadata/service_id").asText())
        .isEqualTo(job + ":web_ui_dashboard:blueprint-web-ui");
    gateway.jobs.failWith(MnException.unavailable("the runtime is away", null));
    assertThat(get(id + "/ui").statusCode()).isEqualTo(503);
    RunFiles.write(run, "ui.json", "{\"title\":\"Mine\"}");
    assertThat(json(id + "/ui").at("/ui/title").asText()).isEqualTo("Mine");
  }

  @Test
  void noAddressOfAPageIsOneThatABrowserCarriesOut() throws Exception {
    RunFiles.write(
        run,
        "ui.json",
        "{\"components\":[{\"browser_source\":\"java\\tscript:alert(1)\",\"source\":\"film.mp4\","
            + "\"label\":\"data: all\",\"href\":[\"data:text/html,x\",\"https://a/\"]}]}");
    RunFiles.write(run, "web_ui.json", "{\"url\":\"javascript:alert(1)\",\"title\":\"T\"}");
    JsonNode page = json(id + "/ui");
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
            + "'meta':{'run_id':'"
            + id
            + "','browser_source':'data:text/html,x'}}");
    JsonNode page = json(id + "/ui");
    assertThat(page.at("/web_ui/url").asText()).isEmpty();
    assertThat(page.toString()).doesNotContain("javascript:", "data:text");
  }

  @Test
  void aPageThatNoFileTellsOfIsTheServiceThatItsJobHasRegistered() throws Exception {
    job("{\"graph_id\":\"g\"}");
    gateway.services.add(
        "{'id':'other:job:blueprint-web-ui','name':'blueprint-web-ui','job_id':'other',"
            + "'status':'passing','meta':{},'tags':['web_ui']}");
    refused(id + "/ui", 404, "run UI not found");
    gateway.services.add(
        "{'id':'x:dash:blueprint-web-ui','name':'blueprint-web-ui','status':'passing',"
            + "'address':'127.0.0.1','port':7860,'tags':['web_ui'],'job_id':'x',"
            + "'meta':{'run_id':'"
            + id
            + "','title':'Live'}}");

    JsonNode page = json(id + "/ui");

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
    refused(id + "/ui/video", 404, "run UI not found");
    RunFiles.write(run);
    HttpResponse<String> part =
        gateway.send(
            gateway
                .request("/api/v1/runs/" + id + "/ui/video")
                .header("Range", "bytes=2-5")
                .build());
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
      refused(id + "/ui/video", Integer.parseInt(found.get(1)), found.get(2));
    }
    video(run.resolve("film.mp4").toUri().toString());
    assertThat(get(id + "/ui/video").body()).isEqualTo("a film");
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
            .request("/api/v1/runs/" + id + "/artifacts/reports/summary.md/reveal")
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
      String path = "/api/v1/runs/" + id + "/artifacts/film.gz";
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
