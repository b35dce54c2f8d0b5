package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Frozen;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Whole;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that stands still, or that says that it takes no writes. */
@Timeout(60)
@Whole
class RedisHangsIT {
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  @TempDir static Path folder;
  private static RedisFixture redis;
  private static RedisPipelines pipelines;

  @BeforeAll
  static void start() {
    redis = RedisFixture.start(folder);
    pipelines = redis.pipelines(TIMEOUT);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static Future<Response> send(Command command, String... arguments) {
    Request request = Request.cmd(command);
    for (String argument : arguments) {
      request.arg(argument);
    }
    return pipelines.any().send(request);
  }

  private static String value(String key) {
    Response answer = send(Command.GET, key).await();
    return answer == null ? null : answer.toString();
  }

  private static void connectedAgain() {
    Eventually.eventually("every lane is connected", pipelines::isConnected);
  }

  @Test
  void everyCommandIsAnsweredSoonAndAllGoesOnByItself() {
    send(Command.SET, "before", "1").await();

    try (var _ = Frozen.process(redis.pid())) {
      long start = System.nanoTime();
      List<Future<Response>> first =
          IntStream.range(0, 100).mapToObj(i -> send(Command.SET, "during", "" + i)).toList();
      isAway(first.getFirst());
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(TIMEOUT);
      inTurn();
      assertThat(first).as("given up together").allMatch(Future::isComplete);
      first.forEach(RedisHangsIT::isAway);
      assertThat(pipelines.any().isConnected()).isFalse();

      Future<Response> second = send(Command.GET, "before");
      inTurn();
      assertThat(second.isComplete()).as("answered at once").isTrue();
      isAway(second);
    }
    connectedAgain();

    assertThat(value("before")).isEqualTo("1");
  }

  /** Returns when the lane has done all that it was given before, but for waiting. */
  private static void inTurn() {
    CompletableFuture.runAsync(() -> {}, pipelines.any()).join();
  }

  private static void isAway(Future<Response> answer) {
    assertThatThrownBy(answer::await)
        .isInstanceOfSatisfying(
            MnException.class, away -> assertThat(away.code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }

  /** Else what was given up would be done after somebody has looked whether it was. */
  @Test
  void whatWasGivenUpIsNotDoneAfterTheNextAnswer() {
    for (int round = 0; round < 20; round++) {
      String key = "late-" + round;
      // Larger than what Redis reads at a time, so that it needs several turns for it.
      List<Future<Response>> given = new ArrayList<>();
      try (var _ = Frozen.process(redis.pid())) {
        for (int i = 0; i < 40; i++) {
          given.add(send(Command.APPEND, key, "x".repeat(100_000)));
        }
        given.forEach(RedisHangsIT::isAway);
      }
      connectedAgain();
      long seen = send(Command.STRLEN, key).await().toLong();

      for (int i = 0; i < 50; i++) {
        assertThat(send(Command.STRLEN, key).await().toLong()).isEqualTo(seen);
      }
    }
  }

  @Test
  void aReplicaIsNotWrittenToAndAMasterIsFoundAgain() {
    send(Command.REPLICAOF, "127.0.0.1", "1").await();
    try {
      isAway(send(Command.SET, "replica", "1"));
      Eventually.eventually("it is let go", () -> !pipelines.any().isConnected());

      assertThatThrownBy(() -> redis.pipelines(TIMEOUT)).hasMessageContaining("replica");
    } finally {
      redis.ask(Command.REPLICAOF, "NO", "ONE"); // the connections of the lanes are gone
    }
    connectedAgain();

    assertThat(value("replica")).isNull();
  }

  @Test
  void tooFewReplicasAreWaitedForOnTheSameConnection() {
    String id = send(Command.CLIENT, "ID").await().toString();
    send(Command.CONFIG, "SET", "min-replicas-to-write", "1").await();
    try {
      isAway(send(Command.SET, "alone", "1"));
      isAway(send(Command.EVAL, "return redis.call('SET', KEYS[1], '1')", "1", "alone"));
    } finally {
      send(Command.CONFIG, "SET", "min-replicas-to-write", "0").await();
    }

    assertThat(send(Command.CLIENT, "ID").await().toString()).isEqualTo(id);
    send(Command.SET, "alone", "2").await();
  }

  @Test
  void fullMemoryIsToldAsSuch() {
    send(Command.CONFIG, "SET", "maxmemory", "1").await();
    try {
      assertThatThrownBy(send(Command.SET, "more", "1")::await)
          .isInstanceOfSatisfying(
              MnException.class,
              full -> {
                assertThat(full.isStorageFull()).isTrue();
                assertThat(full).hasMessageContaining("maxmemory");
              });
    } finally {
      send(Command.CONFIG, "SET", "maxmemory", "0").await();
    }
  }
}
