package io.mirrorneuron.store.bucket;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Created;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisBundleIndex;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.testing.BucketIndexes;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

@Proof.Cluster
class StoreMoveIT {
  private static final Duration TTL = Duration.ofHours(1);

  @TempDir static Path folder;
  private static RedisFixture one;
  private static RedisPipelines pipelines;
  private static RedisClusterFixture cluster;
  private static StorePlaces all;

  private Keys keys;
  private JobStore before;
  private StorePlaces places;
  private JobStore after;

  @BeforeAll
  static void start() throws IOException {
    one = RedisFixture.oldest(folder.resolve("one"));
    pipelines = one.pipelines();
    cluster = RedisClusterFixture.start(folder.resolve("cluster"), false);
    all = cluster.places(new Keys("all"), false);
  }

  @AfterAll
  static void stop() {
    cluster.close();
    one.close();
  }

  @BeforeEach
  void fill(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
    before = new RedisJobStore(pipelines, keys, TTL, 100);
    places = all.with(keys);
    after = new BucketedJobStore(places, TTL, 100);
    await(before.tidy());
    for (int i = 0; i < 250; i++) {
      create(before, "job-" + i, i % 10 == 0 ? "run of " + i : null);
      if (i % 3 == 0) {
        String status = i % 2 == 0 ? "completed" : "failed";
        await(before.commit(JobStoreContract.turn("job-" + i, 1, 2, 4, 100 + i, status)));
      } else if (i % 3 == 1) {
        await(
            before.commit(
                JobStoreContract.turn(
                    JobStoreContract.turn("job-" + i, 1, 2, 4, 100 + i, "paused"),
                    Map.of("job-" + i + ".step.1", "{}"),
                    List.of())));
      }
    }
    await(before.recorded(List.of("job-0", "job-1")));
    await(before.unread(List.of("job-3")));
  }

  private static Created create(JobStore store, String id, String run) {
    return await(
        store.create(
            new NewJob(id, "node-1", "{\"of\":\"" + id + "\"}", "key of " + id, "hash", run),
            JobStoreContract.turn(id, 1, 1, 1, 1, "running")));
  }

  private StoreMove.Moved move() {
    return new StoreMove(StorePlaces.one(pipelines, keys), places).run();
  }

  @Test
  void allIsThereAfterwardsAndGoesOn() {
    RecordStore records = new RedisRecordStore(pipelines, keys);
    RecordStore.Beside beside =
        new RecordStore.Beside(0, List.of("g"), "document", List.of("past"), List.of("news"));
    await(records.write("schedules", "s", 0, "{\"a\":1}", 77, beside));
    new RedisBundleIndex(pipelines, keys).put("f", "n", new byte[] {0, 1, (byte) 200}, 100);
    long unseen = await(before.unreadJobs()).size();

    assertThat(move().jobs()).isEqualTo(250);

    assertThat(await(after.counts())).isEqualTo(await(before.counts()));
    assertThat(await(after.rows(1000, true)))
        .hasSize(250)
        .containsExactlyInAnyOrderElementsOf(await(before.rows(1000, true)));
    assertThat(await(after.activeJobs()))
        .containsExactlyInAnyOrderElementsOf(await(before.activeJobs()));
    assertThat(await(after.allocations())).hasSize(83).isEqualTo(await(before.allocations()));
    assertThat(await(after.unrecordedJobs()))
        .containsExactlyInAnyOrderElementsOf(await(before.unrecordedJobs()));
    assertThat(await(after.unreadJobs())).hasSize((int) unseen).containsExactly("job-3");
    for (int i = 0; i < 250; i++) {
      assertThat(await(after.load("job-" + i))).isEqualTo(await(before.load("job-" + i)));
      assertThat(await(after.events("job-" + i, 0, 10)))
          .isEqualTo(await(before.events("job-" + i, 0, 10)));
    }
    RecordStore moved = new RedisRecordStore(places.shared().pipelines(), places.shared().keys());
    assertThat(await(moved.list("schedules", "g", "", 10)))
        .isEqualTo(await(records.list("schedules", "g", "", 10)))
        .hasSize(1);
    assertThat(await(moved.history("schedules", "s"))).containsExactly("past");
    assertThat(
            new RedisBundleIndex(places.shared().pipelines(), places.shared().keys()).read("n", 0))
        .containsExactly(0, 1, 200);
    assertThat(BucketIndexes.problems(cluster, keys)).isEmpty();

    assertThat(create(after, "again", null).existing()).isFalse();
    assertThat(
            await(
                after.create(
                    new NewJob("other", "node-1", "{}", "key of job-5", "hash", null),
                    JobStoreContract.turn("other", 1, 1, 1, 1, "running"))))
        .isEqualTo(new Created("job-5", true));
    assertThatThrownBy(() -> create(after, "third", "run of 10"))
        .hasMessageContaining("job job-10 has a run with this id");
    await(after.commit(JobStoreContract.turn("job-2", 1, 2, 2, 500, "completed")));
    assertThat(await(after.status("job-2"))).isEqualTo("completed");
  }

  /** There and, after the jobs have gone on, back: into a Redis of its own. */
  @Test
  void allComesBack() throws IOException {
    RecordStore records = new RedisRecordStore(pipelines, keys);
    RecordStore.Beside beside =
        new RecordStore.Beside(0, List.of("g"), "document", List.of("past"), List.of("news"));
    await(records.write("schedules", "s", 0, "{\"a\":1}", 77, beside));
    move();
    create(after, "later", "run of later");
    await(after.commit(JobStoreContract.turn("job-2", 1, 2, 2, 500, "completed")));

    try (RedisFixture other = RedisFixture.oldest(folder.resolve("other"))) {
      RedisPipelines its = other.pipelines();
      StoreMove back = new StoreMove(places, StorePlaces.one(its, keys));
      assertThat(back.run().jobs()).isEqualTo(251);

      JobStore last = new RedisJobStore(its, keys, TTL, 100);
      assertThat(await(last.counts())).isEqualTo(await(after.counts()));
      assertThat(await(last.rows(1000, true)))
          .hasSize(251)
          .containsExactlyInAnyOrderElementsOf(await(after.rows(1000, true)));
      assertThat(await(last.allocations())).hasSize(83).isEqualTo(await(after.allocations()));
      assertThat(await(last.unrecordedJobs()))
          .containsExactlyInAnyOrderElementsOf(await(after.unrecordedJobs()));
      assertThat(await(last.unreadJobs())).containsExactly("job-3");
      for (int i = 0; i < 250; i++) {
        assertThat(await(last.load("job-" + i))).isEqualTo(await(after.load("job-" + i)));
        assertThat(await(last.events("job-" + i, 0, 10)))
            .isEqualTo(await(after.events("job-" + i, 0, 10)));
      }
      assertThat(await(new RedisRecordStore(its, keys).list("schedules", "g", "", 10)))
          .isEqualTo(await(records.list("schedules", "g", "", 10)))
          .hasSize(1);
      NewJob again = new NewJob("other", "node-1", "{}", "key of job-5", "hash", null);
      assertThat(await(last.create(again, JobStoreContract.turn("other", 1, 1, 1, 1, "running"))))
          .isEqualTo(new Created("job-5", true));
      assertThatThrownBy(() -> create(last, "third", "run of later")).hasMessageContaining("later");
      await(last.commit(JobStoreContract.turn("job-8", 1, 2, 2, 500, "completed")));
      assertThat(await(last.tidy())).isZero();
      assertThat(await(last.status("job-8"))).isEqualTo("completed");

      assertThatThrownBy(() -> await(StoreMove.requireUsable(places).toCompletionStage()))
          .hasMessageContaining("was copied into one Redis")
          .hasMessageContaining("redis.url");
      assertThatThrownBy(back::run).hasMessageContaining("was copied before");
      assertThatThrownBy(this::move).hasMessageContaining("was copied before");
      await(StoreMove.requireUsable(StorePlaces.one(its, keys)).toCompletionStage());
    }
  }

  @Test
  void whatBrokeOffIsNotUsedAndMayBeCalledAgain() {
    await(StoreMove.requireUsable(places).toCompletionStage());
    ask(Command.SET, places.shared().keys().namespace() + ":move", "under way");
    create(after, "job-7", null); // a part of it

    assertThatThrownBy(() -> await(StoreMove.requireUsable(places).toCompletionStage()))
        .hasMessageContaining("mn runtime move");

    assertThat(move().jobs()).isEqualTo(250);
    await(StoreMove.requireUsable(places).toCompletionStage());
    assertThat(BucketIndexes.problems(cluster, keys)).isEmpty();
  }

  @Test
  void nothingIsCopiedBesideAServerOrOverOtherJobs() {
    RedisNodeRegistry nodes = new RedisNodeRegistry(pipelines, keys, Lifetime.DEFAULT);
    await(nodes.beat("mn@a#1"));
    assertThatThrownBy(this::move)
        .hasMessageContaining("servers work with the Redis that is to be");
    await(nodes.leave("mn@a#1"));

    RedisNodeRegistry there =
        new RedisNodeRegistry(
            places.shared().pipelines(), places.shared().keys(), Lifetime.DEFAULT);
    await(there.beat("mn@b#2"));
    assertThatThrownBy(this::move).hasMessageContaining("servers work with the Redis Cluster");
    await(there.leave("mn@b#2"));

    create(after, "of-others", null);
    assertThatThrownBy(this::move).hasMessageContaining("has jobs under this namespace already");
    assertThat(await(after.counts())).isEqualTo(Map.of("running", 1L));
  }

  private void ask(Command command, String... arguments) {
    Request request = Request.cmd(command);
    for (String argument : arguments) {
      request.arg(argument);
    }
    places.shared().pipelines().send(request).await();
  }
}
