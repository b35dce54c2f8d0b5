package io.mirrorneuron.store.bucket;

import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStoreContract;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The store of jobs on a Redis Cluster promises what it promises on one Redis. */
@Whole
class BucketedJobStoreIT implements JobStoreContract, RecordStoreContract {
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
    store = new BucketedJobStore(places, TTL, EVENTS_PER_JOB);
  }

  @Override
  public JobStore store() {
    return store;
  }

  @Override
  public RecordStore records() {
    return new RedisRecordStore(places.shared().pipelines(), places.shared().keys());
  }
}
