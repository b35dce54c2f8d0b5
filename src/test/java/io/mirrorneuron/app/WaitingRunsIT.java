package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run is told as its job is: also while the job waits until its server has what it asks for. */
@Timeout(120)
@Whole
class WaitingRunsIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path home;
  private static final int PORT = FreePort.belowThoseOfConnections();

  private static WholeServer server;
  private static Shell shell;

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
    shell = new Shell(Main::commandLine, home).set("MN_API_BASE_URL", server.uri("").toString());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A job that sleeps; only one of them at a time has the port that each asks for. */
  private static String submit(String name) {
    return server
        .jobs()
        .submit(
            Submission.of(
                """
                {"manifest_version":"1.0","graph_id":"%s","entrypoints":["work"],
                 "nodes":[{"node_id":"work","agent_type":"executor",
                   "config":{"command":["sleep","600"]},
                   "resources":{"ports":[{"label":"api","port":%d}]}}],
                 "edges":[]}
                """
                    .formatted(name, PORT)))
        .jobId();
  }

  private static JsonNode read(String path) {
    try {
      HttpResponse<String> answer =
          HTTP.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return Json.parseObject(answer.body(), "answer");
    } catch (Exception e) {
      throw new AssertionError(path, e);
    }
  }

  private static String status(String job) {
    return read("/jobs/" + job + "?include=status").at("/job/status").asText();
  }

  /** What {@code run.json} says. */
  private static String document(String run) {
    return read("/runs/" + run + "/export?format=json").at("/run/status").asText();
  }

  private static List<String> listed(JsonNode page) {
    return Json.elements(page.path("data")).map(row -> row.path("job_id").asText()).toList();
  }

  private static List<String> shown(String status) {
    return listed(shell.run("run", "list", "--status", status, "--json").json());
  }

  @Test
  void aRunWhoseJobIsScheduledIsScheduledEverywhere() {
    String first = submit("first");
    eventually("the first has the port", () -> status(first).equals("running"));
    String second = submit("second");
    eventually("the second waits", () -> status(second).equals("scheduled"));
    String run = "run-" + second;

    assertThat(read("/runs?q=" + run).at("/data/0/status").asText()).isEqualTo("scheduled");
    assertThat(listed(read("/runs?status=scheduled"))).containsExactly(second);
    assertThat(listed(read("/runs?status=running"))).containsExactly(first);
    assertThat(shown("scheduled")).containsExactly(second);
    assertThat(shown("running")).containsExactly(first);
    assertThat(shell.run("run", "list", "--id-prefix", run).json().at("/data/0/status").asText())
        .isEqualTo("scheduled");
    assertThat(document(run)).isEqualTo("scheduled");

    server.jobs().cancel(first);
    eventually("the second goes on", () -> status(second).equals("running"));
    assertThat(listed(read("/runs?status=running"))).containsExactly(second);
    assertThat(shown("scheduled")).isEmpty();
    assertThat(document(run)).isEqualTo("running");
    server.jobs().cancel(second);
  }

  @Test
  void aListCanBeOfEveryStatusThatAJobCanHave() {
    Ended refused = shell.run("run", "list", "--status", "waiting");

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err())
        .contains(Stream.of(JobStatus.values()).map(JobStatus::word).toArray(String[]::new));
    for (JobStatus status : JobStatus.values()) {
      assertThat(shell.run("run", "list", "--status", status.word()).exitCode()).isZero();
    }
  }
}
