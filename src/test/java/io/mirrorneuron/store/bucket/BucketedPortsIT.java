package io.mirrorneuron.store.bucket;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.store.DeploymentRoles;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.LeaderLeaseContract;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.NodeRegistryContract;
import io.mirrorneuron.store.RedisBundleIndex;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.RedisRemoteExecutionIndex;
import io.mirrorneuron.store.RedisServiceRegistry;
import io.mirrorneuron.store.RedisTriggerEventStore;
import io.mirrorneuron.store.RemoteExecutionIndex;
import io.mirrorneuron.store.RemoteExecutionIndexContract;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistryContract;
import io.mirrorneuron.store.TriggerEventStore;
import io.mirrorneuron.store.TriggerEventStoreContract;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.mirrorneuron.store.bundle.BundleIndex;
import io.mirrorneuron.store.bundle.BundleIndex.Entry;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.Whole;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The small ports of the store on a Redis Cluster; jobs have {@link BucketedJobStoreIT}. */
@Whole
class BucketedPortsIT {
  @TempDir static Path folder;
  private static RedisClusterFixture redis;
  private static StorePlaces all;

  private StorePlaces places;

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
  void takeKeysOfTheTest(TestInfo test) {
    places =
        all.with(
            new Keys(
                test.getTestClass().orElseThrow().getSimpleName()
                    + test.getTestMethod().orElseThrow().getName()));
  }

  private static Response ask(Place place, Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      request.arg(String.valueOf(argument));
    }
    return place.pipelines().send(request).await();
  }

  private void owned(String jobId, long epoch) {
    Place place = places.of(jobId);
    ask(place, Command.ZADD, place.keys().activeJobs(), 1, jobId);
    ask(place, Command.HSET, place.keys().state(jobId), "epoch", epoch);
  }

  @Nested
  class Services implements ServiceRegistryContract {
    @Override
    public ServiceRegistry registry() {
      owned("j1", 1);
      NodeRegistry nodes =
          new RedisNodeRegistry(
              places.shared().pipelines(), places.shared().keys(), Lifetime.DEFAULT);
      await(nodes.beat(FIRST.owner()));
      await(nodes.beat(HEIR.owner()));
      return new RedisServiceRegistry(places);
    }

    @Override
    public DeploymentRoles roles() {
      return new RedisServiceRegistry(places);
    }

    @Override
    public void takeOver(String jobId, long epoch) {
      owned(jobId, epoch);
    }

    @Override
    public void end(String jobId) {
      Place place = places.of(jobId);
      ask(place, Command.ZREM, place.keys().activeJobs(), jobId);
    }

    @Override
    public void die(String owner) {
      await(
          new RedisNodeRegistry(
                  places.shared().pipelines(), places.shared().keys(), Lifetime.DEFAULT)
              .leave(owner));
    }

    /** The former owner asked for the epoch before the job was taken over, and writes after it. */
    @Test
    void whoComesLateReplacesNothing() {
      ServiceRegistry registry = registry();
      owned("j1", 2);
      await(registry.put(HEIR, "web", "j1:a:web", "new"));
      owned("j1", 1);
      assertThat(await(registry.put(FIRST, "web", "j1:a:web", "old"))).isFalse();
      owned("j1", 2);

      assertThat(await(registry.named("web")))
          .containsExactly(new ServiceRegistry.RegisteredDocument("new", null));
    }

    @Test
    void rolesOfJobsThatHaveEndedAreForgottenAfterAnHour() {
      ServiceRegistry registry = registry();
      await(roles().candidate("j1"));
      String roles = places.shared().keys().serviceRoles();
      ask(places.shared(), Command.HSET, roles, "j1", "primary\n1");
      ask(places.shared(), Command.HSET, roles, "j0", "retired\n1");
      await(registry.sweep());

      assertThat(ask(places.shared(), Command.HKEYS, roles).toString()).isEqualTo("[j1]");
    }
  }

  @Nested
  class Elsewhere implements RemoteExecutionIndexContract {
    @Override
    public RemoteExecutionIndex index() {
      return new RedisRemoteExecutionIndex(places);
    }

    @Override
    public void owned(String jobId, long epoch) {
      BucketedPortsIT.this.owned(jobId, epoch);
    }
  }

  @Nested
  class Nodes implements NodeRegistryContract {
    @Override
    public NodeRegistry registry() {
      return beside(null, Lifetime.DEFAULT);
    }

    @Override
    public NodeRegistry beside(NodeRegistry registry, Lifetime lifetime) {
      return new RedisNodeRegistry(places.shared().pipelines(), places.shared().keys(), lifetime);
    }

    @Override
    public void forgetLifetime(NodeRegistry registry) {
      String key = places.shared().keys().silence();
      places.shared().pipelines().send(Request.cmd(Command.DEL).arg(key)).await();
    }
  }

  @Nested
  class Events implements TriggerEventStoreContract {
    @Override
    public TriggerEventStore store(TriggerEventStore.Room room) {
      return new RedisTriggerEventStore(places.shared().pipelines(), places.shared().keys(), room);
    }
  }

  @Nested
  class Leaders implements LeaderLeaseContract {
    @Override
    public LeaderLease lease() {
      return new RedisLeaderLease(places.shared().pipelines(), places.shared().keys());
    }

    @Override
    public void pass(long millis) {
      ask(places.shared(), Command.HINCRBY, places.shared().keys().leader("k"), "until", -millis);
    }
  }

  /** Payload files lie in one slot, the jobs that need them in any. */
  @Test
  void aJobIsMadeOnlyWhereItsPayloadFilesAreKnown() {
    BundleIndex index = new RedisBundleIndex(places.shared().pipelines(), places.shared().keys());
    BucketedJobStore store = new BucketedJobStore(places, Duration.ofHours(1), 100);
    var job = JobStoreContract.newJob("a", null, null);
    var turn = JobStoreContract.turn("a", 1, 1, 1, 10, "running");

    assertThatThrownBy(() -> await(store.create(job.withBundle("f"), turn)))
        .hasMessageContaining("payload files were removed");
    assertThat(await(store.activeJobs())).isEmpty();

    index.publish("f", new Entry(5, BundleIndex.Place.NODE, "n"));
    assertThat(await(store.create(job.withBundle("f"), turn)).jobId()).isEqualTo("a");
    assertThat(index.unusedFor(60_000).fingerprints()).isEmpty();
  }
}
