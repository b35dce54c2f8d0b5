package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.WebhookReceiver;
import io.mirrorneuron.testing.WebhookReceiver.Received;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed while it tells a receiver, which takes its time, what happens. */
@Timeout(400)
@Proof.Kills
class WebhookKillE2E {
  private static final int JOBS = 12;
  private static final int KILLS = 3;
  private static final Duration TAKES = Duration.ofMillis(300);

  @TempDir Path folder;

  @Test
  void nothingIsLostAndTheOrderOfEachJobIsKept() {
    Map<String, String> here = Map.of("MN_WEBHOOKS_ADDRESSES", "127.0.0.1");
    try (WebhookReceiver receiver = WebhookReceiver.start();
        PackagedServer server = PackagedServer.start(folder.resolve("home"), here)) {
      receiver.behave(
          (exchange, received) -> {
            LockSupport.parkNanos(TAKES.toNanos());
            exchange.sendResponseHeaders(204, -1);
          });
      String id = create(server, receiver);
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < JOBS; i++) {
        jobs.add(server.submit(SampleManifests.program("told", "true")));
      }
      for (int kill = 1; kill <= KILLS; kill++) {
        int enough = 2 * kill;
        eventually(
            "some more are told",
            Duration.ofSeconds(90),
            () -> firstReported(receiver).size() >= enough);
        server.kill9();
        server.restart();
      }
      jobs.forEach(server::awaitEnd);
      eventually(
          "all are told",
          Duration.ofSeconds(150),
          () -> firstReported(receiver).size() == 2 * JOBS && pending(server, id) == 0);

      for (String job : jobs) {
        assertThat(
                firstReported(receiver).values().stream()
                    .filter(event -> event.at("/payload/job_id").asText().equals(job))
                    .map(event -> event.get("event_type").asText()))
            .as(job)
            .containsExactly("job_running", "job_completed");
      }
      assertThat(server.get("/webhooks/" + id).get("dead").asInt()).isZero();
    }
  }

  private static String create(PackagedServer server, WebhookReceiver receiver) {
    ObjectNode body =
        Json.object().put("name", "r").put("direction", "outbound").put("url", receiver.url());
    body.putArray("events").add("job_running").add("job_completed");
    return PackagedServer.answer(server.post("/webhooks", body)).get("webhook_id").asText();
  }

  private static int pending(PackagedServer server, String id) {
    return server.get("/webhooks/" + id).get("pending").asInt();
  }

  /** What was told, each id once, in the order of the first times. */
  private static Map<String, JsonNode> firstReported(WebhookReceiver receiver) {
    Map<String, JsonNode> first = new LinkedHashMap<>();
    for (Received received : receiver.received()) {
      first.putIfAbsent(received.id(), Json.parseObject(received.body(), "body"));
    }
    return first;
  }
}
