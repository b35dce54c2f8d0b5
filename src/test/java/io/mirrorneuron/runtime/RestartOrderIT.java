package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many jobs want what only one can have, and their server is started again and again. */
class RestartOrderIT {
  private static final int JOBS = 6;
  private static final int RESTARTS = 10;

  @TempDir private Path home;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  @Test
  void theOneThatHadThePortHasItAfterEachRestart() throws Exception {
    String resources = "{\"ports\":[{\"label\":\"api\",\"port\":%d}]}".formatted(freePort());
    sameOneGoesOn(submit(resources, ""), "scheduled");
  }

  @Test
  void theOneThatHadTheSlotsHasThemAfterEachRestart() {
    sameOneGoesOn(submit("{}", "\"pool_slots\":4,"), "running");
  }

  /** One that no connection of this machine gets while nobody listens there. */
  private static int freePort() throws IOException {
    for (int port = 20_000; ; port++) {
      try (ServerSocket _ = new ServerSocket(port)) {
        return port;
      } catch (BindException e) {
        assertThat(port).isLessThan(30_000);
      }
    }
  }

  /** In the order in which they are to be served. */
  private List<String> submit(String resources, String config) {
    return IntStream.range(0, JOBS)
        .mapToObj(
            n -> {
              String script = "touch %s/begun-%d-$$; sleep 600".formatted(home, n);
              String job =
                  runtime.jobs().submit(CardRuntime.asking(resources, "", config, script)).jobId();
              if (n == 0) {
                eventually("the first has it", () -> begun(0) == 1);
                // a server that ends before that is stored knows it as one that waits
                eventually(
                    "it is stored",
                    () -> why(job),
                    reported -> reported.contains("runs its program"));
              }
              eventually("it asks", () -> n == 0 || !why(job).isEmpty());
              return job;
            })
        .toList();
  }

  private void sameOneGoesOn(List<String> jobs, String waiting) {
    for (int restart = 1; restart <= RESTARTS; restart++) {
      int times = restart + 1;
      runtime.restart();
      eventually("the first runs again", () -> begun(0) == times);
      eventually(
          "restart %d is told".formatted(restart),
          () -> why(jobs.getFirst()),
          reported -> reported.contains("started %d t".formatted(times)));
      assertThat(status(jobs.getFirst())).isEqualTo("running");
    }
    for (int n = 1; n < JOBS; n++) {
      assertThat(begun(n)).as("job %d", n).isZero();
      assertThat(why(jobs.get(n))).doesNotContain("started");
      assertThat(status(jobs.get(n))).isEqualTo(waiting);
    }
    assertThat(events(jobs.getFirst())).doesNotContain("executor_resources_awaited");

    for (int n = 0; n + 1 < JOBS; n++) {
      runtime.jobs().cancel(jobs.get(n));
      int next = n + 1;
      eventually("the next in the old order runs", () -> begun(next) == 1);
    }
    runtime.jobs().cancel(jobs.getLast());
  }

  private int begun(int n) {
    try (var files = Files.newDirectoryStream(home, "begun-" + n + "-*")) {
      int count = 0;
      for (Path _ : files) {
        count++;
      }
      return count;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String why(String jobId) {
    return runtime.jobs().why(jobId).explanations().stream()
        .filter(one -> one.subject().kind().equals("agent"))
        .map(one -> one.text())
        .collect(Collectors.joining("; "));
  }

  private String status(String jobId) {
    return Trees.tree(runtime.jobs().get(jobId)).at("/job/status").asText();
  }

  private Set<String> events(String jobId) {
    return runtime.jobs().events(jobId, 0, 1000).events().stream()
        .map(event -> Json.parseObject(event, "event").path("type").asText())
        .collect(Collectors.toSet());
  }
}
