package io.mirrorneuron.store.bucket;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.Created;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.JobsByRunId;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.mirrorneuron.store.connection.RedisDialer;
import io.mirrorneuron.store.connection.RedisMaster;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.testing.StepWire;
import io.mirrorneuron.testing.Whole;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Servers that submit what can be there once, in every order of their steps that chance finds; some
 * stand still between two of them and go on late, some never do. Each step is one call of Redis,
 * and these are the real ones: buckets, with their keys, on a Redis of the test.
 */
@Whole
@Proof.Histories
class ClaimsSimulationIT {
  private static final Seeds SEEDS = Seeds.of(10);
  private static final int SERVERS = 3;
  private static final String KEY = "key";
  private static final String RUN = "mine";
  private static final Duration TTL = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir static Path folder;
  private static RedisFixture redis;
  private static RedisPipelines direct;
  private static final List<StepWire> WIRES = new ArrayList<>();
  private static final List<RedisPipelines> LANES = new ArrayList<>();

  @BeforeAll
  static void start() {
    redis = RedisFixture.start(folder);
    direct = RedisPipelines.connect(redis.vertx(), redis.uri(), Storage.unwatched()).await();
    String socket = URI.create(redis.uri()).getPath();
    for (int i = 0; i < SERVERS; i++) {
      StepWire wire = new StepWire(redis.vertx(), socket);
      String uri = "redis://:%s@127.0.0.1:%d".formatted(RedisFixture.PASSWORD, wire.port());
      RedisDialer dialer = RedisDialer.to(RedisMaster.at(uri, PATIENCE));
      WIRES.add(wire);
      LANES.add(
          RedisPipelines.single(redis.vertx(), dialer, Storage.unwatched(), PATIENCE).await());
    }
    new Story(-1, What.BOTH).direct(4); // Redis knows the scripts from then on
  }

  @AfterAll
  static void stop() {
    WIRES.forEach(StepWire::close);
    redis.close();
  }

  /** What is claimed. */
  enum What {
    KEY_ONLY,
    RUN_ONLY,
    BOTH
  }

  @ParameterizedTest
  @EnumSource
  void ofWhatCanBeThereOnceThereIsOne(What what) throws Exception {
    SEEDS.each(seed -> new Story(seed, what).play());
  }

  @Test
  void aServerThatStandsStillWhileAnotherOneTakesItsClaimMakesNothing() throws Exception {
    Story story = new Story(-2, What.KEY_ONLY);
    CompletableFuture<Created> slow = story.submit(0);
    assertThat(WIRES.get(0).awaitStep(slow::isDone)).isTrue();
    while (!story.isClaimed()) {
      WIRES.get(0).step();
      assertThat(WIRES.get(0).awaitStep(slow::isDone)).isTrue();
    }
    Created quick = await(story.store(direct).create(story.job(9), story.turn(9)));

    WIRES.get(0).open();

    assertThat(quick.existing()).isFalse();
    assertThat(slow).failsWithin(PATIENCE);
    assertThat(story.active()).containsExactly(quick.jobId());
  }

  /** How a server fares. */
  private enum Fate {
    LIVES,
    STANDS_STILL,
    IS_DEAD
  }

  /** Some servers that submit at the same time. */
  private static final class Story {
    private final String name;
    private final Random chance;
    private final What what;
    private final Keys keys;
    private final List<CompletableFuture<Created>> sent = new ArrayList<>();
    private final Fate[] fates = new Fate[SERVERS];

    Story(long seed, What what) {
      this.name = what + " of seed " + seed;
      this.chance = new Random(seed);
      this.what = what;
      this.keys = new Keys("claims" + seed + what);
      Arrays.fill(fates, Fate.LIVES);
    }

    private StorePlaces places(RedisPipelines pipelines) {
      List<Place> buckets =
          IntStream.range(0, Buckets.COUNT)
              .mapToObj(i -> new Place(pipelines, keys.ofBucket(Buckets.tag(i))))
              .toList();
      return new StorePlaces(new Place(pipelines, keys.ofNoBucket()), buckets);
    }

    BucketedJobStore store(RedisPipelines pipelines) {
      return new BucketedJobStore(places(pipelines), TTL, 100);
    }

    NewJob job(int i) {
      String key = what == What.RUN_ONLY ? null : KEY;
      String run = what == What.KEY_ONLY ? null : RUN;
      return new NewJob("job-" + i, "node-1", "{}", key, key == null ? null : "hash", run);
    }

    Commit turn(int i) {
      return JobStoreContract.turn("job-" + i, 1, 1, 1, 10, "running");
    }

    void direct(int i) {
      await(store(direct).create(job(i), turn(i)));
      await(store(direct).tidy());
    }

    CompletableFuture<Created> submit(int server) {
      WIRES.get(server).hold();
      return store(LANES.get(server)).create(job(server), turn(server)).toCompletableFuture();
    }

    boolean isClaimed() {
      Place place = places(direct).of(KEY);
      Request get = Request.cmd(Command.EXISTS).arg(place.keys().idempotency(KEY));
      return direct.send(get).await().toBoolean();
    }

    List<String> active() {
      return await(store(direct).activeJobs());
    }

    void play() throws Exception {
      for (int i = 0; i < SERVERS; i++) {
        sent.add(submit(i));
      }
      goOn();
      int later = SERVERS;
      Created last = submitted(store(direct).create(job(later), turn(later)).toCompletableFuture());
      release(Fate.STANDS_STILL);
      check(last);
      release(Fate.IS_DEAD);
    }

    /** Until all have ended that live. */
    private void goOn() throws InterruptedException {
      while (true) {
        List<Integer> ready = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
          if (fates[i] == Fate.LIVES && WIRES.get(i).awaitStep(sent.get(i)::isDone)) {
            ready.add(i);
          }
        }
        if (ready.isEmpty()) {
          return;
        }
        int server = ready.get(chance.nextInt(ready.size()));
        int fate = chance.nextInt(12);
        if (fate < 2) {
          fates[server] = fate == 0 ? Fate.STANDS_STILL : Fate.IS_DEAD;
        } else {
          WIRES.get(server).step();
        }
      }
    }

    /** Those go on now that have not. */
    private void release(Fate fate) {
      for (int i = 0; i < SERVERS; i++) {
        if (fates[i] == fate) {
          WIRES.get(i).open();
          submitted(sent.get(i));
        }
      }
    }

    /** What was made, or null. */
    private Created submitted(CompletableFuture<Created> submission) {
      try {
        return submission.join();
      } catch (CompletionException e) {
        assertThat(e.getCause()).as(name).isInstanceOf(MnException.class);
        assertThat(((MnException) e.getCause()).code())
            .as("%s: %s", name, e.getCause())
            .isIn(ErrorCode.UNAVAILABLE, ErrorCode.CONFLICT);
        return null;
      }
    }

    private void check(Created last) {
      List<String> jobs = active();
      assertThat(jobs).as(name).hasSize(1);
      List<Created> reported = new ArrayList<>();
      for (int i = 0; i < SERVERS; i++) {
        if (fates[i] != Fate.IS_DEAD) {
          reported.add(submitted(sent.get(i)));
        }
      }
      reported.add(last);
      assertThat(reported)
          .as(name)
          .allSatisfy(
              created ->
                  assertThat(created == null ? jobs.getFirst() : created.jobId())
                      .isEqualTo(jobs.getFirst()));
      if (what == What.KEY_ONLY) {
        assertThat(last).as(name).isNotNull();
      } else {
        tidyLater();
        assertThat(await(new JobsByRunId(places(direct)).job(RUN)))
            .as(name)
            .isEqualTo(jobs.getFirst());
      }
    }

    private List<Place> ofJobs() {
      return IntStream.rangeClosed(0, SERVERS)
          .mapToObj(i -> places(direct).of("job-" + i))
          .toList();
    }

    /** So much later that nothing is under way any more. */
    private void tidyLater() {
      for (Place place : ofJobs()) {
        String intents = new ClaimKeys(place.keys()).intents();
        direct
            .send(
                Request.cmd(Command.EVAL)
                    .arg(
                        "for _, i in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do "
                            + "redis.call('ZADD', KEYS[1], 1, i) end")
                    .arg(1)
                    .arg(intents))
            .await();
      }
      await(store(direct).tidy());
      for (Place place : ofJobs()) {
        Request left = Request.cmd(Command.EXISTS).arg(new ClaimKeys(place.keys()).intents());
        assertThat(direct.send(left).await().toInteger()).as(name).isZero();
      }
    }
  }
}
