package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.BucketIndexes;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Tally;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server whose state lies on a Redis Cluster. */
@Timeout(180)
@Proof.Cluster
class RedisClusterServerIT {
  @TempDir Path folder;
  private RedisClusterFixture redis;
  private WholeServer server;

  @BeforeEach
  void start() throws IOException {
    redis = RedisClusterFixture.start(folder.resolve("redis"), true);
    server = server();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    redis.close();
  }

  private WholeServer server() {
    return server("home");
  }

  private WholeServer server(String name) {
    return WholeServer.start(
        folder.resolve(name),
        Map.of(
            "node.name",
            "mirror_neuron@" + name,
            "redis.cluster",
            redis.nodes().getFirst().address(),
            "redis.password",
            redis.seeds().password().value(),
            "redis.acknowledge",
            "replica"));
  }

  private String submit(String script) {
    return server
        .jobs()
        .submit(Submission.of(SampleManifests.program("counted", "sh", "-c", script)))
        .jobId();
  }

  private String status(String job) {
    try {
      return server.jobs().get(job).facts().status();
    } catch (MnException e) {
      return e.error(); // Redis is away
    }
  }

  private List<String> listed(boolean all) {
    JobPage page = server.jobs().list(100, all);
    return page.data().stream()
        .map(row -> Json.parseObject(row.json(), "row").path("job_id").asText())
        .toList();
  }

  @Test
  void jobsAreMadeListedFollowedAndGoOnAfterARestart() throws IOException {
    Path gate = folder.resolve("gate");
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String job = submit("true");
      jobs.add(job);
      eventually("it ends", () -> status(job).equals("completed"));
    }
    String waiting = submit("until [ -e " + gate + " ]; do sleep 0.05; done");
    eventually("it runs", () -> status(waiting).equals("running"));

    Collections.reverse(jobs);
    assertThat(listed(true)).hasSize(13).containsSubsequence(jobs);
    assertThat(listed(false)).containsExactly(waiting);
    assertThat(server.jobs().list(3, true).data()).hasSize(3);
    assertThat(server.jobs().events(jobs.getFirst(), 0, 100).events()).isNotEmpty();

    server.close();
    server = server();
    assertThat(listed(true)).hasSize(13).containsSubsequence(jobs);
    Files.createFile(gate);
    eventually("it goes on", () -> status(waiting).equals("completed"));
    assertThat(BucketIndexes.problems(redis, new Keys("mirror_neuron"))).isEmpty();
  }

  @Test
  void anotherServerGoesOnWithTheJobsOfOneThatEnds() throws IOException {
    Path gate = folder.resolve("gate");
    WholeServer first = server;
    server = server("other");
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      jobs.add(
          first
              .jobs()
              .submit(
                  Submission.of(
                      SampleManifests.program(
                          "left", "sh", "-c", "until [ -e " + gate + " ]; do sleep 0.05; done")))
              .jobId());
    }
    jobs.forEach(job -> eventually("it runs", () -> status(job).equals("running")));
    assertThat(listed(false)).containsExactlyInAnyOrderElementsOf(jobs);

    first.close();
    Files.createFile(gate);
    jobs.forEach(job -> eventually("it goes on", () -> status(job).equals("completed")));
    assertThat(BucketIndexes.problems(redis, new Keys("mirror_neuron"))).isEmpty();
  }

  private boolean isAccepted(String script, List<String> accepted) {
    try {
      accepted.add(submit(script));
      return true;
    } catch (MnException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      return false;
    }
  }

  @Test
  void whatWasAcceptedEndsThoughAMasterIsKilled() throws IOException {
    Path starts = Files.createDirectories(folder.resolve("starts"));
    String begun = "echo x >> " + starts + "/$MN_JOB_ID";
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      accepted.add(submit(begun));
    }

    Tally.kill(redis.nodes().get(1).process().toHandle());
    int refused = 0;
    while (!redis.isReplaced(1)) {
      refused += accepted.size() < 60 && !isAccepted(begun, accepted) ? 1 : 0;
    }
    eventually("submissions to all buckets are taken", () -> isAccepted(begun, accepted));
    while (accepted.size() < 80) {
      refused += isAccepted(begun, accepted) ? 0 : 1;
    }

    for (String job : accepted) {
      eventually("each that was accepted ends", () -> status(job).equals("completed"));
      assertThat(Files.readAllLines(starts.resolve(job))).as(job).hasSize(1);
    }
    assertThat(BucketIndexes.problems(redis, new Keys("mirror_neuron"))).isEmpty();
    System.out.println(
        "a master of a Redis Cluster killed under a server: %d submissions accepted, all ended; %d refused"
            .formatted(accepted.size(), refused));
  }

  @Test
  void aNodeOfAClusterIsNoRedisByItselfAndTheOtherWayRound() {
    String node = redis.nodes().getFirst().address();
    assertThatThrownBy(
            () ->
                WholeServer.start(
                    folder.resolve("other"), Map.of("redis.url", "redis://:of-redis@" + node)))
        .hasMessageContaining("is a node of a Redis Cluster")
        .hasMessageContaining("redis.cluster (MN_REDIS_CLUSTER)");
    assertThatThrownBy(
            () -> WholeServer.start(folder.resolve("other"), Map.of("redis.cluster", node)))
        .hasMessageContaining("redis.cluster")
        .hasMessageContaining("asks for a password");
  }
}
