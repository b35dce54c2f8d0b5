package io.mirrorneuron.store.bucket;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Created;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.JobsByRunId;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.Whole;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Servers that die, or come late, between the claim in one bucket and the job in another. */
@Whole
class JobClaimsIT {
  private static final Duration TTL = Duration.ofHours(1);

  @TempDir static Path folder;
  private static RedisClusterFixture redis;
  private static StorePlaces all;

  private StorePlaces places;
  private JobStore store;

  @BeforeAll
  static void start() throws IOException {
    redis = RedisClusterFixture.start(folder, false);
    all = redis.places(new Keys("all"), false);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void makeStore(TestInfo test) {
    places = all.with(new Keys(test.getTestMethod().orElseThrow().getName()));
    store = new BucketedJobStore(places, TTL, 100);
  }

  private static NewJob job(String id, String key, String run) {
    return new NewJob(id, "node-1", "{}", key, key == null ? null : "hash", run);
  }

  private Created create(NewJob job, String status) {
    return await(store.create(job, JobStoreContract.turn(job.jobId(), 1, 1, 1, 10, status)));
  }

  /** What a server does that dies then. */
  private void claimOnly(NewJob job) {
    assertThat(await(new JobClaims(places).claim(job).toCompletionStage())).isEmpty();
  }

  /** What that server sends last, when it has only stood still. */
  private CompletionStage<Created> createLate(NewJob job) {
    return RedisJobStore.ofBucket(places.of(job.jobId()), new WrittenJobs(100), TTL, 100)
        .createClaimed(job, JobStoreContract.turn(job.jobId(), 1, 1, 1, 10, "running"))
        .toCompletionStage();
  }

  private Object ask(Place place, Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      request.arg(String.valueOf(argument));
    }
    return place.pipelines().send(request).await();
  }

  private long claims(String run) {
    Place place = places.of(run);
    return Long.parseLong(
        ask(place, Command.EXISTS, new ClaimKeys(place.keys()).run(run)).toString());
  }

  /** All that is noted was noted so long ago. */
  private void pass(String jobId, Duration time) {
    Place place = places.of(jobId);
    String shift =
        "for _, i in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do "
            + "redis.call('ZINCRBY', KEYS[1], -ARGV[1], i) end";
    for (String set : List.of("intents", "leaving")) {
      ask(place, Command.EVAL, shift, 1, place.keys().jobs() + set, time.toMillis());
    }
  }

  @Test
  void aKeyWhoseJobWasNeverMadeIsFree() {
    claimOnly(job("first", "key", null));

    assertThat(create(job("second", "key", null), "running"))
        .isEqualTo(new Created("second", false));
    assertThat(create(job("third", "key", null), "running")).isEqualTo(new Created("second", true));
  }

  @Test
  void whoComesLateMakesNoSecondJobOfAKey() {
    NewJob first = job("first", "key", "mine");
    claimOnly(first);
    create(job("second", "key", null), "running");

    assertThatThrownBy(() -> await(createLate(first))).hasMessageContaining("VOID");
    assertThat(await(store.activeJobs())).containsExactly("second");
    assertThat(create(first, "running")).as("asked again").isEqualTo(new Created("second", true));
  }

  @Test
  void aRunIdWhoseJobWasNeverMadeIsFreeAndItsClaimGoes() {
    claimOnly(job("first", null, "mine"));
    assertThat(await(store.tidy())).isZero();
    assertThat(claims("mine")).as("it may still be made").isEqualTo(1);

    pass("first", Duration.ofMinutes(2));
    await(store.tidy());
    assertThat(claims("mine")).isZero();
    assertThatThrownBy(() -> await(createLate(job("first", null, "mine"))))
        .hasMessageContaining("VOID");
    create(job("second", null, "mine"), "running");
    assertThatThrownBy(() -> create(job("third", null, "mine"), "running"))
        .isInstanceOfSatisfying(
            MnException.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("job second has a run");
  }

  @Test
  void aJobThatIsMadeKeepsItsClaim() {
    create(job("first", null, "mine"), "running");
    pass("first", Duration.ofMinutes(2));
    await(store.tidy());

    assertThat(claims("mine")).isEqualTo(1);
    assertThat(await(new JobsByRunId(places).job("mine"))).isEqualTo("first");
  }

  /** The server that removes a job dies before the claim is freed; another one tidies up later. */
  @Test
  void theClaimOfARemovedJobGoesWhoeverRemovedIt() {
    create(job("first", "key", "mine"), "completed");
    pass("first", TTL.plusMinutes(1));
    RedisJobStore bucket =
        RedisJobStore.ofBucket(places.of("first"), new WrittenJobs(100), TTL, 100);
    assertThat(await(bucket.tidy())).isEqualTo(1);
    assertThat(claims("mine")).isEqualTo(1);

    assertThat(await(store.tidy())).isZero();
    assertThat(claims("mine")).isZero();
    assertThat(create(job("second", "key", "mine"), "running").existing()).isFalse();
  }

  /** Many at once, each from a server of its own that knows nothing of the others. */
  @Test
  void ofManySubmissionsWithOneKeyOneIsMade() {
    for (int round = 0; round < 20; round++) {
      String key = "key-" + round;
      List<CompletionStage<Created>> sent = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        NewJob job = job("job-" + round + "-" + i, key, null);
        sent.add(
            new BucketedJobStore(places, TTL, 100)
                .create(job, JobStoreContract.turn(job.jobId(), 1, 1, 1, 10, "running")));
      }
      List<Created> made = new ArrayList<>();
      for (CompletionStage<Created> each : sent) {
        try {
          made.add(each.toCompletableFuture().join());
        } catch (CompletionException e) {
          assertThat(((MnException) e.getCause()).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        }
      }
      assertThat(made).filteredOn(each -> !each.existing()).hasSize(1);
      assertThat(made).extracting(Created::jobId).containsOnly(made.getFirst().jobId());
    }
    assertThat(await(store.activeJobs())).hasSize(20);
  }
}
