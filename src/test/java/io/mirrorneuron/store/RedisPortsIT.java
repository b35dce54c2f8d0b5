package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.storage.Storage;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
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
  private static Vertx vertx;
  private static RedisServer redis;
  private static RedisLanes lanes;

  private Keys keys;

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
  void takeKeysOfTheTest(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
  }

  @Nested
  class Nodes implements NodeRegistryContract {
    @Override
    public NodeRegistry registry() {
      return new RedisNodeRegistry(lanes, keys);
    }

    @Test
    void whoBeatsNoMoreIsDeadAfterItsLifetime() {
      JobStoreContract.await(registry().beat("a"));

      long left = lanes.any().send(Request.cmd(Command.PTTL).arg(keys.node("a"))).await().toLong();
      assertThat(left).isBetween(1L, NodeRegistry.LIFETIME_MS);
    }
  }

  @Nested
  class Limits implements ResourceLimitsContract {
    @Override
    public ResourceLimits limits() {
      return new RedisResourceLimits(lanes, keys);
    }

    @Test
    void allNodesSeeTheSame() {
      limits().merge(java.util.Map.of(ResourceLimits.Resource.GPU, 10));

      assertThat(limits().load()).containsEntry(ResourceLimits.Resource.GPU, 10);
    }
  }
}
