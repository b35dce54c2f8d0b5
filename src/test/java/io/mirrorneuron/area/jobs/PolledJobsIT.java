package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many clients ask for the details of many jobs all the time, and each believes the answers. */
@Timeout(120)
class PolledJobsIT {
  private static final int CLIENTS = 8;
  private static final int JOBS = 5;
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
  void noAnswerIsOlderThanWhatItsClientWasToldBefore() throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        all.add(clients.submit(() -> submitThenFollow("")));
        all.add(clients.submit(() -> submitThenFollow("?include=status")));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  /** All jobs are there at once, so that they wait for each other. */
  private static Void submitThenFollow(String asks) {
    String manifest =
        SampleManifests.program(
            "leaves",
            "sh",
            "-c",
            "mkdir -p $MN_RUN_DIR/out; echo $MN_RUN_ID > $MN_RUN_DIR/out/a.md");
    String body = Json.write(Json.object().put("manifest_json", manifest));
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      HttpRequest.Builder submission = to("/jobs").header("Content-Type", "application/json");
      jobs.add(send(submission.POST(BodyPublishers.ofString(body))).path("job_id").asText());
      assertThat(detail(jobs.getLast()).at("/job/status").asText()).isNotEqualTo("unknown");
    }
    jobs.forEach(job -> follow(job, asks));
    return null;
  }

  private static void follow(String job, String asks) {
    int events = 0;
    boolean wasFinal = false;
    while (!wasFinal) {
      wasFinal = isFinal(send(to("/jobs/" + job + asks)));
      JsonNode detail = detail(job);
      assertThat(detail.at("/summary/event_count").asInt()).isGreaterThanOrEqualTo(events);
      events = detail.at("/summary/event_count").asInt();
      if (wasFinal) {
        assertThat(detail.at("/job/status").asText()).isEqualTo("completed");
        assertThat(detail.at("/recent_events").findValuesAsText("type")).contains("job_completed");
        assertThat(detail.at("/artifacts").findValuesAsText("relative_path")).contains("out/a.md");
      }
    }
  }

  private static boolean isFinal(JsonNode answer) {
    return RunStatus.of(answer.at("/job/status").asText()).isFinal();
  }

  private static JsonNode detail(String job) {
    return send(to("/jobs/" + job));
  }

  private static HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(server.uri(path));
  }

  private static JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return Json.parseObject(answer.body(), "answer");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
