package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that share a Redis have names of their own. */
@Timeout(120)
@Whole
class NodeNameIT {
  @TempDir Path folder;

  private App start(RedisServer redis, String home, String name) {
    Map<String, String> settings = new HashMap<>();
    settings.put("api.port", "0");
    settings.put("grpc.port", "0");
    settings.put("redis.url", redis.uri());
    settings.put("node.name", name);
    Path folderOfHome = folder.resolve(home);
    Config config =
        new ConfigLoader(
                Map.of(
                    "MN_HOME", folderOfHome.toString(),
                    "MN_TEMP_DIR", folderOfHome.resolve("tmp").toString()),
                null,
                settings,
                folderOfHome)
            .load();
    return App.start(config, ServerRole.RUNTIME, ConfigLoader.environment());
  }

  @Test
  void aNameThatALivingServerHasIsRefusedAtStart() {
    try (RedisServer redis = RedisFixture.server(folder);
        App first = start(redis, "one", "")) {
      assertThatThrownBy(() -> start(redis, "two", ""))
          .hasMessageContaining("another MirrorNeuron with this Redis is called mirror_neuron@")
          .hasMessageContaining("MN_NODE_NAME");

      try (App other = start(redis, "two", "mirror_neuron@other")) {
        assertThat(nameOf(other)).isEqualTo("mirror_neuron@other");
        assertThat(nameOf(first)).startsWith("mirror_neuron@").isNotEqualTo("mirror_neuron@other");
      }
    }
  }

  @Test
  void theSameDataDirectoryStartsAgainAndAnotherAfterwards() {
    try (RedisServer redis = RedisFixture.server(folder)) {
      start(redis, "one", "mirror_neuron@a").close();
      start(redis, "one", "mirror_neuron@a").close();
      start(redis, "two", "mirror_neuron@a").close();
    }
  }

  private static String nameOf(App app) {
    return app.cluster().summary().nodes().getFirst().name();
  }
}
