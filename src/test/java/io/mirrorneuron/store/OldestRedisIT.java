package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.connection.RedisPipeline;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Whole;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The store needs nothing of a server that Redis 6.2 does not have. */
@Whole
class OldestRedisIT implements JobStoreContract {
  @TempDir static Path folder;
  private static RedisFixture redis;
  private static RedisPipelines pipelines;

  private JobStore store;

  @BeforeAll
  static void start() {
    redis = RedisFixture.oldest(folder);
    Duration patience = Duration.ofSeconds(30); // it is told to stand still
    pipelines = redis.pipelines(patience);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void makeStore(TestInfo test) {
    Keys keys = new Keys(test.getTestMethod().orElseThrow().getName());
    store = new RedisJobStore(pipelines, keys, Duration.ofHours(1), EVENTS_PER_JOB);
  }

  @Override
  public JobStore store() {
    return store;
  }

  /**
   * As after its crash: it takes connections at once, but answers LOADING for a while. Newer ones
   * do not let themselves be told to.
   */
  @Test
  void aRedisThatLoadsItsDataIsAway() {
    redis.ask(Command.CONFIG, "SET", "rdbcompression", "no");
    redis.ask(Command.CONFIG, "SET", "key-load-delay", "10000"); // microseconds
    String block = "x".repeat(3 << 20); // it looks at its connections each 2 MiB
    for (int i = 0; i < 10; i++) {
      redis.ask(Command.SET, "block-" + i, block);
    }
    Future<?> loading = otherPipeline().send(Request.cmd(Command.DEBUG).arg("RELOAD"));
    try {
      List<Throwable> failures = new ArrayList<>();
      while (!loading.isComplete()) {
        Throwable failure =
            store.rows(10, true).handle((rows, thrown) -> thrown).toCompletableFuture().join();
        if (failure != null) {
          failures.add(failure);
        }
      }
      assertThat(failures)
          .isNotEmpty()
          .allSatisfy(
              failure ->
                  assertThat(failure)
                      .isInstanceOfSatisfying(
                          MnException.class,
                          known -> assertThat(known.code()).isEqualTo(ErrorCode.UNAVAILABLE)));
    } finally {
      redis.ask(Command.CONFIG, "SET", "key-load-delay", "0");
      for (int i = 0; i < 10; i++) {
        redis.ask(Command.DEL, "block-" + i);
      }
    }
  }

  private static RedisPipeline otherPipeline() {
    return Stream.iterate("a", name -> name + "a")
        .map(pipelines::of)
        .filter(pipeline -> pipeline != pipelines.any())
        .findFirst()
        .orElseThrow();
  }
}
