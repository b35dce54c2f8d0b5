package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schedules whose server is killed, or stands still while another one leads. */
@Timeout(300)
@Proof.Kills
class ScheduleServersE2E {
  /** Several times as long as a lead lasts. */
  private static final Duration STANDSTILL = Duration.ofSeconds(30);

  private static final int SCHEDULES = 40;

  @TempDir Path folder;

  private static String create(PackagedServer server, long delayMs) {
    ObjectNode body = Json.object().put("manifest_json", SampleManifests.program("quick", "true"));
    body.putObject("schedule").put("delay_ms", delayMs).put("missed_grace_ms", 300_000);
    return PackagedServer.answer(server.post("/schedules", body)).get("schedule_id").asText();
  }

  private static List<String> createAll(PackagedServer server, Duration within) {
    List<String> ids = new ArrayList<>();
    for (int i = 1; i <= SCHEDULES; i++) {
      ids.add(create(server, within.toMillis() * i / SCHEDULES));
    }
    return ids;
  }

  private static boolean isCompleted(PackagedServer server, String id) {
    return server.get("/schedules/" + id).get("status").asText().equals("completed");
  }

  private static void check(PackagedServer server, List<String> ids) {
    for (String id : ids) {
      JsonNode schedule = server.get("/schedules/" + id);
      assertThat(schedule.at("/counters/dispatched").asInt()).as(id).isEqualTo(1);
      assertThat(schedule.at("/dispatches")).as(id).hasSize(1);
    }
    assertThat(server.get("/jobs?limit=1000").get("data")).hasSize(ids.size());
  }

  private static void signal(PackagedServer server, String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(server.pid())).start().waitFor();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aLeaderThatStoodStillMakesNothingTwice() {
    try (RedisFixture redis = RedisFixture.start(folder);
        PackagedServer leader = start("a", redis);
        PackagedServer other = start("b", redis)) {
      List<String> ids = createAll(leader, STANDSTILL.plusSeconds(5));
      Instant until = Instant.now().plus(STANDSTILL);
      signal(leader, "STOP");
      try {
        eventually(
            "the other one has made what came meanwhile",
            STANDSTILL.plusSeconds(20),
            () ->
                Instant.now().isAfter(until)
                    && ids.stream().limit(SCHEDULES - 5).allMatch(id -> isCompleted(other, id)));
      } finally {
        signal(leader, "CONT");
      }
      eventually(
          "all are made",
          Duration.ofSeconds(40),
          () -> ids.stream().allMatch(id -> isCompleted(other, id)));
      eventually("the first answers", () -> isCompleted(leader, ids.getLast()));
      check(other, ids);
      check(leader, ids);
    }
  }

  @Test
  void aServerThatIsKilledAgainAndAgainLosesNoneAndMakesNoneTwice() {
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      List<String> ids = createAll(server, Duration.ofSeconds(12));
      for (int i = 0; i < 4; i++) {
        server.kill9();
        server.restart();
      }
      eventually(
          "all are made",
          Duration.ofSeconds(40),
          () -> ids.stream().allMatch(id -> isCompleted(server, id)));
      check(server, ids);
    }
  }

  @Test
  void aBackfillWhoseServerIsKilledAgainAndAgainMakesOneJobForATime() {
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      ObjectNode wanted =
          Json.object().put("manifest_json", SampleManifests.program("quick", "true"));
      wanted.putObject("schedule").put("cron", "0 * * * *");
      String id =
          PackagedServer.answer(server.post("/schedules", wanted)).get("schedule_id").asText();
      ObjectNode range =
          Json.object()
              .put("from", "2025-01-01T00:00:00Z")
              .put("to", "2025-01-03T00:00:00Z")
              .put("concurrency", 4);
      PackagedServer.answer(server.post("/schedules/" + id + "/backfill", range));
      for (int made = 3; made <= 30; made += 9) {
        long wait = made;
        eventually("some are made", () -> backfill(server, id).get("made").asLong() >= wait);
        server.kill9();
        server.restart();
      }
      eventually(
          "it is completed",
          Duration.ofSeconds(60),
          () -> backfill(server, id).get("status").asText().equals("completed"));
      PackagedServer.answer(server.post("/schedules/" + id + "/backfill", range));
      eventually(
          "it is completed again",
          () -> backfill(server, id).get("status").asText().equals("completed"));
      assertThat(backfill(server, id).get("skipped").asInt()).isEqualTo(48);
      assertThat(server.get("/jobs?limit=1000").get("data")).hasSize(48);
    }
  }

  private static JsonNode backfill(PackagedServer server, String id) {
    return server.get("/schedules/" + id).get("backfill");
  }

  private PackagedServer start(String name, RedisFixture redis) {
    return PackagedServer.start(
        folder.resolve(name),
        Silence.shortWith(
            Map.of("MN_REDIS_URL", redis.uri(), "MN_NODE_NAME", "mirror_neuron@" + name)));
  }
}
