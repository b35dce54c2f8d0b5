package io.mirrorneuron.store;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.storage.FreeSpace;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.storage.StorageWatch;
import io.mirrorneuron.storage.StorageWatch.WatchedFolder;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SmallDisk;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Redis whose disk is full, where nobody else looks at that disk. */
@Timeout(60)
@Proof.Limits
class RedisOnFullDiskIT {
  private static final String LARGE = "x".repeat(20_000);

  @TempDir Path folder;

  @Test
  void aWriteThatRedisRefusesIsToldAsAFullDiskUntilRedisWritesAgain() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (SmallDisk disk = SmallDisk.mounted(folder.resolve("disk"), 16);
        RedisServer redis = RedisFixture.server(disk.folder())) {
      Storage storage =
          new Storage(
              List.of(new WatchedFolder("the home folder", "home", folder)),
              0,
              FreeSpace.OF_DISKS,
              Clock.systemUTC());
      RedisPipelines pipelines = RedisPipelines.connect(vertx, redis.uri(), storage).await();
      Keys keys = new Keys("full");
      RedisJobStore store = new RedisJobStore(pipelines, keys, Duration.ofHours(1), 100);
      try (StorageWatch watch = StorageWatch.start(storage)) {
        watch.asks(new RedisProbe(StorePlaces.one(pipelines, keys)));
        assertThat(watch.isReady()).isTrue();
        disk.fill();

        Throwable refused = null;
        for (int i = 0; refused == null && i < 1000; i++) {
          refused = failure(store, "job-" + i);
        }
        assertThat(Storage.isFull(refused)).as(String.valueOf(refused)).isTrue();
        assertThat(watch.isReady()).isFalse();
        assertThat(watch.reasons().toCompletableFuture().join())
            .containsExactly("Redis cannot write to its disk");
        assertThat(new RedisProbe(StorePlaces.one(pipelines, keys)).answers().toCompletableFuture())
            .as("it answers all the same")
            .succeedsWithin(Duration.ofSeconds(10));
        assertThat(JobStoreContract.await(store.row("job-0"))).as("reads go on").isNotNull();

        disk.free();
        eventually("Redis writes again", watch::isReady);
        assertThat(failure(store, "job-after")).isNull();
      }
    } finally {
      vertx.close().await();
    }
  }

  private static Throwable failure(RedisJobStore store, String jobId) throws Exception {
    try {
      store
          .create(
              JobStoreContract.newJob(jobId, null, null),
              JobStoreContract.blobs(jobId, 1, Map.of("x", LARGE), List.of(), "running"))
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
