package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs of jobs try to get hold of, and what they try to leave behind. */
@Timeout(120)
class EscapesE2E {
  @TempDir Path folder;

  @Test
  void aProgramFindsNoSecretInTheVariablesOfServerAndRedis() throws Exception {
    Map<String, String> secrets =
        Map.of(
            "MN_API_TOKEN", "canary-api-0123456789",
            "MN_GRPC_AUTH_TOKEN", "canary-operator-0123456789",
            "MN_GRPC_ADMIN_TOKEN", "canary-admin-0123456789",
            "OPENAI_API_KEY", "canary-of-others-0123456789");
    Map<String, String> settings = new HashMap<>(secrets);
    settings.put("NOT_HIDDEN", "marker-0123456789");
    Path seen = Files.createDirectory(folder.resolve("seen"));
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"), settings)) {
      String read =
          "cat /proc/$PPID/environ > %1$s/server && cat /proc/%2$d/environ > %1$s/redis"
              .formatted(seen, server.redis().pid());
      ObjectNode end = server.awaitEnd(server.submit(job("read", read)));
      assertThat(end.at("/job/status").asText()).isEqualTo("completed");

      assertThat(seen.resolve("server")).content().contains("NOT_HIDDEN=marker", "MN_API_TOKEN=");
      assertThat(seen.resolve("server")).content().doesNotContain("canary");
      assertThat(seen.resolve("redis")).content().contains("PATH=").doesNotContain("canary", "MN_");
    }
  }

  private static String job(String graph, String script) {
    return SampleManifests.fanOut(graph, Set.of("worker"), _ -> new String[] {"sh", "-c", script});
  }
}
