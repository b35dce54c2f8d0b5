package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.service.Listeners;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Services whose server is killed: nobody is told of them in vain, and they come back. */
@Timeout(180)
@Proof.Kills
class ServicesKillE2E {
  /** Longer than a server counts as living, and than another one needs to notice. */
  private static final Duration TAKE_OVER = Duration.ofSeconds(90);

  @TempDir Path folder;
  private final Listeners listeners = new Listeners();

  @AfterEach
  void stop() {
    listeners.close();
  }

  private static String offering(int port) {
    ObjectNode manifest =
        Json.parseObject(SampleManifests.program("offers", "sleep", "600"), "manifest");
    ObjectNode service =
        ((ObjectNode) manifest.get("nodes").get(0)).putArray("services").addObject();
    service.put("name", "web").put("port", port);
    service.putArray("checks").addObject().put("type", "http").put("interval_ms", 100);
    return Json.write(manifest);
  }

  private static List<JsonNode> reported(PackagedServer server, String query) {
    return Json.elements(server.get("/services" + query).get("services")).toList();
  }

  private static boolean isPassingOn(PackagedServer asked, String node) {
    List<JsonNode> all = reported(asked, "");
    return all.size() == 1 && all.getFirst().get("node").asText().equals(node);
  }

  @Test
  void theServicesOfAKilledServerAreThoseOfItsHeir() {
    int port = listeners.http();
    try (RedisFixture redis = RedisFixture.start(folder);
        PackagedServer first = start("a", redis);
        PackagedServer heir = start("b", redis)) {
      String job = first.submit(offering(port));
      eventually("it passes", () -> isPassingOn(heir, "mirror_neuron@a"));

      first.kill9();
      eventually("the heir has it", TAKE_OVER, () -> isPassingOn(heir, "mirror_neuron@b"));
      listeners.well(false);
      eventually(
          "it is judged by the heir",
          () -> reported(heir, "?status=critical&passing_only=false").size() == 1);

      heir.post("/jobs/" + job + "/cancel");
      eventually("it is gone", () -> reported(heir, "?passing_only=false").isEmpty());
      assertThat(reported(heir, "?passing_only=false")).isEmpty();
    }
  }

  @Test
  void aServerThatIsStartedAgainAfterItsDeathRegistersThemAnew() {
    int port = listeners.http();
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      String job = server.submit(offering(port));
      eventually("it passes", () -> reported(server, "").size() == 1);
      listeners.well(false);
      server.kill9();
      server.restart();
      eventually("nothing that passed before is told", () -> reported(server, "").isEmpty());
      eventually(
          "it is critical",
          () -> reported(server, "?status=critical&passing_only=false").size() == 1);
      listeners.well(true);
      eventually("it passes again", () -> reported(server, "").size() == 1);

      server.post("/jobs/" + job + "/cancel");
      server.awaitEnd(job);
      eventually("it is gone", () -> reported(server, "?passing_only=false").isEmpty());
    }
  }

  private PackagedServer start(String name, RedisFixture redis) {
    return PackagedServer.start(
        folder.resolve(name),
        Silence.shortWith(
            Map.of("MN_REDIS_URL", redis.uri(), "MN_NODE_NAME", "mirror_neuron@" + name)));
  }
}
