package io.mirrorneuron.e2e;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.bucket.BucketedJobStore;
import io.mirrorneuron.testing.BucketIndexes;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.testing.Tally;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mn runtime move} into a Redis Cluster and back, killed again and again while it copies,
 * and begun again. {@code -Dseeds.first} repeats how far it comes before.
 */
@Timeout(240)
@Proof.Kills
class MoveKilledE2E {
  private static final int JOBS = 4_000;
  private static final int KILLS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration TTL = Duration.ofHours(1);
  private static final Keys KEYS = new Keys("mirror_neuron");
  private static final long SEED = Seeds.one();

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private RedisClusterFixture cluster;

  @Test
  void whatIsKilledWhileItCopiesIsBegunAgain() throws Exception {
    try (RedisFixture first = RedisFixture.oldest(folder.resolve("first"));
        RedisFixture last = RedisFixture.oldest(folder.resolve("last"));
        RedisClusterFixture redis = RedisClusterFixture.start(folder.resolve("cluster"), false)) {
      cluster = redis;
      RedisPipelines pipelines = first.pipelines();
      JobStore before = new RedisJobStore(pipelines, KEYS, TTL, 100);
      fill(before);
      JobStore there = new BucketedJobStore(redis.places(KEYS, false), TTL, 100);

      killed(this::keysOfCluster, "--from", first.uri());
      assertThat(ends("--from", first.uri())).contains(JOBS + " jobs and");
      requireSame(before, there);
      assertThat(BucketIndexes.problems(redis, KEYS)).isEmpty();

      RedisPipelines its = last.pipelines();
      JobStore after = new RedisJobStore(its, KEYS, TTL, 100);
      killed(() -> its.send(Request.cmd(Command.DBSIZE)).await().toLong(), "--to", last.uri());
      assertThat(ends("--to", last.uri())).contains(JOBS + " jobs and");
      requireSame(before, after);
      assertThat(ends("--to", last.uri())).contains("was copied before");
      assertThat(starts(Map.of("MN_REDIS_URL", first.uri()))).contains("redis.cluster");
      assertThat(starts(clusterSettings())).contains("was copied into one Redis");
      try (PackagedServer server =
          PackagedServer.start(folder.resolve("home"), Map.of("MN_REDIS_URL", last.uri()))) {
        assertThat(server.get("/jobs?limit=1000&include_terminal=true").path("data")).hasSize(1000);
      }
    }
  }

  private static void fill(JobStore store) {
    await(store.tidy());
    for (int i = 0; i < JOBS; i++) {
      String id = "job-" + i;
      String run = i % 10 == 0 ? "run of " + i : null;
      await(
          store.create(
              new NewJob(id, "node-1", "{}", "key of " + id, "hash", run),
              JobStoreContract.turn(id, 1, 1, 1, 1, "running")));
      await(store.commit(JobStoreContract.turn(id, 1, 2, 4, 100 + i, "completed")));
    }
  }

  private static void requireSame(JobStore before, JobStore after) {
    assertThat(await(after.counts())).isEqualTo(await(before.counts()));
    assertThat(await(after.rows(JOBS, true)))
        .containsExactlyInAnyOrderElementsOf(await(before.rows(JOBS, true)));
    for (int i = 0; i < JOBS; i += 7) {
      assertThat(await(after.load("job-" + i))).isEqualTo(await(before.load("job-" + i)));
      assertThat(await(after.events("job-" + i, 0, 10)))
          .isEqualTo(await(before.events("job-" + i, 0, 10)));
    }
  }

  private Map<String, String> clusterSettings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("MN_REDIS_CLUSTER", cluster.nodes().getFirst().address());
    settings.put("MN_REDIS_PASSWORD", cluster.seeds().password().value());
    return settings;
  }

  private Process move(String end, String url) {
    return PackagedServer.launch(
        folder.resolve("home"), clusterSettings(), "runtime", "move", end, url);
  }

  /** What it says. */
  private String ends(String end, String url) throws IOException, InterruptedException {
    return said(move(end, url));
  }

  private String starts(Map<String, String> settings) throws IOException, InterruptedException {
    return said(
        PackagedServer.launch(
            folder.resolve("refused"), settings, "up", "--api-port=0", "--grpc-port=0"));
  }

  private static String said(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
    return said;
  }

  /**
   * Each time at another moment while it copies, and, but for the first time, after it has removed
   * what the one before had copied.
   *
   * @param size how many keys there are where it copies to
   */
  private void killed(LongSupplier size, String end, String url) throws InterruptedException {
    for (int kill = 0; kill < KILLS; kill++) {
      long left = kill == 0 ? Long.MAX_VALUE : size.getAsLong();
      long enough = 1 + random.nextLong(JOBS);
      Process process = move(end, url);
      Eventually.eventually("it begins anew", PATIENCE, () -> size.getAsLong() < left);
      Eventually.eventually("it copies", PATIENCE, () -> size.getAsLong() >= enough);
      assertThat(process.isAlive()).as("it is killed before its end").isTrue();
      Tally.kill(process.toHandle());
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      System.out.printf("%s: killed at %d keys%n", end, size.getAsLong());
    }
  }

  private long keysOfCluster() {
    return cluster.nodes().stream().mapToLong(node -> node.ask(Command.DBSIZE).toLong()).sum();
  }
}
