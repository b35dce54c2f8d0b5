package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whenever the server is killed, its jobs end as without kills: a program may run twice, its result
 * counts once. Each program appends a line to a file that the server knows nothing about, so that
 * what really ran can be compared with what the server says.
 */
@Timeout(120)
@Proof.Kills
class KillNineE2E {
  private static final long SEED = Seeds.one();

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private Path traces;

  @BeforeEach
  void makeTraces() throws IOException {
    traces = Files.createDirectory(folder.resolve("shared"));
  }

  @Test
  void aFanOutEndsAsIfNobodyHadBeenKilled() throws IOException {
    Set<String> workers = names(100);
    int open = 0;
    String job;
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      job = server.submit(fanOut("fan", workers, 100, 300));
      for (int kill = 0; kill < 10; kill++) {
        liveFor(30 + random.nextInt(250));
        server.kill9();
        server.restart();
        open += server.status(job).equals("completed") ? 0 : 1;
      }
      System.out.println(open + " of 10 kills met the job at work");
      ObjectNode details = server.awaitEnd(job);

      requireCompletedOnce(server, details, workers);
      assertThat(server.terminate()).isZero();
      assertThat(server.programs()).isEmpty();
    }
    assertThat(open).as("kills that met the job at work").isGreaterThanOrEqualTo(5);
    requireTracesOf(job, workers);
  }

  @Test
  void allAcknowledgedJobsEndHoweverManyAreOpen() throws IOException {
    Set<String> workers = names(3);
    List<String> jobs = new ArrayList<>();
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      for (int life = 0; life < 5; life++) {
        for (int i = 0; i < 4; i++) {
          jobs.add(server.submit(fanOut("small-" + jobs.size(), workers, 10, 200)));
        }
        liveFor(random.nextInt(150));
        server.kill9();
        server.restart();
      }
      for (String job : jobs) {
        requireCompletedOnce(server, server.awaitEnd(job), workers);
        requireTracesOf(job, workers);
      }
      assertThat(server.get("/jobs?limit=100").path("data")).hasSize(20);
      assertThat(server.terminate()).isZero();
      assertThat(server.programs()).isEmpty();
    }
  }

  private static void liveFor(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    Eventually.eventually("time passes", () -> System.nanoTime() > end);
  }

  private static Set<String> names(int count) {
    return IntStream.range(0, count)
        .mapToObj("w%03d"::formatted)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Workers that leave their trace and take some time. */
  private String fanOut(String graph, Set<String> workers, int minMillis, int maxMillis) {
    return SampleManifests.fanOut(
        graph,
        workers,
        worker ->
            new String[] {
              "sh",
              "-c",
              "echo \"$MN_AGENT_ID $MN_EXECUTION_ID\" >> '%s'/$MN_JOB_ID.$MN_AGENT_ID; sleep 0.%03d"
                  .formatted(traces, random.nextInt(minMillis, maxMillis))
            });
  }

  private static void requireCompletedOnce(
      PackagedServer server, ObjectNode details, Set<String> workers) {
    assertThat(details.at("/job/status").asText())
        .as(details.at("/job/result").toString())
        .isEqualTo("completed");
    JsonNode output = details.at("/job/result/output");
    assertThat(output.path("count").asInt()).isEqualTo(workers.size());
    assertThat(
            Json.elements(output.path("messages")).map(answer -> answer.path("agent_id").asText()))
        .containsExactlyInAnyOrderElementsOf(workers);

    List<JsonNode> events = server.events(details.at("/job/job_id").asText());
    assertThat(events)
        .extracting(event -> event.path("seq").asInt())
        .isEqualTo(IntStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(events)
        .filteredOn(event -> event.path("type").asText().equals("sandbox_job_completed"))
        .extracting(event -> event.path("agent_id").asText())
        .containsExactlyInAnyOrderElementsOf(workers);
    assertThat(events)
        .extracting(event -> event.path("type").asText())
        .containsOnlyOnce("job_completed")
        .doesNotContain("job_failed", "job_cancelled", "aggregator_duplicate_ignored")
        .endsWith("job_completed");
  }

  /** Every worker has run; each run was an execution of its own, started once. */
  private void requireTracesOf(String job, Set<String> workers) throws IOException {
    for (String worker : workers) {
      List<String> runs = Files.readAllLines(traces.resolve(job + "." + worker));
      assertThat(runs).isNotEmpty().doesNotHaveDuplicates();
      assertThat(runs).allMatch(run -> run.startsWith(worker + " " + job + "."));
    }
  }
}
