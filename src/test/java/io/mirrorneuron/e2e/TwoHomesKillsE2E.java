package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.e2e.Submissions.Accepted;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.BucketIndexes;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.testing.Silence;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two servers with nothing in common but a Redis, or a Redis Cluster, run jobs that have payload
 * files. Either is killed at any moment, comes back at once or after the other has taken its jobs,
 * and counts are kept as by {@link KillsE2E}, with the same properties: {@code -Dkills=60}, {@code
 * -Dseeds.first}.
 */
@Proof.Kills
class TwoHomesKillsE2E {
  private static final int KILLS = Integer.getInteger("kills", 4);
  private static final int KILLS_OF_A_ROUND = 10;
  private static final long SEED = Seeds.one();

  /** A server counts as living for 15 s at most after its last heartbeat. */
  private static final Duration TAKE_OVER = Duration.ofMinutes(1);

  private static final int ALL_ENDED_MINUTES = 3;

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final Random chosen = new Random(SEED + 1);
  private final Verdict verdict = new Verdict();
  private final Map<String, Integer> deaths = new TreeMap<>();
  private final List<PackagedServer> servers = new ArrayList<>();
  private final List<Accepted> open = new ArrayList<>();
  private int jobs;
  private int takenOver;

  @Test
  void allJobsEndWellOnWhateverServer() {
    try (RedisFixture redis = RedisFixture.start(folder)) {
      allJobsEndWell(Silence.shortWith(Map.of("MN_REDIS_URL", redis.uri())));
    }
  }

  @Test
  void theSameOnARedisCluster() throws IOException {
    try (RedisClusterFixture redis = RedisClusterFixture.start(folder.resolve("redis"), false)) {
      allJobsEndWell(
          Map.of(
              "MN_REDIS_CLUSTER",
              redis.nodes().getFirst().address(),
              "MN_REDIS_PASSWORD",
              redis.seeds().password().value()));
      assertThat(BucketIndexes.problems(redis, new Keys("mirror_neuron"))).isEmpty();
    }
  }

  private void allJobsEndWell(Map<String, String> state) {
    System.out.println("-Dkills=" + KILLS);
    try (PackagedServer a = start("a", state);
        PackagedServer b = start("b", state)) {
      servers.addAll(List.of(a, b));
      Submissions clients = new Submissions(this::anyServer);
      for (int kill = 1; kill <= KILLS; kill++) {
        submitSome(clients);
        die(kill == 1);
        if (kill % KILLS_OF_A_ROUND == 0 || kill == KILLS) {
          open.addAll(clients.drain());
          judge(open);
          open.clear();
          System.out.println(report());
        }
      }
      servers.forEach(server -> assertThat(server.terminate()).isZero());
      servers.forEach(verdict::requireNothingLeft);
    }
    verdict.requireNothingFound();
    assertThat(takenOver).as("jobs that one server went on with for the other").isPositive();
  }

  private PackagedServer start(String name, Map<String, String> state) {
    Map<String, String> settings = new TreeMap<>(state);
    settings.put("MN_NODE_NAME", "mirror_neuron@" + name);
    settings.put("MN_EXECUTOR_MAX_CONCURRENCY", "6");
    return PackagedServer.start(folder.resolve(name), settings);
  }

  private synchronized PackagedServer anyServer() {
    return servers.get(chosen.nextInt(servers.size()));
  }

  private void submitSome(Submissions clients) {
    List<JobKind> kinds = FileJobs.kinds();
    for (int i = random.nextInt(2, 7); i > 0; i--) {
      JobKind kind = kinds.get(random.nextInt(kinds.size()));
      String graph = "%s-%05d".formatted(kind.name(), ++jobs);
      String own = random.nextBoolean() ? graph : "";
      clients.submit(kind, graph, FileJobs.of(kind, graph, random, own));
    }
  }

  /**
   * Gives the server a job that it has begun, and will not have ended, when it dies.
   *
   * @return its id
   */
  private String submitSlow(PackagedServer victim) {
    Submissions client = new Submissions(victim);
    JobKind kind = JobKind.slow();
    String graph = "%s-%05d".formatted(kind.name(), ++jobs);
    client.submit(kind, graph, FileJobs.of(kind, graph, random, graph));
    Accepted accepted = client.drain().getFirst();
    Eventually.eventually(
        accepted.jobId() + " runs", () -> victim.status(accepted.jobId()).equals("running"));
    Eventually.eventually("its program does", () -> Files.exists(run(victim, accepted.jobId())));
    open.add(accepted);
    return accepted.jobId();
  }

  /**
   * Lets the servers live for a moment and kills one or both; both are up again thereafter.
   *
   * @param goneForLong whether the other one certainly takes the jobs over
   */
  private void die(boolean goneForLong) {
    live(random.nextInt(900));
    PackagedServer victim = servers.get(random.nextInt(2));
    PackagedServer other = servers.get(victim == servers.getFirst() ? 1 : 0);
    int draw = goneForLong ? 0 : random.nextInt(100);
    boolean forLong = draw < 20;
    String slow = forLong ? submitSlow(victim) : "";
    victim.kill9();
    if (forLong) {
      deaths.merge("one, until its jobs are taken over", 1, Integer::sum);
      Eventually.eventually(
          slow + " is taken over", TAKE_OVER, () -> Files.exists(run(other, slow)));
      live(random.nextInt(1500));
    } else if (draw < 75) {
      deaths.merge("one", 1, Integer::sum);
      live(random.nextInt(1500));
    } else if (draw < 90) {
      deaths.merge("both", 1, Integer::sum);
      live(random.nextInt(700));
      other.kill9();
      other.restart();
    } else {
      deaths.merge("one, and again while it starts", 1, Integer::sum);
      victim.restartAndKill9(() -> live(random.nextInt(1200)));
    }
    victim.restart();
  }

  private static void live(int millis) {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    Eventually.eventually(
        "time passes", Duration.ofMillis(millis + 30_000L), () -> System.nanoTime() > end);
  }

  private void judge(List<Accepted> accepted) {
    PackagedServer server = servers.getFirst();
    Eventually.eventually(
        "all have ended",
        Duration.ofMinutes(ALL_ENDED_MINUTES),
        () -> server.get("/jobs?limit=1&include_terminal=false").path("data").isEmpty());
    for (Accepted job : accepted) {
      verdict.judge(server, job);
      takenOver += isInBothHomes(job.jobId()) ? 1 : 0;
    }
    verdict.requireOneJobEach(server, accepted);
    servers.forEach(verdict::requireNothingLeft);
  }

  /** Each server that works on a job keeps its run in a folder of its own. */
  private boolean isInBothHomes(String job) {
    return servers.stream().allMatch(server -> Files.exists(run(server, job)));
  }

  private static Path run(PackagedServer server, String job) {
    return server.home().resolve("runs/run-" + job);
  }

  private String report() {
    ObjectNode report = Json.object().put("jobs", jobs).put("taken_over", takenOver);
    ObjectNode kills = report.putObject("kills");
    deaths.forEach(kills::put);
    report.put("lost", verdict.lost.size()).put("duplicated", verdict.duplicated.size());
    return Json.write(report.put("orphans", verdict.orphans.size()));
  }
}
