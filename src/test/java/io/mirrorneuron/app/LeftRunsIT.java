package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.ClusterNode;
import io.mirrorneuron.port.RuntimeJobsContract;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.join.NodeMembers.NewNode;
import io.mirrorneuron.port.upkeep.DrainOrder;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job has gone on at another server, and the server that had it before leaves the cluster: the
 * folder of the run there says for ever that it runs, and the server does not repeat that.
 */
@Timeout(240)
class LeftRunsIT {
  private static final String MAIN = "mirror_neuron@127.0.0.1";
  private static final String WORKER = "mirror_neuron@worker";
  private static final String TOKEN = "token-of-the-worker";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private WholeServer main;
  private WholeServer worker;

  @BeforeEach
  void start() {
    main =
        WholeServer.start(
            folder.resolve("main"),
            Map.of(
                "network.expose", "true",
                "network.advertise_host", "127.0.0.1",
                "node.drain_on_stop_seconds", "0",
                "network.redis_port", Integer.toString(FreePort.at("127.0.0.1"))));
    worker =
        WholeServer.start(
            folder.resolve("worker"),
            Map.of(
                "node.name", WORKER,
                "network.join_token", TOKEN,
                "node.drain_on_stop_seconds", "0"));
  }

  @AfterEach
  void stop() {
    worker.close();
    main.close();
  }

  /** Of those that live; empty while the server is started anew. */
  private static List<String> names(WholeServer server) {
    try {
      return server.cluster().overview().nodes().stream()
          .filter(node -> !node.status().equals("offline"))
          .map(ClusterNode::name)
          .sorted()
          .toList();
    } catch (MnException between) {
      return List.of();
    }
  }

  private String text(WholeServer at, String path) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(at.uri(path));
    HttpResponse<String> answer =
        http.send(
            (path.endsWith("/stream") ? request.header("Accept", "text/event-stream") : request)
                .timeout(Duration.ofSeconds(30))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private JsonNode read(WholeServer at, String path) throws Exception {
    return Json.parseObject(text(at, path), "answer");
  }

  private List<String> listed(WholeServer at, String status) {
    try {
      return Json.elements(read(at, "/runs?status=" + status).path("data"))
          .map(row -> row.path("job_id").asText())
          .toList();
    } catch (Exception e) {
      throw new AssertionError(status, e);
    }
  }

  /** A job that the worker began, and that waits for a person at the main server by now. */
  private String moved() throws Exception {
    main.cluster().members().add(new NewNode(WORKER, TOKEN, worker.grpc().toString()));
    eventually("each knows both", PATIENCE, () -> names(worker).equals(List.of(MAIN, WORKER)));
    String job = worker.jobs().submit(Submission.of(RuntimeJobsContract.ASKING)).jobId();
    Path document = worker.runsRoot().resolve(RunId.of(job)).resolve("job.json");
    eventually("it runs", () -> listed(worker, "running").equals(List.of(job)));
    worker.cluster().upkeep().drain(new DrainOrder(WORKER, null, 60_000, false, false));
    eventually(
        "it has moved",
        PATIENCE,
        () ->
            Trees.tree(main.jobs().get(job))
                .at("/job/lease/owner_id")
                .asText()
                .startsWith(MAIN + "#"));
    assertThat(listed(worker, "running")).containsExactly(job);
    assertThat(Files.readString(document)).contains("\"running\"");
    return job;
  }

  @Test
  void aServerThatHasLeftSaysThatItDoesNotKnowHowTheRunStands() throws Exception {
    String job = moved();
    worker.cluster().members().remove(WORKER);
    eventually("it is alone", PATIENCE, () -> names(worker).equals(List.of(WORKER)));

    assertThat(listed(worker, "running")).isEmpty();
    assertThat(listed(worker, "unknown")).containsExactly(job);
    JsonNode page = read(worker, "/runs");
    assertThat(page.path("total").asInt()).isEqualTo(1);
    assertThat(page.at("/data/0/status").asText()).isEqualTo("unknown");
    assertThat(page.at("/data/0/ended_at").isNull()).isTrue();
    String run = "/runs/" + RunId.of(job);
    JsonNode export = read(worker, run + "/export?format=json");
    for (String part : List.of("run", "job", "observability_summary")) {
      assertThat(export.path(part).path("status").asText()).as(part).isEqualTo("unknown");
    }
    assertThat(read(worker, run + "/observability-summary").path("status").asText())
        .isEqualTo("unknown");
    assertThat(text(worker, run + "/stream")).as("comes to an end").contains("job_running");
    assertThat(inTerminal()).contains(RunId.of(job), "unknown").doesNotContain("running");
    assertThat(listed(main, "running")).as("where the job is").containsExactly(job);
  }

  private String inTerminal() {
    Shell.Ended list =
        new Shell(Main::commandLine, folder)
            .set("MN_HOME", folder.resolve("worker").toString())
            .run("run", "list");
    assertThat(list.exitCode()).as(list.err()).isZero();
    return list.out();
  }
}
