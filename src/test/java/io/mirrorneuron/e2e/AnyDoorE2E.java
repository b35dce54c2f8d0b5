package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobsPortContract;
import io.mirrorneuron.port.RuntimeJobsContract;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers that share a Redis and a join token: commands for a job at the one without it. */
@Whole
class AnyDoorE2E {
  private static final int MESSAGES = 60;

  /** Until the jobs of a dead server are another one's, on a busy machine. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(60);

  @TempDir Path folder;

  private PackagedServer start(String name, RedisFixture redis, String joinToken) {
    return PackagedServer.start(
        folder.resolve(name),
        Silence.shortWith(
            Map.of(
                "MN_REDIS_URL",
                redis.uri(),
                "MN_NODE_NAME",
                "mirror_neuron@" + name,
                "MN_RESOURCE_ADMISSION_ENABLED",
                "false",
                "MN_NETWORK_JOIN_TOKEN",
                joinToken)));
  }

  @Test
  void eachCommandIsDoneAtEitherServerAndOneThatIsGoneIsTold() {
    try (RedisFixture redis = RedisFixture.start(folder);
        PackagedServer a = start("a", redis, "join-1");
        PackagedServer b = start("b", redis, "join-1")) {
      steer(a, b);
      ask(a, b);
      refuseWrongToken(a, redis);
      String run = read(a, b);
      deliverWhileTheOwnerDies(a, b);
      readWhatIsGone(b, run);
    }
  }

  private static void steer(PackagedServer a, PackagedServer b) {
    String job = a.submit(JobsPortContract.SERVICE);
    assertThat(b.post("/jobs/" + job + "/pause").path("status").asText()).isEqualTo("paused");
    assertThat(b.send(b.request("/jobs/" + job + "/backup").POST(nothing())).statusCode())
        .isEqualTo(200);
    assertThat(b.post("/jobs/" + job + "/resume").path("status").asText()).isEqualTo("resumed");
    assertThat(b.post("/jobs/" + job + "/pause?drain=true").path("status").asText())
        .isEqualTo("paused");
    b.post("/jobs/" + job + "/resume");
    assertThat(send(b, job, "m-1").statusCode()).isEqualTo(200);
    ObjectNode fork =
        PackagedServer.answer(b.post("/jobs/" + job + "/fork", Json.object().put("at", 0)));
    assertThat(a.get("/jobs/" + job + "?include=full").at("/job/forks/0"))
        .isEqualTo(fork.path("job_id"));
    assertThat(b.post("/jobs/" + job + "/cancel").path("status").asText()).isEqualTo("cancelled");
    b.post("/jobs/" + fork.path("job_id").asText() + "/cancel");
    String whole = "/jobs/" + job + "?include=full";
    eventually(
        "each knows of both",
        () -> observed(a, whole).size() == 2 && observed(b, whole).size() == 2);
    assertThat(b.get(whole)).isEqualTo(a.get(whole));
  }

  private static JsonNode observed(PackagedServer at, String path) {
    return at.get(path).at("/job/reliability/observed_nodes");
  }

  private static void ask(PackagedServer a, PackagedServer b) {
    String job = a.submit(RuntimeJobsContract.ASKING);
    String asked = "human_input_requested";
    eventually("it asks", () -> b.events(job).toString().contains(asked));
    String request =
        b.events(job).stream()
            .filter(event -> event.path("type").asText().equals(asked))
            .map(event -> event.at("/payload/request_id").asText())
            .findFirst()
            .orElseThrow();
    String path = "/runs/run-%s/human/%s/response".formatted(job, request);
    HttpResponse<String> answer =
        b.post(path, Json.object().put("decision", "approve").put("by", "anna"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(b.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
  }

  /** A run of {@code a} with a file of its program, read at {@code b}. */
  private static String read(PackagedServer a, PackagedServer b) {
    String writes =
        "printf 0123456789 > \"$MN_RUNS_ROOT/$MN_RUN_ID/a.txt\"; echo '{\"answer\":42}'";
    String job = a.submit(SampleManifests.program("writes", "sh", "-c", writes));
    assertThat(a.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    String run = "/runs/run-" + job;
    HttpResponse<String> part =
        b.send(b.request(run + "/artifacts/a.txt").header("Range", "bytes=2-4"));
    assertThat(part.statusCode()).as(part.body()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("234");
    eventually(
        "both tell the same events",
        () ->
            a.get(run + "/events").toString().contains("job_completed")
                && b.get(run + "/events").equals(a.get(run + "/events")));
    assertThat(b.send(b.request(run + "/export?format=zip")).statusCode()).isEqualTo(200);
    assertThat(b.send(b.request(run + "/stream").header("Accept", "text/event-stream")).body())
        .contains("job_completed");
    eventually(
        "its run is listed", () -> b.get("/runs").toString().contains("\"run-" + job + "\""));
    eventually(
        "each tells of both",
        () ->
            a.get("/system/summary").path("nodes").size() >= 2
                && b.get("/system/summary").path("nodes").size() >= 2);
    return run;
  }

  private static void readWhatIsGone(PackagedServer b, String run) {
    HttpResponse<String> file = b.send(b.request(run + "/artifacts/a.txt"));
    assertThat(file.statusCode()).as(file.body()).isEqualTo(410);
    assertThat(b.get(run + "/events").toString()).contains("job_completed");
    assertThat(b.get("/system/summary").path("nodes").toString()).contains("offline");
  }

  private void refuseWrongToken(PackagedServer a, RedisFixture redis) {
    try (PackagedServer stranger = start("stranger", redis, "join-2")) {
      String job = a.submit(JobsPortContract.SERVICE);
      HttpResponse<String> refused = send(stranger, job, "m-1");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("network.join_token", "nothing was changed");
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      a.post("/jobs/" + job + "/cancel");
    }
  }

  /** Each message is sent until it is taken; the owner is killed when a third of them is. */
  private static void deliverWhileTheOwnerDies(PackagedServer a, PackagedServer b) {
    String job = a.submit(JobsPortContract.SERVICE);
    for (int i = 0; i < MESSAGES; i++) {
      String id = "m-" + i;
      if (i == MESSAGES / 3) {
        Thread.startVirtualThread(a::kill9);
      }
      HttpResponse<String> answer = send(b, job, id);
      if (answer.statusCode() != 200) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body()).containsAnyOf("owner_unreachable", "may_have_happened");
        eventually("b has the job", TAKEN_OVER, () -> owner(b, job).contains("@b#"));
        eventually(id + " is taken", () -> send(b, job, id).statusCode() == 200);
      }
    }
    eventually("all are handled", () -> handled(b, job) >= MESSAGES);
    assertThat(handled(b, job)).isEqualTo(MESSAGES);
    assertThat(owner(b, job)).startsWith("mirror_neuron@b#");
    b.post("/jobs/" + job + "/cancel");
  }

  private static String owner(PackagedServer server, String job) {
    return server.get("/jobs/" + job + "?include=full").at("/job/lease_owner").asText();
  }

  private static long handled(PackagedServer server, String job) {
    return server.events(job).stream()
        .filter(event -> event.path("type").asText().equals("agent_message_received"))
        .map(JsonNode::toString)
        .filter(event -> event.contains("\"m-"))
        .count();
  }

  private static HttpResponse<String> send(PackagedServer server, String job, String id) {
    ObjectNode message = Json.object().put("agent_id", "a").put("message_id", id).put("type", "n");
    return server.post("/jobs/" + job + "/messages", message);
  }

  private static BodyPublisher nothing() {
    return BodyPublishers.noBody();
  }
}
