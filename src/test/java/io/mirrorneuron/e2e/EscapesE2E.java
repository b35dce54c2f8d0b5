package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
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
      assertThat(seen.resolve("redis"))
          .content()
          .contains("PATH=")
          .doesNotContain("canary", "TOKEN");
    }
  }

  @Test
  void theStartAfterAKillEndsWhatHides() {
    String seconds = "3313.7" + ProcessHandle.current().pid();
    String script =
        "setsid env -i sleep %1$s </dev/null >/dev/null 2>&1 & setsid env -i sleep %1$s & sleep 0.5"
            .formatted(seconds);
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      long redis = server.redis().pid();
      String job = server.submit(job("hide", script + "; sleep 0.5"));
      eventually("hidden processes", () -> sleeping(seconds) == 2);
      server.kill9();
      assertThat(sleeping(seconds)).isEqualTo(2);

      server.restart();
      assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      eventually("the end of hidden processes", () -> sleeping(seconds) == 0);

      server.submit(job("again", script + "; sleep 100"));
      eventually("hidden processes", () -> sleeping(seconds) == 2);
      assertThat(server.redis().pid()).isEqualTo(redis);
      assertThat(server.terminate()).isZero();
      assertThat(sleeping(seconds)).isZero();
    }
  }

  @Test
  void redisIsNoLeftover() {
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      ProcessHandle redis = server.redis();
      String seconds = "3313.8" + ProcessHandle.current().pid();
      String script = "setsid env -i sleep %s </dev/null >/dev/null 2>&1 &".formatted(seconds);
      server.awaitEnd(server.submit(job("swept", script + " sleep 0.2")));
      eventually("a sweep", () -> sleeping(seconds) == 0);

      assertThat(server.redis()).isEqualTo(redis);
      assertThat(server.findRedis()).isPresent();
    }
  }

  private static long sleeping(String seconds) {
    return ProcessHandle.allProcesses()
        .flatMap(process -> process.info().arguments().stream())
        .filter(arguments -> arguments.length == 1 && arguments[0].equals(seconds))
        .count();
  }

  private static String job(String graph, String script) {
    return SampleManifests.fanOut(graph, Set.of("worker"), _ -> new String[] {"sh", "-c", script});
  }
}
