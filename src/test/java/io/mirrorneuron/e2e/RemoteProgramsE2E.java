package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Silence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three servers that share a Redis and a join token: jobs of the first have programs that two of
 * the others can run. Servers are killed without a word while they run.
 */
@Proof.Kills
class RemoteProgramsE2E {
  /** Until a dead server is noticed, on a busy machine. */
  private static final Duration NOTICED = Duration.ofSeconds(60);

  @TempDir Path folder;

  private PackagedServer start(String name, String rack, RedisFixture redis) {
    return PackagedServer.start(
        folder.resolve(name),
        Silence.shortWith(
            Map.of(
                "MN_REDIS_URL",
                redis.uri(),
                "MN_NODE_NAME",
                "mirror_neuron@" + name,
                "MN_NODE_LABELS",
                "rack=" + rack,
                "MN_EXECUTOR_CONFINE",
                "off", // programs leave marks in the folder of the test
                "MN_RESOURCE_ADMISSION_ENABLED",
                "false",
                "MN_NETWORK_JOIN_TOKEN",
                "join-1")));
  }

  /**
   * Marks the node that runs it, and says so when a file is there.
   *
   * @param name of the job, and of its marks
   */
  private String manifest(String name) {
    String script =
        "echo \\\"$PWD\\\" >> '%s'; until [ -e '%s' ]; do sleep 0.05; done; echo '{\\\"answer\\\": 42}'"
            .formatted(folder.resolve(name + ".begun"), folder.resolve(name + ".go"));
    return """
    {"manifest_version":"1.0","graph_id":"%s","entrypoints":["work"],
     "nodes":[{"node_id":"work","agent_type":"executor",
       "constraints":[{"attribute":"meta.rack","value":"b"}],
       "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":"%s"}}]}
    """
        .formatted(name, script);
  }

  /** Where it was begun, oldest first. */
  private List<String> begun(String name) {
    Path marks = folder.resolve(name + ".begun");
    try {
      return Files.exists(marks) ? Files.readAllLines(marks) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void go(String name) throws IOException {
    Files.createFile(folder.resolve(name + ".go"));
  }

  @Test
  void neitherTheDeathOfAWorkerNorOfAnOwnerCostsAResult() throws Exception {
    try (RedisFixture redis = RedisFixture.start(folder);
        PackagedServer owner = start("owner", "a", redis);
        PackagedServer one = start("one", "b", redis);
        PackagedServer two = start("two", "b", redis)) {
      runRemote(owner);
      killWorker(owner, Map.of("one", one, "two", two));
      killOwner(owner, one, two);
    }
  }

  private void runRemote(PackagedServer owner) throws IOException {
    String job = owner.submit(manifest("plain"));
    eventually("it runs", NOTICED, () -> !begun("plain").isEmpty());
    go("plain");
    JsonNode end = owner.awaitEnd(job);
    assertThat(end.at("/job/status").asText()).isEqualTo("completed");
    assertThat(end.toString()).contains("\"answer\":42");
    assertThat(begun("plain")).hasSize(1);
    assertThat(begun("plain").getFirst()).doesNotContain("/owner-tmp/");
  }

  /** Its program is begun again on the other one, as the same attempt. */
  private void killWorker(PackagedServer owner, Map<String, PackagedServer> workers)
      throws IOException {
    String job = owner.submit(manifest("worker"));
    eventually("it runs", NOTICED, () -> !begun("worker").isEmpty());
    String first = begun("worker").getFirst();
    String dead = first.contains("/one-tmp/") ? "one" : "two";
    workers.get(dead).kill9();
    eventually("it runs again", NOTICED, () -> begun("worker").size() == 2);
    assertThat(begun("worker").getLast()).doesNotContain("/" + dead + "-tmp/", "/owner-tmp/");
    go("worker");

    JsonNode end = owner.awaitEnd(job);
    assertThat(end.at("/job/status").asText()).isEqualTo("completed");
    assertThat(end.toString()).contains("\"answer\":42").contains("\"attempts\":1");
    assertThat(count(owner, job, "sandbox_job_completed")).isEqualTo(1);
    workers.get(dead).restart();
  }

  /** Its program goes on, and whoever takes the job over hears of it. */
  private void killOwner(PackagedServer owner, PackagedServer one, PackagedServer two)
      throws IOException {
    String job = owner.submit(manifest("owner"));
    eventually("it runs", NOTICED, () -> !begun("owner").isEmpty());
    owner.kill9();
    eventually("another one has the job", NOTICED, () -> !has(one, job).contains("@owner#"));
    go("owner");

    JsonNode end = two.awaitEnd(job);
    assertThat(end.at("/job/status").asText()).isEqualTo("completed");
    assertThat(end.toString()).contains("\"answer\":42").contains("\"attempts\":1");
    assertThat(begun("owner")).as("starts in all").hasSize(1);
    assertThat(count(one, job, "sandbox_job_completed")).isEqualTo(1);
  }

  private static String has(PackagedServer server, String job) {
    return server.get("/jobs/" + job + "?include=full").at("/job/lease_owner").asText();
  }

  private static long count(PackagedServer server, String job, String type) {
    return server.events(job).stream()
        .filter(event -> event.path("type").asText().equals(type))
        .count();
  }
}
