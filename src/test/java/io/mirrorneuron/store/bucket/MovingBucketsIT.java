package io.mirrorneuron.store.bucket;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.BucketIndexes;
import io.mirrorneuron.testing.CommitWriters;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.Tally;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Redis Cluster whose masters die and whose slots move while jobs are made, go on and end. */
@Timeout(180)
@Proof.Cluster
class MovingBucketsIT {
  private static final Keys KEYS = new Keys("moving");
  private static final int JOBS = 16;

  @TempDir Path folder;
  private RedisClusterFixture redis;
  private JobStore store;

  @BeforeEach
  void start() throws IOException {
    redis = RedisClusterFixture.start(folder, true);
    store = new BucketedJobStore(redis.places(KEYS, true), Duration.ofHours(1), 1_000_000);
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  /** Makes jobs and ends them, one after the other in each of a few lines, whatever fails. */
  private static final class Churn {
    private static final int LINES = 4;
    private static final long PAUSE_MS = 20;

    private final Vertx vertx;
    private final JobStore store;
    private final Set<String> made = ConcurrentHashMap.newKeySet();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final Set<Integer> stopped = ConcurrentHashMap.newKeySet();
    private volatile boolean stops;

    Churn(Vertx vertx, JobStore store) {
      this.vertx = vertx;
      this.store = store;
      for (int line = 0; line < LINES; line++) {
        next(line, 0);
      }
    }

    private void next(int line, int number) {
      if (stops) {
        stopped.add(line);
        return;
      }
      String id = "churn-%d-%d".formatted(line, number);
      store
          .create(
              JobStoreContract.newJob(id, "key of " + id, "hash"),
              JobStoreContract.turn(id, 1, 1, 1, 10, "running"))
          .thenCompose(
              created -> {
                made.add(id);
                return store.commit(JobStoreContract.turn(id, 1, 2, 2, 11, "completed"));
              })
          .whenComplete(
              (done, failure) -> {
                if (failure == null) {
                  ended.add(id);
                }
                vertx.setTimer(PAUSE_MS, timer -> next(line, number + 1));
              });
    }

    void goOn() {
      int before = ended.size();
      Eventually.eventually("jobs end", () -> ended.size() >= before + 50);
    }

    void stop() {
      stops = true;
      Eventually.eventually("the last calls are answered", () -> stopped.size() == LINES);
      assertThat(ended).allMatch(id -> "completed".equals(await(store.status(id))));
      assertThat(made).allMatch(id -> await(store.status(id)) != null);
    }
  }

  private interface Trouble {
    void happens();
  }

  private void nothingIsLostWhen(String what, Trouble trouble) {
    CommitWriters writers = CommitWriters.start(redis.vertx(), store, JOBS);
    Churn churn = new Churn(redis.vertx(), store);
    writers.writeOn(50);
    churn.goOn();

    trouble.happens();

    writers.writeOn(50);
    churn.goOn();
    churn.stop();
    assertThat(writers.stop()).as("acknowledged commits that are missing").isZero();
    assertThat(BucketIndexes.problems(redis, KEYS)).isEmpty();
    System.out.println(
        "%s: %d ms without a commit of any job, 0 of %d acknowledged ones lost, %d jobs ended"
            .formatted(what, writers.longestGapMs(), writers.count(), churn.ended.size()));
  }

  @Test
  void aKilledMaster() {
    nothingIsLostWhen(
        "a master of three killed",
        () -> {
          Tally.kill(redis.nodes().getFirst().process().toHandle());
          Eventually.eventually("its replica serves", () -> redis.isReplaced(0));
        });
  }

  /** The slots of all jobs that write, and of what is no job. */
  @Test
  void slotsThatMove() {
    nothingIsLostWhen(
        "17 slots moved",
        () -> {
          for (int i = 0; i < JOBS; i++) {
            move(Buckets.slot(Buckets.tag(Buckets.of("job-" + i))));
          }
          move(Buckets.slot("all"));
        });
  }

  private void move(int slot) {
    RedisClusterFixture.Node from = redis.master(slot);
    redis.move(
        slot,
        redis.nodes().subList(0, 3).stream()
            .filter(node -> node.port() != from.port())
            .findFirst()
            .orElseThrow());
  }
}
