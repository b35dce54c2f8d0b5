package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one door of the packaged server was told, the other one knows. */
@Timeout(120)
class EndpointsE2E {
  @TempDir static Path folder;
  private static PackagedServer server;
  private static Vertx vertx;
  private static Clients clients;

  @BeforeAll
  static void start() {
    server = PackagedServer.start(folder.resolve("home"));
    vertx = Vertx.vertx();
    clients = server.clients(vertx);
  }

  @AfterAll
  static void stop() {
    clients.close();
    vertx.close().await();
    server.close();
  }

  @Test
  void bothDoorsTellTheSameOfAJob() {
    String job = server.submit(SampleManifests.routers("same", 3));
    ObjectNode overRest = server.awaitEnd(job);

    assertThat(tree(clients.jobs().get(job))).isEqualTo(overRest);
    assertThat(tree(clients.jobs().list(1000, true)).path("data"))
        .isEqualTo(server.get("/jobs?limit=1000").path("data"));
    assertThat(clients.jobs().events(job, 0, 1000).events().stream().map(EndpointsE2E::parsed))
        .isEqualTo(server.events(job));
  }

  private static JsonNode parsed(String text) {
    return Json.parseObject(text, "event");
  }

  @Test
  void theSameKeyIsTheSameJobThroughEitherDoor() {
    String manifest = SampleManifests.routers("keyed", 2);
    ObjectNode body = Json.object().put("manifest_json", manifest);
    Submission submission = new Submission(manifest, new Payloads.Inline(java.util.Map.of()), "k1");

    String first = PackagedServer.answer(keyed(body)).path("job_id").asText();
    assertThat(PackagedServer.answer(keyed(body)).path("job_id").asText()).isEqualTo(first);
    assertThat(clients.jobs().submit(submission).jobId()).isEqualTo(first);

    String changed = SampleManifests.routers("keyed", 3);
    assertThat(keyed(Json.object().put("manifest_json", changed)).statusCode()).isEqualTo(409);
    assertThatThrownBy(
            () -> clients.jobs().submit(new Submission(changed, submission.payloads(), "k1")))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
  }

  private static HttpResponse<String> keyed(ObjectNode body) {
    return server.post("/jobs", body, "Idempotency-Key", "k1");
  }

  @Test
  void steeringAJobTwiceIsSteeringItOnce() {
    String job = server.submit(SampleManifests.program("steered", "sleep", "60"));

    for (String[] step :
        new String[][] {{"pause", "paused"}, {"resume", "resumed"}, {"cancel", "cancelled"}}) {
      for (int i = 0; i < 2; i++) {
        assertThat(server.post("/jobs/" + job + "/" + step[0]).path("status").asText())
            .isEqualTo(step[1]);
      }
    }

    assertThat(server.programs()).isEmpty();
    assertThat(server.events(job))
        .extracting(event -> event.path("type").asText())
        .containsOnlyOnce("job_paused", "job_resumed", "job_cancelled");
    HttpResponse<String> late =
        server.send(
            server.request("/jobs/" + job + "/resume").POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(late.statusCode()).isEqualTo(412);
  }

  @Test
  void aCleanupRemovesEndedJobsOnly() {
    JobsPort jobs = clients.jobs();
    String ended = server.submit(SampleManifests.routers("ended", 1));
    server.awaitEnd(ended);
    String open = server.submit(SampleManifests.program("open", "sleep", "60"));

    assertThat(server.post("/jobs/cleanup").path("cleared_count").asInt()).isPositive();

    assertThatThrownBy(() -> jobs.get(ended)).hasMessage("job " + ended + " was not found");
    assertThat(server.status(open)).isEqualTo("running");
    assertThat(jobs.cancel(open)).isEqualTo("cancelled");
  }
}
