package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.testing.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class RedisJobStoreIT implements JobStoreContract, RecordStoreContract {
  private static final Duration TTL = Duration.ofHours(1);

  @TempDir static Path folder;
  private static Vertx vertx;
  private static RedisServer redis;
  private static RedisLanes lanes;

  private Keys keys;
  private JobStore store;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    redis =
        RedisServer.launch(
                new RedisServer.Options(
                    folder.resolve("redis"),
                    null,
                    ConfigLoader.environment().get("PATH"),
                    Config.Fsync.EVERYSEC,
                    new Secret("store-password"),
                    folder.resolve("redis.log")))
            .awaitReady();
    lanes = RedisLanes.connect(vertx, redis.uri(), Storage.unwatched()).await();
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
    redis.close();
  }

  @BeforeEach
  void makeStore(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
    store = new RedisJobStore(lanes, keys, TTL, EVENTS_PER_JOB);
  }

  @Override
  public JobStore store() {
    return store;
  }

  @Override
  public RecordStore records() {
    return new RedisRecordStore(lanes, keys);
  }

  private long millisToLive(String key) {
    return lanes.any().send(Request.cmd(Command.PTTL).arg(key)).await().toLong();
  }

  @Test
  void whatBelongsToAnEndedJobGoesInTime() {
    JobStoreContract.await(
        store.create(
            JobStoreContract.newJob("a", null, null),
            JobStoreContract.blobs("a", 1, Map.of("x", "1"), List.of(), "running")));
    List<String> all =
        List.of(
            keys.state("a"), keys.events("a"), keys.row("a"), keys.manifest("a"), keys.blobs("a"));
    assertThat(all).allMatch(key -> millisToLive(key) == -1);

    JobStoreContract.await(store.commit(JobStoreContract.turn("a", 1, 2, 2, 20, "completed")));

    assertThat(all).allSatisfy(key -> assertThat(millisToLive(key)).isBetween(1L, TTL.toMillis()));
  }

  /** Whatever the client calls it: nobody knows whether a command arrived that broke off. */
  @Test
  void aConnectionThatBreaksMakesTheStoreUnavailable() {
    RedisLane lane = RedisLanes.connect(vertx, redis.uri(), Storage.unwatched()).await().of("a");
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    for (int round = 0; round < 40; round++) {
      AtomicReference<String> id = new AtomicReference<>();
      Eventually.eventually(
          "the lane is connected",
          () -> {
            lane.send(Request.cmd(Command.CLIENT).arg("ID"))
                .onSuccess(answer -> id.set(answer.toString()));
            return id.get() != null;
          });
      AtomicInteger broken = new AtomicInteger();
      lane.execute(() -> pingUntilItFails(lane, failures, broken));
      lanes.any().send(Request.cmd(Command.CLIENT).arg("KILL").arg("ID").arg(id.get())).await();
      Eventually.eventually("a command fails", () -> broken.get() > 0);
    }

    assertThat(failures)
        .isNotEmpty()
        .allSatisfy(
            failure -> assertThat(((MnException) failure).code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }

  /**
   * On the lane, a few at a time, so that commands meet the connection in all states of its end.
   */
  private static void pingUntilItFails(
      RedisLane lane, Queue<Throwable> failures, AtomicInteger broken) {
    List<Future<?>> pings = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      pings.add(
          lane.send(Request.cmd(Command.PING))
              .onFailure(
                  failure -> {
                    failures.add(failure);
                    broken.incrementAndGet();
                  }));
    }
    Future.join(pings)
        .onSuccess(all -> lane.execute(() -> pingUntilItFails(lane, failures, broken)));
    if (broken.get() > 0 && broken.get() < 100) {
      lane.execute(() -> pingUntilItFails(lane, failures, broken));
    }
  }

  @Test
  void aJobWhoseTimeIsOverIsListedNoMore() {
    JobStore brief = new RedisJobStore(lanes, keys, Duration.ofMillis(1), EVENTS_PER_JOB);
    JobStoreContract.await(
        brief.create(
            JobStoreContract.newJob("a", null, null),
            JobStoreContract.turn("a", 1, 1, 3, 10, "completed")));
    Eventually.eventually(
        "the job's time is over", () -> JobStoreContract.await(brief.row("a")) == null);

    assertThat(JobStoreContract.await(brief.rows(10, true))).isEmpty();
    Eventually.eventually(
        "it is counted no more",
        () -> JobStoreContract.await(brief.counts()).getOrDefault("completed", 0L) == 0);
  }

  @Test
  void hotRowsAnswerOnTheEventLoopThatAsked() throws Exception {
    JobRows rows = new RedisJobStore(lanes, keys, TTL, EVENTS_PER_JOB).hotRows();
    Context caller = vertx.getOrCreateContext();
    List<Future<Thread>> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) { // over every lane
      threads.add(threadOfAnswer(caller, rows, "job-" + i));
    }

    Future.all(threads).await(10, TimeUnit.SECONDS);
    Thread asked = threads.getFirst().result();
    assertThat(threads).allMatch(thread -> thread.result() == asked);
    assertThat(threadOf(caller).await(10, TimeUnit.SECONDS)).isSameAs(asked);
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
}
