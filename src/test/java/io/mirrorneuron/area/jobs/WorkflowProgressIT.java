package io.mirrorneuron.area.jobs;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobStory;
import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.ProgressCheck;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every sample runs on a whole server, followed and polled while it does. */
@Timeout(120)
@Whole
class WorkflowProgressIT {
  private static final Set<String> OVER = Set.of("done", "partial", "skipped");
  private static final long NOW = 4_000_000_000_000L;

  @TempDir static Path folder;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static WholeServer server;

  @BeforeAll
  static void start() {
    server = WholeServer.start(folder.resolve("home"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static List<String> samples() {
    return Samples.names();
  }

  private static JobsPort jobs() {
    return server.jobs();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aSampleIsShownFromItsBeginningToItsEnd(String sample) throws Exception {
    Path bundle = folder.resolve(sample);
    Samples.unpack(sample, bundle);
    String manifest = Files.readString(bundle.resolve("manifest.json"));
    String job =
        jobs()
            .submit(
                new Submission(
                    manifest, new Submission.Payloads.Folder(bundle.resolve("payloads")), null))
            .jobId();

    boolean isService = Json.parse(manifest).path("type").asText().equals("service");
    List<JsonNode> seen = new ArrayList<>();
    if (isService) {
      Eventually.eventually("work of " + job, () -> jobs().lastEvents(job, 1).next() > 30);
      ProgressCheck.fits(polled(job));
      assertThat(polled(job).path("workflow_kind").asText()).isEqualTo("service");
      Eventually.eventually(
          "neither agent is at work", () -> polled(job).at("/agent_count/ready").asInt() == 2);
      jobs().cancel(job);
    }
    follow(job, seen);

    assertThat(seen).isNotEmpty().allSatisfy(ProgressCheck::fits);
    JsonNode last = seen.getLast();
    assertThat(withoutTime(polled(job))).isEqualTo(withoutTime(last));
    assertThat(seen).extracting(one -> one.path("seq").asLong()).isSorted().doesNotHaveDuplicates();
    assertThat(last.path("seq").asLong()).isEqualTo(jobs().lastEvents(job, 1).next());
    if (isService) {
      assertThat(last.path("status").asText()).isEqualTo("cancelled");
    } else {
      assertThat(last.path("status").asText()).isEqualTo("completed");
      assertThat(last.has("failure")).isFalse();
      assertThat(last.path("steps"))
          .allSatisfy(step -> assertThat(step.path("status").asText()).isIn(OVER));
    }
    JsonNode graph = get("/jobs/" + job + "/agent-graph");
    ProgressCheck.fitsGraph(graph);
    assertThat(graph.at("/stats/event_count").asLong()).isEqualTo(last.path("seq").asLong());
    assertThat(get("/jobs?limit=0").path("data")).isNotEmpty().allSatisfy(ProgressCheck::fitsRow);
    ProgressCheck.fitsDetail(get("/jobs/" + job));
    anyPartOfItsEventsMakesASnapshot(job);
  }

  /** However the events are divided, and with or without the word of the runtime. */
  private void anyPartOfItsEventsMakesASnapshot(String job) throws IOException {
    JobRecord first = JobRecord.of(jobs().get(job));
    ObjectNode document = tree(jobs().brief(job));
    JobRecord record = JobRecord.of(JobDetailForm.read(document));
    ObjectNode silent = document.deepCopy();
    ((ObjectNode) silent.get("job")).remove(List.of("status", "workflow_state", "ended_at"));
    silent.remove("agents");
    JobRecord eventsOnly = JobRecord.of(JobDetailForm.read(silent));
    List<String> events = jobs().lastEvents(job, 5000).events();
    Random random = new Random(job.hashCode());
    JobStory inParts = new JobStory(job, first);
    int reported = 0;
    for (int end = 0; end <= events.size(); end += 1 + random.nextInt(5)) {
      inParts.add(events.subList(reported, end));
      reported = end;
      JobStory atOnce = new JobStory(job, first);
      atOnce.add(events.subList(0, end));
      for (JobRecord known : List.of(record, eventsOnly)) {
        byte[] snapshot = inParts.progress(known).at(NOW);
        assertThat(atOnce.progress(known).at(NOW)).isEqualTo(snapshot);
        ProgressCheck.fits(Json.parse(new String(snapshot, StandardCharsets.UTF_8)));
      }
      assertThat(atOnce.agentGraph(record)).isEqualTo(inParts.agentGraph(record));
    }
  }

  private static JsonNode polled(String job) {
    return get("/jobs/" + job + "/workflow-progress");
  }

  private static JsonNode withoutTime(JsonNode snapshot) {
    return ((ObjectNode) snapshot.deepCopy()).without("generated_at");
  }

  private static JsonNode get(String path) {
    try {
      HttpResponse<String> answer = HTTP.send(request(path).build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return Json.parse(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Adds the snapshots of the stream up to its end. */
  private static void follow(String job, List<JsonNode> seen) throws Exception {
    HttpRequest.Builder request = request("/jobs/" + job + "/workflow-progress/stream");
    HttpResponse<InputStream> answer = HTTP.send(request.build(), BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      String event = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ")) {
          event = line.substring(7);
        } else if (line.startsWith("data: ") && !event.equals("end")) {
          assertThat(event).isEqualTo("snapshot");
          seen.add(Json.parse(line.substring(6)));
        }
      }
      assertThat(event).isEqualTo("end");
    }
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.uri(path));
  }
}
