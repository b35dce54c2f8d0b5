package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that meet at one job leave it in one state, everywhere. */
@Timeout(240)
@Whole
class CommandsAtOnceIT {
  private static final int TRIES = 60;
  private static final String SLEEPS =
      "{\"manifest_json\":" + SampleManifests.program("sleeper", "sleep", "600") + "}";

  @TempDir Path home;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());
  private WholeServer server;

  private HttpResponse<String> send(String method, String path, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(server.uri(path))
              .header("Content-Type", "application/json")
              .method(
                  method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private String statusOf(String job) {
    HttpResponse<String> answer = send("GET", "/jobs/" + job, null);
    return answer.statusCode() == 200
        ? Json.parseObject(answer.body(), "job").at("/job/status").asText()
        : "none";
  }

  @Test
  void aJobThatIsCancelledPausedResumedAndClearedAtOnceEndsInOneState() throws Exception {
    int cleared = 0;
    try (WholeServer whole = WholeServer.start(home);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      server = whole;
      for (int i = 0; i < TRIES; i++) {
        String job =
            Json.parseObject(send("POST", "/jobs", SLEEPS).body(), "job").path("job_id").asText();
        cleared += meet(threads, job);

        Eventually.eventually("it has ended, after " + said + ": " + job, () -> isSettled(job));
        said.clear();
      }
      cleared += clear();
      while (send("GET", "/jobs?include_terminal=true", null).body().contains("sleeper")) {
        cleared += clear();
      }
    }
    assertThat(cleared).as("each job is cleared once").isEqualTo(TRIES);
  }

  /** Ended in the list as in the detail, which is told from its run once the job was cleared. */
  private boolean isSettled(String job) {
    return statusOf(job).equals("cancelled");
  }

  private int clear() {
    HttpResponse<String> answer = send("POST", "/jobs/cleanup", null);
    return Json.parseObject(answer.body(), "answer").path("cleared_count").asInt();
  }

  /** Answers how many jobs were cleared. */
  private int meet(ExecutorService threads, String job) {
    CyclicBarrier together = new CyclicBarrier(5);
    List<CompletableFuture<?>> commands = new ArrayList<>();
    for (String command : List.of("cancel", "pause", "resume")) {
      commands.add(
          CompletableFuture.runAsync(
              () -> {
                await(together);
                said.add(command + " " + send("POST", "/jobs/" + job + "/" + command, null).body());
              },
              threads));
    }
    List<CompletableFuture<Integer>> clears = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      clears.add(
          CompletableFuture.supplyAsync(
              () -> {
                await(together);
                int all = 0;
                for (int n = 0; n < 10; n++) {
                  all += clear();
                }
                return all;
              },
              threads));
    }
    commands.forEach(CompletableFuture::join);
    return clears.stream().mapToInt(CompletableFuture::join).sum();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
