package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.redis.RedisServer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisJobStoreIT {
  @TempDir Path folder;

  @Test
  void hotRowsAnswerOnTheEventLoopThatAsked() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (RedisServer redis = redis()) {
      RedisLanes lanes = RedisLanes.connect(vertx, redis.uri()).await(10, TimeUnit.SECONDS);
      JobRows rows = new RedisJobStore(lanes, new Keys("test"), Duration.ofHours(1), 10).hotRows();
      Context caller = vertx.getOrCreateContext();
      List<Future<Thread>> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) { // over every lane
        threads.add(threadOfAnswer(caller, rows, "job-" + i));
      }

      Future.all(threads).await(10, TimeUnit.SECONDS);
      Thread asked = threads.getFirst().result();
      assertThat(threads).allMatch(thread -> thread.result() == asked);
      assertThat(threadOf(caller).await(10, TimeUnit.SECONDS)).isSameAs(asked);
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  private static Future<Thread> threadOfAnswer(Context caller, JobRows rows, String jobId) {
    Promise<Thread> thread = Promise.promise();
    caller.runOnContext(
        nothing -> rows.row(jobId).onComplete(done -> thread.complete(Thread.currentThread())));
    return thread.future();
  }

  private static Future<Thread> threadOf(Context context) {
    Promise<Thread> thread = Promise.promise();
    context.runOnContext(nothing -> thread.complete(Thread.currentThread()));
    return thread.future();
  }

  private RedisServer redis() {
    return RedisServer.launch(
            new RedisServer.Options(
                folder.resolve("redis"),
                null,
                System.getenv("PATH"),
                Config.Fsync.EVERYSEC,
                new Secret("redis-password"),
                folder.resolve("redis.log")))
        .awaitReady();
  }
}
