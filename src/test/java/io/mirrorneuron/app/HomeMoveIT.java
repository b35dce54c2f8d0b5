package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.ClusterSeeds;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.embedded.HomeMove;
import io.mirrorneuron.testing.OldRedis;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A home with its own Redis whose server goes on with a Redis Cluster. */
@Timeout(180)
@Proof.Cluster
class HomeMoveIT {
  @TempDir Path folder;

  private WholeServer server(Map<String, String> settings) {
    return WholeServer.start(folder.resolve("home"), settings);
  }

  private static String status(WholeServer server, String job) {
    return server.jobs().get(job).facts().status();
  }

  private HomeMove move(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("home", folder.resolve("home").toString());
    Config config = new ConfigLoader(Map.of(), null, all, folder).load();
    return new HomeMove(config, (ClusterSeeds) config.redis().names(), "");
  }

  @Test
  void openJobsGoOnAndEndedOnesAreListed() throws IOException {
    Path gate = folder.resolve("gate");
    Map<String, String> own =
        Map.of("redis.server", OldRedis.unpack(folder.resolve("program")).toString());
    try (RedisClusterFixture redis = RedisClusterFixture.start(folder.resolve("redis"), false)) {
      Map<String, String> cluster = new HashMap<>(own);
      cluster.put("redis.cluster", redis.nodes().getFirst().address());
      cluster.put("redis.password", redis.seeds().password().value());
      String ended;
      String open;
      try (WholeServer first = server(own)) {
        ended = submit(first, "true");
        eventually("it ends", () -> status(first, ended).equals("completed"));
        open = submit(first, "until [ -e " + gate + " ]; do sleep 0.05; done");
        eventually("it runs", () -> status(first, open).equals("running"));

        assertThatThrownBy(() -> move(cluster).ofHome())
            .as("a server uses the home")
            .hasMessageContaining("home");
      }

      assertThatThrownBy(() -> move(cluster).of("redis://:secret@127.0.0.1:1"))
          .hasMessageContaining("nothing listens there")
          .hasMessageNotContaining("secret");
      assertThatThrownBy(() -> move(cluster).of("127.0.0.1:6379"))
          .hasMessageContaining("is named as redis://");
      for (String port : List.of("99999", "0", "99999999999")) {
        String url = "redis://:secret@127.0.0.1:" + port;
        String reported =
            "a port is a number from 1 to 65535, unlike that of redis://***@127.0.0.1:";
        assertThatThrownBy(() -> move(cluster).of(url)).hasMessage(reported + port);
        assertThatThrownBy(() -> move(cluster).back(url)).hasMessage(reported + port);
      }
      String node =
          "redis://:" + cluster.get("redis.password") + "@" + cluster.get("redis.cluster");
      assertThatThrownBy(() -> move(cluster).of(node))
          .hasMessageContaining("is a node of a Redis Cluster, which redis.cluster would name")
          .hasMessageNotContaining(cluster.get("redis.password") + "@");
      assertThatThrownBy(() -> move(cluster).back(node)).hasMessageContaining("is a node of a");
      assertThat(move(cluster).ofHome().jobs()).isEqualTo(2);
      assertThatThrownBy(() -> server(own))
          .as("jobs would go on twice")
          .hasMessageContaining("was copied into a Redis Cluster")
          .hasMessageContaining("redis.cluster");

      try (WholeServer second = server(cluster)) {
        assertThat(status(second, ended)).isEqualTo("completed");
        Files.createFile(gate);
        eventually("it goes on", () -> status(second, open).equals("completed"));
      }
    }
  }

  private static String submit(WholeServer server, String script) {
    return server
        .jobs()
        .submit(Submission.of(SampleManifests.program("moved", "sh", "-c", script)))
        .jobId();
  }
}
