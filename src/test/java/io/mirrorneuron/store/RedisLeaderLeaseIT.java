package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class RedisLeaderLeaseIT implements LeaderLeaseContract {
  @TempDir static Path folder;
  private static RedisFixture redis;
  private static RedisPipelines pipelines;
  private Keys keys;

  @BeforeAll
  static void start() {
    redis = RedisFixture.start(folder);
    pipelines = redis.pipelines();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void name(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
  }

  @Override
  public LeaderLease lease() {
    return new RedisLeaderLease(pipelines, keys);
  }

  /** The clock of Redis cannot be turned, so the end is. */
  @Override
  public void pass(long millis) {
    redis.ask(Command.HINCRBY, keys.leader("k"), "until", -millis);
  }

  private long take(String owner) {
    return lease()
        .take("k", owner, LONG_MS, LeaderLease.NONE, "")
        .toCompletableFuture()
        .join()
        .term();
  }

  @Test
  void whatALeaderWritesIsRefusedOnceAnotherHasLed() {
    RecordStore records = new RedisRecordStore(pipelines, keys);
    long term = take("a");
    var mine = new Beside(term, List.of(), null, List.of());
    assertThat(records.write("k", "x", 0, "{}", 0, mine).toCompletableFuture().join()).isPresent();

    pass(LONG_MS);
    take("b");
    assertThat(records.write("k", "y", 0, "{}", 0, mine).toCompletableFuture())
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withMessageContaining("another server leads");
    assertThat(records.read("k", "y").toCompletableFuture().join()).isEmpty();
  }
}
