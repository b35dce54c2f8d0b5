package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.connection.RedisPipeline;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class RedisJobStoreIT implements JobStoreContract, RecordStoreContract {
  private static final Duration TTL = Duration.ofHours(1);

  @TempDir static Path folder;
  private static RedisFixture redis;
  private static RedisPipelines pipelines;

  private Keys keys;
  private JobStore store;

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
  void makeStore(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
    store = new RedisJobStore(pipelines, keys, TTL, EVENTS_PER_JOB);
  }

  @Override
  public JobStore store() {
    return store;
  }

  @Override
  public RecordStore records() {
    return new RedisRecordStore(pipelines, keys);
  }

  /** All keys of the test's namespace. */
  private List<String> left() {
    return redis.ask(Command.KEYS, keys.namespace() + ":*").stream()
        .map(Response::toString)
        .toList();
  }

  /** So much time goes by, as far as ended jobs are concerned. */
  private void pass(Duration time) {
    String shift =
        """
        for i, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
          redis.call('ZINCRBY', KEYS[1], -ARGV[1], id)
        end
        """;
    redis.ask(Command.EVAL, shift, 1, keys.jobs() + "leaving", time.toMillis());
  }

  private static void create(JobStore store, String job, String run, String status) {
    JobStoreContract.await(
        store.create(
            new JobStore.NewJob(job, "node-1", "{}", "key of " + job, "hash", run),
            JobStoreContract.blobs(job, 1, Map.of("x", "1"), List.of(), status)));
  }

  @Test
  void nothingIsLeftOfEndedJobsWhenTheirTimeIsOver() {
    create(store, "a", "mine", "running");
    JobStoreContract.await(store.commit(JobStoreContract.turn("a", 1, 2, 2, 20, "completed")));
    create(store, "b", null, "failed");
    assertThat(JobStoreContract.await(store.tidy())).isZero();

    pass(TTL.minusMinutes(1));
    assertThat(JobStoreContract.await(store.tidy())).isZero();
    assertThat(JobStoreContract.await(store.counts())).containsOnlyKeys("completed", "failed");

    pass(Duration.ofMinutes(2));
    assertThat(JobStoreContract.await(store.tidy())).isEqualTo(2);
    assertThat(left()).containsExactly(keys.indexVersion());
  }

  @Test
  void aJobWhoseTimeIsOverStaysUntilSomebodyHasLookedAtItsRun() {
    for (String job : List.of("a", "b", "c")) {
      create(store, job, null, "completed");
    }
    JobStoreContract.await(store.unread(List.of("a", "b")));
    pass(TTL.plusMinutes(1));

    assertThat(JobStoreContract.await(store.dueUnreadJobs(10))).containsExactlyInAnyOrder("a", "b");
    assertThat(JobStoreContract.await(store.dueUnreadJobs(1))).hasSize(1);
    assertThat(JobStoreContract.await(store.tidy())).as("c").isEqualTo(1);
    assertThat(JobStoreContract.await(store.manifest("a"))).isNotNull();

    JobStoreContract.await(store.read(List.of("a", "b")));
    assertThat(JobStoreContract.await(store.tidy())).isEqualTo(2);
    assertThat(left()).containsExactly(keys.indexVersion());
  }

  /** A month, day by day: some jobs are made, go on and end, and nobody asks for any of them. */
  @Test
  void aMonthLeavesEmptyIndexes() {
    store = new RedisJobStore(pipelines, keys, Duration.ofDays(7), EVENTS_PER_JOB);
    List<String> open = new ArrayList<>();
    Random random = new Random(30);
    for (int day = 0; day < 30; day++) {
      for (int i = 0; i < 20; i++) {
        String job = "job-" + day + "-" + i;
        create(store, job, i % 3 == 0 ? "run of " + job : null, "running");
        open.add(job);
      }
      while (open.size() > 10 || (day == 29 && !open.isEmpty())) {
        String job = open.remove(random.nextInt(open.size()));
        String status = RunStatus.FINAL_WORDS.get(random.nextInt(3));
        JobStoreContract.await(store.commit(JobStoreContract.turn(job, 1, 2, 2, day, status)));
      }
      pass(Duration.ofDays(1));
      JobStoreContract.await(store.tidy());
      assertThat(JobStoreContract.await(store.counts()).values().stream().mapToLong(n -> n).sum())
          .isEqualTo(JobStoreContract.await(store.rows(10_000, true)).size());
    }

    pass(Duration.ofDays(7));
    JobStoreContract.await(store.tidy());
    assertThat(left()).containsExactly(keys.indexVersion());
  }

  /** Data as the version before wrote it, with jobs whose time is over but that lists name. */
  @Test
  void whatAnEarlierVersionLeftIsCountedAtOnce() {
    for (String status : List.of("running", "paused", "completed", "failed")) {
      create(store, status, status.equals("paused") ? "mine" : null, status);
    }
    List<String> ended = List.of("completed", "failed");
    for (String job : List.of("running", "paused", "completed", "failed")) {
      redis.ask(Command.HDEL, keys.state(job), "status", "run", "key");
    }
    for (String job : ended) {
      for (String key :
          List.of(
              keys.state(job),
              keys.blobs(job),
              keys.row(job),
              keys.events(job),
              keys.manifest(job))) {
        redis.ask(Command.PEXPIRE, key, Duration.ofMinutes(5).toMillis());
      }
    }
    redis.ask(Command.DEL, keys.jobs() + "leaving", keys.jobs() + "open:running");
    redis.ask(Command.DEL, keys.jobs() + "open:paused");
    redis.ask(Command.ZADD, keys.doneJobs("completed"), 1, "gone");
    redis.ask(Command.ZADD, keys.activeJobs(), 1, "gone-too");
    redis.ask(Command.SADD, keys.unrecordedJobs(), "gone", "gone-too");
    redis.ask(Command.HSET, keys.chosenRuns(), "run-of-gone", "gone");

    JobStore other = new RedisJobStore(pipelines, keys, TTL, EVENTS_PER_JOB);
    Future.all(Future.fromCompletionStage(store.tidy()), Future.fromCompletionStage(other.tidy()))
        .await();

    assertThat(JobStoreContract.await(store.counts()))
        .isEqualTo(Map.of("running", 1L, "paused", 1L, "completed", 1L, "failed", 1L));
    assertThat(JobStoreContract.await(store.rows(10, true))).hasSize(4);
    assertThat(JobStoreContract.await(store.activeJobs()))
        .containsExactlyInAnyOrder("running", "paused");
    assertThat(JobStoreContract.await(store.unrecordedJobs())).hasSize(4);
    assertThat(redis.ask(Command.HKEYS, keys.chosenRuns()).toString()).isEqualTo("[mine]");
    assertThat(redis.ask(Command.PTTL, keys.state("failed")).toLong()).isEqualTo(-1);

    JobStoreContract.await(store.commit(JobStoreContract.turn("paused", 1, 2, 2, 9, "cancelled")));
    pass(Duration.ofMinutes(6));
    assertThat(JobStoreContract.await(store.tidy())).as("as the time was before").isEqualTo(2);
    pass(TTL);
    assertThat(JobStoreContract.await(store.tidy())).isEqualTo(1);
    assertThat(JobStoreContract.await(store.counts())).isEqualTo(Map.of("running", 1L));
    assertThat(redis.ask(Command.EXISTS, keys.chosenRuns()).toLong()).isZero();
  }

  /** However it is damaged, it stays in the index under its status until its time is over. */
  @Test
  void aDamagedJobIsListedAndCountedAndGoesInTime() {
    create(store, "sound", null, "completed");
    for (String job : List.of("row", "no-row", "state", "epoch")) {
      create(store, job, "run-of-" + job, "completed");
    }
    redis.ask(Command.DEL, keys.row("row"), keys.row("no-row"), keys.state("state"));
    redis.ask(Command.SADD, keys.row("row"), "x");
    redis.ask(Command.SET, keys.state("state"), "x");
    redis.ask(Command.HSET, keys.state("epoch"), "epoch", "many");

    assertThat(JobStoreContract.await(store.rows(10, true)))
        .hasSize(5)
        .filteredOn(row -> row.json() == null)
        .extracting(ListedRow::jobId)
        .containsExactlyInAnyOrder("row", "no-row");
    assertThat(JobStoreContract.await(store.counts())).isEqualTo(Map.of("completed", 5L));
    assertThat(JobStoreContract.await(store.status("state"))).isEqualTo("completed");
    assertDamaged(() -> store.row("row"), "another type of value");
    assertDamaged(() -> store.outline("state"), "another type of value");
    assertDamaged(() -> store.load("state"), "another type of value");
    assertDamaged(() -> store.outline("epoch"), "epoch must be an integer");
    assertDamaged(() -> store.takeOver("epoch", "node-1", "node-2", 0), "epoch must be an integer");

    pass(TTL.plusMinutes(1));
    assertThat(JobStoreContract.await(store.tidy())).isEqualTo(5);
    assertThat(JobStoreContract.await(store.counts())).isEmpty();
    assertThat(left()).filteredOn(key -> key.contains("{job:")).isEmpty();
  }

  private static void assertDamaged(Supplier<CompletionStage<?>> read, String what) {
    assertThatThrownBy(() -> JobStoreContract.await(read.get()))
        .isInstanceOfSatisfying(
            MnException.class, failure -> assertThat(failure.error()).isEqualTo("job_damaged"))
        .hasMessageContaining(what);
  }

  /** Whatever the client calls it: nobody knows whether a command arrived that broke off. */
  @Test
  void aConnectionThatBreaksMakesTheStoreUnavailable() {
    RedisPipeline pipeline = redis.pipelines().of("a");
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    for (int round = 0; round < 40; round++) {
      AtomicReference<String> id = new AtomicReference<>();
      Eventually.eventually(
          "the lane is connected",
          () -> {
            pipeline
                .send(Request.cmd(Command.CLIENT).arg("ID"))
                .onSuccess(answer -> id.set(answer.toString()));
            return id.get() != null;
          });
      AtomicInteger broken = new AtomicInteger();
      pipeline.execute(() -> pingUntilItFails(pipeline, failures, broken));
      pipelines.any().send(Request.cmd(Command.CLIENT).arg("KILL").arg("ID").arg(id.get())).await();
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
      RedisPipeline pipeline, Queue<Throwable> failures, AtomicInteger broken) {
    List<Future<?>> pings = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      pings.add(
          pipeline
              .send(Request.cmd(Command.PING))
              .onFailure(
                  failure -> {
                    failures.add(failure);
                    broken.incrementAndGet();
                  }));
    }
    Future.join(pings)
        .onSuccess(all -> pipeline.execute(() -> pingUntilItFails(pipeline, failures, broken)));
    if (broken.get() > 0 && broken.get() < 100) {
      pipeline.execute(() -> pingUntilItFails(pipeline, failures, broken));
    }
  }

  @Test
  void hotRowsAnswerOnTheEventLoopThatAsked() throws Exception {
    JobRows rows = new RedisJobStore(pipelines, keys, TTL, EVENTS_PER_JOB).hotRows();
    Context caller = redis.vertx().getOrCreateContext();
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
