package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobsPortContract;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.WaitingPrograms;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three servers on one Redis are stopped by SIGTERM and started again, one after the other, while
 * clients submit, send messages, follow and ask: nothing is lost, nothing is done twice, and no
 * client sees more than closed doors and the word to come again.
 */
@Timeout(240)
@Proof.Kills
class RollingRestartE2E {
  private static final Duration KNOWN = Duration.ofSeconds(60);
  private static final Duration PACE = Duration.ofMillis(250);

  @TempDir Path folder;
  private final Map<String, String> jobs = new ConcurrentHashMap<>();
  private final Queue<String> messages = new ConcurrentLinkedQueue<>();
  private volatile boolean isOver;

  private PackagedServer start(String name, RedisFixture redis) {
    return PackagedServer.start(
        folder.resolve(name),
        Map.of(
            "MN_REDIS_URL",
            redis.uri(),
            "MN_NODE_NAME",
            "mirror_neuron@" + name,
            "MN_EXECUTOR_CONFINE",
            "off", // programs leave marks in the folder of the test
            "MN_NETWORK_JOIN_TOKEN",
            "join-1"));
  }

  @Test
  void eachServerIsStoppedAndStartedAndNobodyMissesAnything() throws Exception {
    try (RedisFixture redis = RedisFixture.start(folder);
        PackagedServer a = start("a", redis);
        PackagedServer b = start("b", redis);
        PackagedServer c = start("c", redis)) {
      List<PackagedServer> servers = List.of(a, b, c);
      SeveralDoors endpoints = new SeveralDoors(servers);
      servers.forEach(asked -> awaitAll(asked, 3));
      String service = submit(endpoints, JobsPortContract.SERVICE, "service");
      Executor threads = Thread::startVirtualThread;
      var following = CompletableFuture.supplyAsync(() -> endpoints.follow(service), threads);
      var busy =
          CompletableFuture.allOf(
              CompletableFuture.runAsync(() -> submitAll(endpoints), threads),
              CompletableFuture.runAsync(() -> sendAll(endpoints, service), threads),
              CompletableFuture.runAsync(() -> askAll(endpoints, service), threads));
      for (PackagedServer server : servers) {
        roll(server, servers);
      }
      isOver = true;
      busy.join();
      System.out.println(
          jobs.size() + " jobs, " + messages.size() + " messages, " + endpoints.reported());

      assertThat(endpoints.faults()).isEmpty();
      assertThat(jobs).hasSizeGreaterThan(10);
      jobs.values().forEach(job -> requireDone(a, job));
      requireOnce("begun");
      requireOnce("ended");
      eventually("all messages are handled", () -> handled(b, service) >= messages.size());
      assertThat(handled(b, service)).isEqualTo(messages.size());
      c.post("/jobs/" + service + "/cancel");
      requireLog(following.join(), c.events(service));
      eventually("all are told of", () -> isReportedOfAll(b.events("__cluster__")));
      requireReportedOfServers(b.events("__cluster__"));
    }
  }

  private static boolean isReportedOfAll(List<JsonNode> events) {
    return Stream.of("mirror_neuron@a", "mirror_neuron@b", "mirror_neuron@c")
        .allMatch(
            node ->
                reported(events, "node_drain_completed", node) > 0
                    && reported(events, "node_joined", node) > reported(events, "node_left", node));
  }

  @Test
  void aSecondSignalEndsItAtOnceAndOthersBeginItsProgramsAgain() {
    WaitingPrograms programs = new WaitingPrograms(folder);
    try (RedisFixture redis = RedisFixture.start(folder);
        PackagedServer a = start("a", redis);
        PackagedServer b = start("b", redis)) {
      List.of(a, b).forEach(asked -> awaitAll(asked, 2));
      String job = a.submit(Json.write(programs.manifest("batch", "slow")));
      programs.awaitRuns("slow", 1);
      ProcessHandle process = ProcessHandle.of(a.pid()).orElseThrow();
      process.destroy();
      eventually("others know", () -> b.get("/nodes").toString().contains("draining"));
      HttpResponse<String> refused =
          a.post("/jobs", Json.object().put("manifest_json", JobsPortContract.CHAIN));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused.body()).contains("ask another one");
      assertThat(a.status(job)).as("it serves meanwhile").isEqualTo("running");

      assertThat(a.terminate()).as("its exit code").isZero();
      programs.awaitRuns("slow", 2);
      programs.let("slow");
      assertThat(b.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      a.restart();
      List.of(a, b).forEach(asked -> awaitAll(asked, 2));
    }
  }

  private static void roll(PackagedServer server, List<PackagedServer> servers) {
    long begin = System.nanoTime();
    assertThat(server.terminate()).as("its exit code").isZero();
    long stopped = System.nanoTime();
    server.restart();
    servers.forEach(asked -> awaitAll(asked, 3));
    System.out.printf(
        "ended within %d ms, takes work again %d ms later%n",
        (stopped - begin) / 1_000_000, (System.nanoTime() - stopped) / 1_000_000);
  }

  /** Until it knows of so many servers that take work. */
  private static void awaitAll(PackagedServer asked, int count) {
    eventually(
        count + " servers take work",
        KNOWN,
        () -> {
          JsonNode nodes = asked.get("/nodes").path("nodes");
          return nodes.size() == count
              && Json.elements(nodes)
                  .allMatch(
                      node ->
                          node.path("status").asText().equals("healthy")
                              && node.path("scheduling_eligible").asBoolean());
        });
  }

  private static String submit(SeveralDoors endpoints, String manifest, String key) {
    ObjectNode body = Json.object().put("manifest_json", manifest);
    return endpoints.post("/jobs", body, key).path("job_id").asText();
  }

  private void pace() {
    LockSupport.parkNanos(PACE.toNanos());
  }

  /** Jobs of two programs, each of which notes when it begins and ends. */
  private void submitAll(SeveralDoors endpoints) {
    for (int i = 0; !isOver; i++) {
      String name = "job-" + i;
      String manifest =
          SampleManifests.programs(name, 2, step -> new String[] {"sh", "-c", script(name, step)});
      jobs.put(name, submit(endpoints, manifest, name));
      pace();
    }
  }

  private String script(String name, String step) {
    return "echo %1$s.%2$s >> '%3$s/begun'; sleep 0.3; echo %1$s.%2$s >> '%3$s/ended'; echo '{}'"
        .formatted(name, step, folder);
  }

  private void sendAll(SeveralDoors endpoints, String service) {
    for (int i = 0; !isOver; i++) {
      String id = "m-" + i;
      ObjectNode message = Json.object().put("agent_id", "a").put("message_id", id);
      endpoints.post("/jobs/" + service + "/messages", message.put("type", "n"), id);
      messages.add(id);
      pace();
    }
  }

  private void askAll(SeveralDoors endpoints, String service) {
    while (!isOver) {
      endpoints.get("/jobs/" + service);
      endpoints.get("/jobs?limit=5");
      endpoints.get("/runs?limit=5");
      pace();
    }
  }

  private static void requireDone(PackagedServer server, String job) {
    ObjectNode end = server.awaitEnd(job);
    assertThat(end.at("/job/status").asText()).as(end.toString()).isEqualTo("completed");
    assertThat(end.toString()).doesNotContain("\"attempts\":2");
    assertThat(
            server.events(job).stream()
                .filter(event -> event.path("type").asText().equals("job_completed")))
        .hasSize(1);
  }

  /** Each program of each job has left one mark. */
  private void requireOnce(String mark) throws Exception {
    List<String> all = Files.readAllLines(folder.resolve(mark));
    assertThat(all).doesNotHaveDuplicates().hasSize(2 * jobs.size());
  }

  private static long handled(PackagedServer server, String job) {
    return server.events(job).stream()
        .filter(event -> event.path("type").asText().equals("agent_message_received"))
        .filter(event -> event.toString().contains("\"m-"))
        .count();
  }

  /** Leaders were stopped, too: nothing is told twice, and nobody comes who has not gone. */
  private static void requireReportedOfServers(List<JsonNode> events) {
    for (String node : List.of("mirror_neuron@a", "mirror_neuron@b", "mirror_neuron@c")) {
      assertThat(reported(events, "node_drain_started", node)).isEqualTo(1);
      assertThat(reported(events, "node_drain_completed", node)).isEqualTo(1);
      assertThat(reported(events, "node_joined", node))
          .isEqualTo(1 + reported(events, "node_left", node))
          .isLessThanOrEqualTo(2);
    }
    assertThat(events.getLast().path("seq").asInt()).isEqualTo(events.size());
  }

  private static long reported(List<JsonNode> events, String type, String node) {
    return events.stream()
        .filter(event -> event.path("type").asText().equals(type))
        .filter(event -> event.path("node").asText().equals(node))
        .count();
  }

  private static void requireLog(List<JsonNode> followed, List<JsonNode> log) {
    assertThat(followed).isEqualTo(log);
    assertThat(log).isNotEmpty();
    for (int i = 0; i < log.size(); i++) {
      assertThat(log.get(i).path("seq").asLong()).isEqualTo(i + 1);
    }
  }
}
