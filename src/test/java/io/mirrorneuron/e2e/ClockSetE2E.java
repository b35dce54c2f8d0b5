package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Surroundings;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schedules of a packaged server whose clock is set forth and back while it runs. */
@Timeout(300)
@Proof.Limits
class ClockSetE2E {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Until a full minute, after each time that the clock is set. */
  private static final long BEFORE_MS = 4_000;

  private static final Pattern DUE = Pattern.compile("-(\\d{13})-");

  @TempDir Path folder;
  private Path offset;
  private long fast;

  /** Sets the clock to shortly before a full minute. */
  private void setNear(long time) throws IOException {
    long seconds =
        (time / MINUTE * MINUTE + MINUTE - BEFORE_MS - System.currentTimeMillis()) / 1000;
    Path next = folder.resolve("next");
    Files.writeString(next, (seconds < 0 ? "" : "+") + seconds);
    Files.move(
        next,
        offset,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    fast = seconds * 1000;
  }

  private long clock() {
    return System.currentTimeMillis() + fast;
  }

  private static String create(PackagedServer server, String name, String policy) {
    ObjectNode body = Json.object().put("manifest_json", SampleManifests.routers(name, 1));
    body.putObject("schedule")
        .put("cron", "* * * * *")
        .put("missed_policy", policy)
        .put("catchup_limit", 100)
        .put("prohibit_overlap", false);
    return PackagedServer.answer(server.post("/schedules", body)).get("schedule_id").asText();
  }

  private static JsonNode counters(PackagedServer server, String id) {
    return server.get("/schedules/" + id).get("counters");
  }

  /** When the jobs of a schedule were due, oldest first. */
  private static List<Long> due(PackagedServer server, String name) {
    List<Long> all = new ArrayList<>();
    for (JsonNode job : server.get("/jobs?limit=1000").get("data")) {
      String id = job.get("job_id").asText();
      Matcher time = DUE.matcher(id);
      if (id.startsWith(name + "-") && time.find()) {
        all.add(Long.parseLong(time.group(1)));
      }
    }
    all.sort(null);
    return all;
  }

  /** Beyond the minutes that have come, each has one job. */
  private static void checkComplete(List<Long> due) {
    assertThat(due).doesNotHaveDuplicates();
    assertThat(due.getLast() - due.getFirst()).isEqualTo((due.size() - 1) * MINUTE);
  }

  private void awaitClock(long time) {
    eventually("the clock is at " + Instant.ofEpochMilli(time), PATIENCE, () -> clock() > time);
  }

  @Test
  void noTimeIsLostAndNoneComesTwice() throws IOException {
    offset = folder.resolve("offset");
    long begin = System.currentTimeMillis() / MINUTE * MINUTE;
    setNear(begin);
    try (PackagedServer server =
        PackagedServer.start(
            folder.resolve("home"), java.util.Map.of(), Surroundings.clock(offset))) {
      String all = create(server, "all", "catchup_all");
      String skip = create(server, "skip", "skip");
      setNear(begin + 2 * MINUTE);
      eventually("both are due", PATIENCE, () -> due(server, "all").size() >= 2);
      eventually("both are due", PATIENCE, () -> !due(server, "skip").isEmpty());

      setNear(begin + HOUR);
      eventually("an hour is made up for", PATIENCE, () -> due(server, "all").size() >= 59);
      eventually(
          "an hour is missed", PATIENCE, () -> counters(server, skip).get("missed").asLong() >= 55);
      awaitClock(begin + HOUR + MINUTE);
      eventually("what is due is made", PATIENCE, () -> isUpToDate(server, "skip"));
      eventually("what is due is made", PATIENCE, () -> isUpToDate(server, "all"));
      List<Long> before = due(server, "all");
      List<Long> skipped = due(server, "skip");
      checkComplete(before);

      setNear(begin + 2 * MINUTE); // these minutes have been
      awaitClock(begin + 3 * MINUTE + 2 * BEFORE_MS);
      assertThat(due(server, "all")).isEqualTo(before);
      assertThat(due(server, "skip")).isEqualTo(skipped);
      assertThat(Instant.parse(server.get("/schedules/" + all).get("next_run_at").asText()))
          .isEqualTo(Instant.ofEpochMilli(before.getLast() + MINUTE));

      setNear(before.getLast() + 3 * MINUTE);
      eventually("it goes on", PATIENCE, () -> due(server, "all").size() >= before.size() + 3);
      checkComplete(due(server, "all"));
      assertThat(due(server, "skip")).doesNotHaveDuplicates();
      long dealtWith =
          counters(server, skip).get("missed").asLong()
              + counters(server, skip).get("dispatched").asLong();
      assertThat(dealtWith).isBetween(before.size() - 1L, before.size() + 5L);
      assertThat(counters(server, all).get("dispatched").asInt())
          .isEqualTo(due(server, "all").size());
    }
  }

  private boolean isUpToDate(PackagedServer server, String name) {
    List<Long> due = due(server, name);
    return !due.isEmpty() && due.getLast() >= clock() / MINUTE * MINUTE;
  }
}
