package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed again and again, beside one that is well. */
@Timeout(240)
@Proof.Kills
class QuarantineKillE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TWO = "/nodes/mirror_neuron@two";

  @TempDir Path folder;

  private PackagedServer start(String name, RedisFixture redis) {
    return PackagedServer.start(
        folder.resolve(name),
        Map.of(
            "MN_REDIS_URL",
            redis.uri(),
            "MN_NETWORK_JOIN_TOKEN",
            "of-both",
            "MN_NODE_NAME",
            "mirror_neuron@" + name,
            "MN_NODE_QUARANTINE_RETURNS",
            "3"));
  }

  private static JsonNode health(PackagedServer at) {
    return at.get(TWO).at("/node_state/health");
  }

  /** Waits until the start of it that is running now is noted, with so many returns before. */
  private static void awaitReturns(PackagedServer at, String before, int returns) {
    eventually(
        "its start is noted",
        PATIENCE,
        () -> {
          JsonNode health = health(at);
          return !health.path("up_since").asText(before).equals(before)
              && health.path("faults").size() == returns;
        });
  }

  @Test
  void itIsKeptFromWorkOnceThatWasTooOftenAndAnEndInGoodOrderIsNoFault() {
    try (RedisFixture redis = RedisFixture.start(folder.resolve("redis"));
        PackagedServer one = start("one", redis);
        PackagedServer two = start("two", redis)) {
      awaitReturns(one, "", 0);
      for (int i = 1; i <= 2; i++) {
        String before = health(one).path("up_since").asText();
        two.kill9();
        two.restart();
        awaitReturns(one, before, i);
      }
      String before = health(one).path("up_since").asText();
      two.terminate();
      two.restart();
      awaitReturns(one, before, 2);
      eventually(
          "it is healthy", PATIENCE, () -> one.get(TWO).path("status").asText().equals("healthy"));

      two.kill9();
      two.restart();
      eventually(
          "it is in quarantine",
          PATIENCE,
          () -> one.get(TWO).path("status").asText().equals("quarantined"));
      String why = "it was gone and came back 3 times within 300 s; the last: the server that";
      eventually(
          "it knows why",
          PATIENCE,
          () -> two.get(TWO).at("/node_state/reason").asText().startsWith(why));
      eventually( // a server that has just begun is listed with its next heartbeat
          "lists tell of it",
          PATIENCE,
          () ->
              one.get("/system/summary")
                  .path("nodes")
                  .toString()
                  .contains("\"status\":\"quarantined\""));

      PackagedServer.answer(one.post(TWO + "/undrain", Json.object().put("mark_eligible", true)));
      assertThat(one.get(TWO).path("status").asText()).isEqualTo("healthy");
      assertThat(health(one).at("/quarantine/times").asInt()).isZero();
    }
  }
}
