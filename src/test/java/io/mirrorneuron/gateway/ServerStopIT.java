package io.mirrorneuron.gateway;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RawConnection;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers are told who wait for an answer while the server stops. */
@Timeout(60)
class ServerStopIT {
  private static final String MANIFEST = SampleManifests.program("stopped", "sleep", "50");

  @TempDir Path home;

  @Test
  void whoWaitsForTheEndOfAJobIsToldHowFarItIs() throws IOException {
    WholeServer server = WholeServer.start(home, Map.of("node.drain_on_stop_seconds", "0"));
    try (HttpClient http = HttpClient.newHttpClient();
        RawConnection following = new RawConnection(server.uri("/").getPort());
        RawConnection waiting = new RawConnection(server.uri("/").getPort())) {
      CompletableFuture<HttpResponse<String>> submitted =
          http.sendAsync(submission(server), HttpResponse.BodyHandlers.ofString());
      eventually("the job runs", () -> rows(server), rows -> rows.contains("\"running\""));
      String job = Json.parse(rows(server)).at("/data/0/job_id").asText();
      following.send(
          "GET /api/v1/jobs/"
              + job
              + "/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
      following.readTo("job_running");
      waiting.send(
          head("GET /api/v1/health")
              + head("GET /api/v1/jobs/" + job + "?include=status&wait=50s"));
      waiting.readTo("\"status\""); // the server has read both by then

      server.close();

      waiting.readTo("HTTP/1.1 200 OK"); // that of the one who waits
      assertThat(waiting.readTo("}}")).contains("\"status\":\"running\"");
      assertThat(following.readAll()).endsWith("0\r\n\r\n").doesNotContain("event: end");
      JsonNode reported = Json.parseObject(submitted.join().body(), "answer");
      assertThat(submitted.join().statusCode()).isEqualTo(200);
      assertThat(reported.path("job_id").asText()).isEqualTo(job);
      assertThat(reported.at("/job/status").asText()).isEqualTo("running");
    }
  }

  @Test
  void aCallThatTheServerDoesNotFinishIsToldSo() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    CountDownLatch answers = new CountDownLatch(1);
    try (GatewayFixture gateway = GatewayFixture.guarded(home)) {
      String submission = Json.write(Json.object().put("manifest_json", MANIFEST));
      String job =
          Json.parse(gateway.post("/api/v1/jobs", submission).body()).path("job_id").asText();
      gateway.jobs.intercept(
          call -> {
            asked.countDown();
            join(answers);
          });
      HttpRequest.Builder why = gateway.request("/api/v1/jobs/" + job + "/why");
      HttpRequest.Builder cancel =
          gateway
              .request("/api/v1/jobs/" + job + "/cancel")
              .POST(HttpRequest.BodyPublishers.noBody());
      List<CompletableFuture<HttpResponse<String>>> waiting =
          Stream.of(why, cancel)
              .map(one -> one.build())
              .map(one -> gateway.http.sendAsync(one, HttpResponse.BodyHandlers.ofString()))
              .toList();
      join(asked);

      gateway.closeEndpoint();

      assertThat(waiting)
          .extracting(CompletableFuture::join)
          .allMatch(answer -> answer.statusCode() == 503)
          .extracting(answer -> Json.parse(answer.body()).path("error").asText())
          .containsExactly("unavailable", "may_have_happened");
      answers.countDown();
    }
  }

  @Test
  void whoWaitsForALaunchIsToldThatItGoesOn() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    try (GatewayFixture gateway = GatewayFixture.guarded(home)) {
      gateway.jobs.intercept(
          call -> {
            if (call.equals("submit")) {
              asked.countDown();
              join(answers);
            }
          });
      HttpRequest launch =
          gateway
              .request("/api/v1/blueprints/word-count/runs")
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      CompletableFuture<HttpResponse<String>> waiting =
          gateway.http.sendAsync(launch, HttpResponse.BodyHandlers.ofString());
      join(asked);

      gateway.closeEndpoint();

      assertThat(waiting.join().statusCode()).as(waiting.join().body()).isEqualTo(202);
      answers.countDown();
    }
  }

  private static void join(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String rows(WholeServer server) {
    return Json.write(server.jobs().list(1, false));
  }

  private static HttpRequest submission(WholeServer server) {
    String body = Json.write(Json.object().put("manifest_json", MANIFEST));
    return HttpRequest.newBuilder(server.uri("/jobs?wait=50s"))
        .version(HttpClient.Version.HTTP_1_1)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static String head(String line) {
    return line + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
}
