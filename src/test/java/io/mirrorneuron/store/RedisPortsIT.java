package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bundle.BundleIndex;
import io.mirrorneuron.store.bundle.BundleIndex.Entry;
import io.mirrorneuron.store.bundle.BundleIndex.Place;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The small ports of the store over one Redis; jobs have {@link RedisJobStoreIT}. */
class RedisPortsIT {
  @TempDir static Path folder;
  private static RedisFixture redis;
  private static RedisPipelines pipelines;

  private Keys keys;

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
  void takeKeysOfTheTest(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
  }

  @Nested
  class Bundles implements BundleIndexContract {
    @Override
    public BundleIndex index() {
      return new RedisBundleIndex(pipelines, keys);
    }

    @Override
    public void later() {
      long before = micros();
      while (micros() < before + 1000) {
        Thread.onSpinWait();
      }
    }

    private static long micros() {
      Response time = pipelines.any().send(Request.cmd(Command.TIME)).await();
      return time.get(0).toLong() * 1_000_000 + time.get(1).toLong();
    }

    @Test
    void partsThatNobodyPublishesGoByThemselves() {
      assertThat(index().reserve("n", 5, 10)).isEmpty();
      assertThat(index().write("n", 0, new byte[5])).isTrue();

      Request left = Request.cmd(Command.PTTL).arg(keys.bundleParts("n"));
      assertThat(pipelines.any().send(left).await().toLong()).isBetween(1L, 600_000L);
    }

    /** Somebody else, or an eviction, took the bytes: it is put again, and the count stays true. */
    @Test
    void aBundleWhoseBytesAreGoneIsNotKnownAnyMore() {
      assertThat(index().reserve("n", 5, 10)).isEmpty();
      assertThat(index().publish("f", new Entry(5, Place.REDIS, "n"))).isPresent();
      pipelines.any().send(Request.cmd(Command.DEL).arg(keys.bundleParts("n"))).await();

      assertThat(index().keep("f")).isEmpty();
      assertThat(index().reserve("m", 10, 10)).isEmpty();
    }
  }

  @Nested
  class Services implements ServiceRegistryContract {
    @Override
    public ServiceRegistry registry() {
      ask(Command.ZADD, keys.activeJobs(), 1, "j1");
      takeOver("j1", 1);
      NodeRegistry nodes = new RedisNodeRegistry(pipelines, keys, Lifetime.DEFAULT);
      JobStoreContract.await(nodes.beat(FIRST.owner()));
      JobStoreContract.await(nodes.beat(HEIR.owner()));
      return new RedisServiceRegistry(StorePlaces.one(pipelines, keys));
    }

    @Override
    public DeploymentRoles roles() {
      return new RedisServiceRegistry(StorePlaces.one(pipelines, keys));
    }

    @Test
    void rolesOfJobsThatHaveEndedAreForgottenAfterAnHour() {
      ServiceRegistry registry = registry();
      JobStoreContract.await(roles().candidate("j1"));
      JobStoreContract.await(roles().candidate("not-made-yet"));
      ask(Command.HSET, keys.serviceRoles(), "j1", "primary\n1");
      ask(Command.HSET, keys.serviceRoles(), "j0", "retired\n1");
      JobStoreContract.await(registry.sweep());

      assertThat(redis.ask(Command.HKEYS, keys.serviceRoles()).toString())
          .contains("j1", "not-made-yet")
          .doesNotContain("j0");
    }

    @Override
    public void takeOver(String jobId, long epoch) {
      ask(Command.ZADD, keys.activeJobs(), 1, jobId);
      ask(Command.HSET, keys.state(jobId), "epoch", epoch);
    }

    @Override
    public void end(String jobId) {
      ask(Command.ZREM, keys.activeJobs(), jobId);
    }

    @Override
    public void die(String owner) {
      JobStoreContract.await(new RedisNodeRegistry(pipelines, keys, Lifetime.DEFAULT).leave(owner));
    }

    @Test
    void nothingStaysOfNamesThatNobodyHas() {
      ServiceRegistry registry = registry();
      JobStoreContract.await(registry.put(FIRST, "web", "j1:a:web", "one"));
      JobStoreContract.await(registry.put(FIRST, "db", "j1:a:db", "two"));
      JobStoreContract.await(registry.remove(FIRST, "web", "j1:a:web"));
      end("j1");
      JobStoreContract.await(registry.sweep());

      assertThat(redis.ask(Command.KEYS, keys.services("*")).size()).isZero();
      assertThat(redis.ask(Command.EXISTS, keys.serviceNames()).toInteger()).isZero();
    }

    @Test
    void aDamagedStateHidesOnlyItsOwnServices() {
      ServiceRegistry registry = registry();
      ask(Command.ZADD, keys.activeJobs(), 1, "j2");
      takeOver("j2", 1);
      JobStoreContract.await(registry.put(FIRST, "web", "j1:a:web", "one"));
      Claim other = new Claim(FIRST.owner(), "j2", 1);
      JobStoreContract.await(registry.put(other, "web", "j2:a:web", "two"));
      ask(Command.DEL, keys.state("j2"));
      ask(Command.SET, keys.state("j2"), "no hash");

      assertThat(JobStoreContract.await(registry.named("web")))
          .containsExactly(new ServiceRegistry.RegisteredDocument("one", null));
    }

    private void ask(Command command, Object... arguments) {
      redis.ask(command, arguments);
    }
  }

  @Nested
  class Nodes implements NodeRegistryContract {
    @Override
    public NodeRegistry registry() {
      return new RedisNodeRegistry(pipelines, keys, Lifetime.DEFAULT);
    }

    @Override
    public NodeRegistry beside(NodeRegistry registry, Lifetime lifetime) {
      return new RedisNodeRegistry(pipelines, keys, lifetime);
    }

    @Override
    public void forgetLifetime(NodeRegistry registry) {
      pipelines.any().send(Request.cmd(Command.DEL).arg(keys.silence())).await();
    }

    /** It counts as alive for longer than it could if it had the lifetime that is written down. */
    @Test
    void anOlderServerIsKnownByHowLongItLivesWhenOthersHaveLeftAnotherLifetime() {
      NodeRegistry brief = beside(registry(), BRIEF);
      JobStoreContract.await(brief.claim("mn@one#1"));
      JobStoreContract.await(brief.leave("mn@one#1"));
      put("mn@old#2", 14_000);

      assertThatThrownBy(() -> JobStoreContract.await(brief.claim("mn@one#1")))
          .hasStackTraceContaining("is 3000 at mn@one and 15000, the default, at");
      assertThat(JobStoreContract.await(registry().claim("mn@three#3"))).isEmpty();
    }

    /** Its last heartbeat counts for as long as it said. */
    @Test
    void anotherLifetimeIsTakenOnceThoseThatDiedAreDead() {
      JobStoreContract.await(registry().claim("mn@one#1"));
      put("mn@one#1", -1);

      assertThat(JobStoreContract.await(beside(registry(), BRIEF).claim("mn@two#2"))).isEmpty();
    }

    private void put(String owner, long millisFromNow) {
      String end =
          "local t = redis.call('TIME') "
              + "return redis.call('ZADD', KEYS[1], t[1] * 1000 + ARGV[1], ARGV[2])";
      pipelines
          .any()
          .send(
              Request.cmd(Command.EVAL)
                  .arg(end)
                  .arg(1)
                  .arg(keys.livingNodes())
                  .arg(millisFromNow)
                  .arg(owner))
          .await();
    }

    @Test
    void whoBeatsNoMoreIsDeadAfterItsLifetimeByTheClockOfRedis() {
      JobStoreContract.await(registry().beat("a"));
      String time = "return redis.call('TIME')[1]";
      long now =
          1000 * pipelines.any().send(Request.cmd(Command.EVAL).arg(time).arg(0)).await().toLong();

      long end =
          (long)
              pipelines
                  .any()
                  .send(Request.cmd(Command.ZSCORE).arg(keys.livingNodes()).arg("a"))
                  .await()
                  .toDouble()
                  .doubleValue();

      assertThat(end - now).isBetween(Lifetime.DEFAULT.ms() - 2000, Lifetime.DEFAULT.ms() + 2000);
    }

    @Test
    void theDeadAreDroppedSoThatTheSetShrinks() {
      for (int i = 0; i < 100; i++) {
        put("dead-" + i, -1);
      }
      put("alive", 60_000);

      assertThat(JobStoreContract.await(registry().beat("a")).living())
          .containsExactlyInAnyOrder("a", "alive");
      assertThat(
              pipelines
                  .any()
                  .send(Request.cmd(Command.ZCARD).arg(keys.livingNodes()))
                  .await()
                  .toLong())
          .isEqualTo(2);
    }

    @Test
    void whatEarlierBuildsKeptGoes() {
      pipelines.any().send(Request.cmd(Command.SADD).arg(keys.formerNodes()).arg("x")).await();

      JobStoreContract.await(registry().claim("mn@a#1"));

      assertThat(
              pipelines
                  .any()
                  .send(Request.cmd(Command.EXISTS).arg(keys.formerNodes()))
                  .await()
                  .toLong())
          .isZero();
    }
  }

  @Nested
  class Limits implements ResourceLimitsContract {
    @Override
    public ResourceLimits limits() {
      return new RedisResourceLimits(pipelines, keys);
    }

    @Test
    void allNodesSeeTheSame() {
      limits().merge(java.util.Map.of(ResourceLimits.Resource.GPU, 10));

      assertThat(limits().load()).containsEntry(ResourceLimits.Resource.GPU, 10);
    }
  }
}
