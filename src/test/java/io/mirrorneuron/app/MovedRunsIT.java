package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.RuntimeJobsContract;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job has gone from one server to another: the folder that it has left behind says for ever that
 * it runs, and no server tells that.
 */
@Timeout(180)
@Whole
class MovedRunsIT {
  private static final String FORMER = "mirror_neuron@former";

  @TempDir Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private RedisServer redis;
  private WholeServer former;
  private WholeServer later;

  @BeforeEach
  void start() {
    redis = RedisFixture.server(folder);
    former = server("former");
    later = server("later");
    eventually("they have met", () -> knowsBoth(former) && knowsBoth(later));
  }

  @AfterEach
  void stop() {
    later.close();
    former.close();
    redis.close();
  }

  private WholeServer server(String name) {
    return WholeServer.start(
        folder.resolve(name),
        Map.of(
            "redis.url",
            redis.uri(),
            "node.name",
            "mirror_neuron@" + name,
            "network.join_token",
            "join-1",
            "node.drain_on_stop_seconds",
            "0"));
  }

  private static boolean knowsBoth(WholeServer at) {
    return at.cluster().overview().nodes().stream()
            .filter(node -> !node.status().equals("offline"))
            .count()
        == 2;
  }

  private HttpResponse<String> answer(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private JsonNode read(WholeServer at, String path) {
    try {
      HttpResponse<String> answer = answer(HttpRequest.newBuilder(at.uri(path)));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return Json.parseObject(answer.body(), "answer");
    } catch (Exception e) {
      throw new AssertionError(path, e);
    }
  }

  private static String has(WholeServer asked, String job) {
    return Trees.tree(asked.jobs().get(job)).at("/job/lease/owner_id").asText();
  }

  /** A job that waits for a person, and is at the later server by then. */
  private String moved() {
    String job = former.jobs().submit(Submission.of(RuntimeJobsContract.ASKING)).jobId();
    eventually("it asks", () -> !human(former, job).isEmpty());
    former.cluster().upkeep().drain(new DrainOrder(FORMER, null, 60_000, false, false));
    eventually("it has moved", () -> has(former, job).startsWith("mirror_neuron@later#"));
    return job;
  }

  private JsonNode human(WholeServer at, String job) {
    return read(at, "/runs/" + RunId.of(job) + "/human").path("requests");
  }

  private void ends(String job) throws Exception {
    eventually("it asks there", () -> !human(later, job).isEmpty());
    String path = "/runs/" + RunId.of(job) + "/human/";
    String request = human(later, job).at("/0/request_id").asText();
    HttpResponse<String> decided =
        answer(
            HttpRequest.newBuilder(later.uri(path + request + "/response"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"decision\":\"approve\",\"by\":\"anna\"}")));
    assertThat(decided.statusCode()).as(decided.body()).isEqualTo(200);
    eventually("it has ended", () -> later.jobs().get(job).facts().status().equals("completed"));
    Path left = former.runsRoot().resolve(RunId.of(job)).resolve("job.json");
    assertThat(Files.readString(left)).contains("\"running\"");
  }

  private void isListedOnce(WholeServer at, String job, String status, WholeServer has) {
    JsonNode page = read(at, "/runs?q=" + RunId.of(job));
    assertThat(page.path("data")).as(page.toString()).hasSize(1);
    assertThat(page.path("total").asInt()).isEqualTo(1);
    assertThat(page.toString()).doesNotContain("$");
    JsonNode row = page.at("/data/0");
    assertThat(row.path("status").asText()).isEqualTo(status);
    assertThat(row.path("run_dir").asText())
        .isEqualTo(has.runsRoot().resolve(RunId.of(job)).toString());
    assertThat(row.path("ended_at").isNull()).isEqualTo(status.equals("running"));
  }

  private List<String> listed(WholeServer at, String status) {
    return Json.elements(read(at, "/runs?status=" + status).path("data"))
        .map(row -> row.path("job_id").asText())
        .toList();
  }

  @Test
  void listsTellOfARunWhatTheServerTellsThatHasItsJob() throws Exception {
    String job = moved();
    for (WholeServer at : List.of(former, later)) {
      eventually("it is written there", () -> listed(at, "running").equals(List.of(job)));
      isListedOnce(at, job, "running", later);
    }

    ends(job);
    for (WholeServer at : List.of(former, later)) {
      isListedOnce(at, job, "completed", later);
      assertThat(listed(at, "running")).isEmpty();
      assertThat(listed(at, "completed")).containsExactly(job);
      JsonNode detail = read(at, "/jobs/" + job);
      assertThat(detail.at("/job/run_dir").asText()).startsWith(later.runsRoot().toString());
      assertThat(detail.at("/observability_summary/status").asText()).isEqualTo("completed");
    }
  }

  /** Everything that is told of the run while it is told as running would be told for ever. */
  @Test
  void whereThatServerIsGoneTheFolderThatWasLeftIsCompleted() throws Exception {
    String job = moved();
    String run = "/runs/" + RunId.of(job);
    ends(job);
    later.close();
    eventually("it is gone", () -> !knowsBoth(former));

    isWhole(run);
    assertThat(read(former, run + "/events").toString()).containsOnlyOnce("\"job_completed\"");
  }

  @Test
  void whoWasNotThereWhenItEndedCompletesItToo() throws Exception {
    String job = moved();
    String run = "/runs/" + RunId.of(job);
    ends(job);
    former.close();
    later.close();
    former = server("former");

    isWhole(run);
  }

  private void isWhole(String run) throws Exception {
    HttpRequest.Builder follows =
        HttpRequest.newBuilder(former.uri(run + "/stream")).header("Accept", "text/event-stream");
    assertThat(answer(follows).body()).contains("job_completed");
    assertThat(read(former, run + "/events").toString()).contains("job_completed");
    JsonNode export = read(former, run + "/export?format=json");
    assertThat(export.at("/run/status").asText()).isEqualTo("completed");
    assertThat(export.at("/job/status").asText()).isEqualTo("completed");
  }

  @Test
  void whereThatServerIsGoneListsTellWhatIsCommitted() throws Exception {
    String job = moved();
    ends(job);
    later.close();
    eventually("it is gone", () -> !knowsBoth(former));

    isListedOnce(former, job, "completed", former);
    assertThat(listed(former, "running")).isEmpty();
    former.close();
    former = server("former");
    isListedOnce(former, job, "completed", former);
    assertThat(listed(former, "running")).isEmpty();
  }
}
