package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Frozen;
import io.mirrorneuron.testing.Hosts;
import io.mirrorneuron.testing.OldRedis;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three hosts with a server each, one of which is cut off, stands still or loses its power at any
 * time, while jobs whose programs run on all of them come in. {@code -Dtroubles=100}, {@code
 * -Dseeds.first}. Skipped, with the reason, where there can be no network namespaces.
 */
@Proof.Kills
class TroubleE2E {
  private static final int TROUBLES = Integer.getInteger("troubles", 3);
  private static final long SEED = Seeds.one();
  private static final int REDIS = 1;
  private static final List<Integer> SERVERS = List.of(2, 3, 4);
  private static final List<String> STEPS = List.of("a", "b");
  private static final int LONGEST_MS = 22_000;
  private static final int BETWEEN_MS = 1500;
  private static final int EACH_MS = 500;

  /** A server that goes on after standing still ends within this time what is another's. */
  private static final int NOTICED_MS = 1000;

  private static final Duration ALL_ENDED = Duration.ofMinutes(3);

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final Map<Integer, HostServer> servers = new ConcurrentHashMap<>();
  private final Map<String, Integer> had = new TreeMap<>();
  private final List<Still> stills = new ArrayList<>();
  private final Map<String, String> accepted = new TreeMap<>();
  private int submitted;
  private Hosts hosts;
  private Process redis;

  /** When a server stood still, in milliseconds since 1970. */
  private record Still(String host, long from, long to) {}

  /** One run of the program of a step. */
  private record Copy(String host, long began, long last) {}

  @BeforeEach
  void start() throws IOException {
    String obstacle = Hosts.obstacle();
    assumeTrue(obstacle == null, obstacle);
    hosts = Hosts.up(4);
    String program = OldRedis.unpack(folder.resolve("program")).toString();
    String data = Files.createDirectories(folder.resolve("data")).toString();
    redis =
        new ProcessBuilder(
                hosts.on(
                    REDIS,
                    program,
                    "--bind",
                    "0.0.0.0",
                    "--protected-mode",
                    "no",
                    "--appendonly",
                    "yes",
                    "--dir",
                    data))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("redis.log").toFile())
            .start();
    for (int host : SERVERS) {
      startServer(host);
    }
    servers.values().forEach(HostServer::meetOthers);
  }

  private void startServer(int host) throws IOException {
    Map<String, String> settings =
        Map.of(
            "MN_REDIS_URL",
            "redis://" + hosts.address(REDIS) + ":6379",
            "MN_GRPC_HOST",
            hosts.address(host),
            "MN_GRPC_AUTH_TOKEN",
            "of-operators",
            "MN_NETWORK_ADVERTISE_HOST",
            hosts.address(host),
            "MN_NETWORK_JOIN_TOKEN",
            "of-all-servers");
    servers.put(host, HostServer.start(hosts, host, folder.resolve("host-" + host), settings));
  }

  @AfterEach
  void stop() {
    if (hosts != null) {
      SERVERS.forEach(hosts::kill);
      hosts.kill(REDIS);
      servers.values().forEach(HostServer::close);
      hosts.close();
    }
  }

  @Test
  void nothingIsLostAndNothingRunsTwice() throws IOException {
    System.out.println("-Dtroubles=" + TROUBLES);
    for (int i = 0; i < TROUBLES; i++) {
      int host = SERVERS.get(random.nextInt(SERVERS.size()));
      switch (random.nextInt(3)) {
        case 0 -> cut(host);
        case 1 -> standStill(host);
        default -> losePower(host);
      }
      work(BETWEEN_MS);
    }
    HostServer any = servers.get(SERVERS.getFirst());
    Eventually.eventually(
        "all jobs have ended",
        ALL_ENDED,
        () -> accepted.keySet().stream().allMatch(job -> hasEnded(any, job)));
    int copies = 0;
    for (Map.Entry<String, String> job : accepted.entrySet()) {
      copies += judge(any, job.getKey(), job.getValue());
    }
    System.out.printf(
        "%s: %d jobs, %d programs begun for %d steps%n",
        had, accepted.size(), copies, accepted.size() * STEPS.size());
    assertThat(accepted).hasSizeGreaterThan(TROUBLES);
  }

  private void cut(int host) {
    had.merge("cut off", 1, Integer::sum);
    hosts.cut(host);
    work(random.nextInt(LONGEST_MS));
    hosts.heal(host);
  }

  private void standStill(int host) {
    had.merge("stood still", 1, Integer::sum);
    long from = System.currentTimeMillis();
    try (var _ = Frozen.process(servers.get(host).pid())) {
      work(random.nextInt(LONGEST_MS));
    }
    stills.add(new Still(hosts.address(host), from, System.currentTimeMillis()));
  }

  private void losePower(int host) throws IOException {
    had.merge("lost its power", 1, Integer::sum);
    hosts.kill(host);
    work(random.nextInt(LONGEST_MS));
    startServer(host);
  }

  /** Submits jobs at any server for so long, about as many as the servers can work on. */
  private void work(int millis) {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    do {
      long next = System.nanoTime() + Duration.ofMillis(EACH_MS).toNanos();
      HostServer server = servers.get(SERVERS.get(random.nextInt(SERVERS.size())));
      String key = "job-" + submitted++; // one that was not answered may have been made
      String job = server.submit(manifest(key));
      if (job != null && !job.isEmpty()) {
        accepted.put(job, key);
      }
      Eventually.eventually("time passes", () -> System.nanoTime() > next);
    } while (System.nanoTime() < end);
  }

  private ObjectNode manifest(String key) {
    String beats = folder.resolve("beats").resolve(key).toString();
    String manifest =
        SampleManifests.steps(
            "trouble",
            STEPS,
            step ->
                """
                mkdir -p %1$s/%2$s; f=%1$s/%2$s/$(cat /proc/sys/kernel/random/uuid); n=0
                hostname -I > $f
                while [ $n -lt 40 ]; do date +%%s%%3N >> $f; n=$((n+1)); sleep 0.05; done
                printf '{"complete_step":"%2$s"}'
                """
                    .formatted(beats, step));
    ObjectNode json = Json.parseObject(manifest, "manifest");
    json.putObject("policies").putObject("scheduler").put("strategy", "spread");
    return json;
  }

  private static boolean hasEnded(HostServer server, String job) {
    return server.statusOf(job).matches("completed|failed|cancelled");
  }

  /** Answers how many programs of the job were begun. */
  private int judge(HostServer server, String job, String key) throws IOException {
    assertThat(server.statusOf(job)).as(job).isEqualTo("completed");
    List<String> completed = new ArrayList<>();
    for (JsonNode event :
        server.call("GET", "/jobs/" + job + "/events?limit=1000", null).body().path("data")) {
      if (event.path("type").asText().equals("workflow_step_completed")) {
        completed.add(event.path("step_id").asText());
      }
    }
    assertThat(completed).as("completed steps of " + job).isEqualTo(STEPS);
    int count = 0;
    for (String step : STEPS) {
      List<Copy> copies = copies(folder.resolve("beats").resolve(key).resolve(step));
      count += copies.size();
      for (int i = 1; i < copies.size(); i++) {
        Copy before = copies.get(i - 1);
        Copy next = copies.get(i);
        assertThat(before.last < next.began || stoodStill(before, next))
            .as("%s: %s runs beside %s; stood still: %s", job, next, before, stills)
            .isTrue();
      }
    }
    return count;
  }

  /** Whether the server of the earlier copy stood still, or had a moment ago, while both ran. */
  private boolean stoodStill(Copy before, Copy next) {
    return stills.stream()
        .anyMatch(
            still ->
                still.host.equals(before.host)
                    && still.from <= next.began
                    && before.last <= still.to + NOTICED_MS);
  }

  private static List<Copy> copies(Path folder) throws IOException {
    List<Copy> copies = new ArrayList<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() > 1) {
          List<Long> times = lines.stream().skip(1).map(Long::parseLong).toList();
          copies.add(new Copy(lines.getFirst().strip(), times.getFirst(), times.getLast()));
        }
      }
    }
    copies.sort((one, other) -> Long.compare(one.began, other.began));
    return copies;
  }
}
