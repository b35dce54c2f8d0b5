package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.e2e.LaunchClient.From;
import io.mirrorneuron.e2e.LaunchClient.Wish;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the server while it launches, at moments that a seed chooses, at most twice in the course
 * of one: each launch makes one job, and leaves nothing that nobody uses. {@code -Dseeds.first}
 * repeats the choices of a run, {@code -Dkills} makes more or fewer.
 */
@Timeout(1800) // of 200 kills, on a quiet machine
@Proof.Kills
class LaunchKillE2E {
  private static final int KILLS = Integer.getInteger("kills", 6);
  private static final int AT_A_TIME = 4;
  private static final int MAX_LIFE_MILLIS = 1500; // a launch takes about one second
  private static final long SEED = Seeds.one();

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  @Test
  void eachLaunchMakesOneJobAndLeavesNothing() {
    System.out.println("-Dkills=" + KILLS);
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      LaunchClient client = new LaunchClient(server, folder);
      List<Wish> wishes = new ArrayList<>();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int kill = 0; kill < KILLS; kill++) {
        for (int i = 0; i < AT_A_TIME; i++) {
          Wish wish = new Wish(wishes.size(), From.values()[wishes.size() % 3]);
          wishes.add(wish);
          clients.add(
              CompletableFuture.runAsync(() -> client.launch(wish), Thread::startVirtualThread));
        }
        // Three kills end a launch.
        int twice = Math.max(0, kill - 1) * AT_A_TIME;
        clients.subList(0, twice).forEach(CompletableFuture::join);
        wishes.subList(0, twice).forEach(client::end);
        live();
        server.kill9();
        server.restart();
      }
      clients.forEach(CompletableFuture::join);

      wishes.forEach(wish -> assertLaunched(server, client.end(wish)));
      Map<String, String> jobs = jobs(server);
      assertThat(jobs).hasSize(wishes.size());
      for (Wish wish : wishes) {
        server.awaitEnd(jobs.get(wish.run()));
        assertThat(server.get("/runs/" + wish.run() + "/result").path("output").toString())
            .contains(wish.said());
      }
      new Verdict().requireNothingLeft(server);
      LaunchLeftovers left = new LaunchLeftovers(server.home());
      left.requireOnly(wishes, jobs.values(), client.handles);
    }
  }

  private void live() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(MAX_LIFE_MILLIS));
    Eventually.eventually("time passes", () -> System.nanoTime() > end);
  }

  private static void assertLaunched(PackagedServer server, JsonNode reported) {
    assertThat(reported.path("status").asText()).as("%s", reported).isEqualTo("completed");
    String job = reported.path("job_id").asText();
    assertThat(server.get("/jobs/" + job).at("/job/run_id").asText())
        .isEqualTo(reported.path("run_id").asText());
  }

  /** The job of each run; none has two. */
  private static Map<String, String> jobs(PackagedServer server) {
    Map<String, String> jobs = new HashMap<>();
    Json.elements(server.get("/jobs?limit=1000").path("data"))
        .forEach(
            row -> {
              String run = row.path("run_id").asText();
              assertThat(jobs.put(run, row.path("job_id").asText())).as(run).isNull();
            });
    return jobs;
  }
}
