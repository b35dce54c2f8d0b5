package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Programs of jobs that take all processors, memory, processes and files that they get. */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
@Proof.Limits
class HungryProgramsE2E {
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int READS = 500;

  /** What such programs may cost a reader. */
  private static final Duration MOST = Duration.ofMillis(200);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String BUSY =
      "i=0; while [ $i -lt %d ]; do (while :; do :; done) & i=$((i+1)); done; wait"
          .formatted(4 * CORES);
  private static final String MEMORY = "import time; x = b'x' * (300 << 20); time.sleep(600)";
  private static final String FILES =
      "import time; x = [open('/dev/null') for _ in range(1000000)]; time.sleep(600)";
  private static final String CHILDREN =
      "i=0; while [ $i -lt 200 ]; do sleep 600 & i=$((i+1)); done; wait";

  @TempDir Path home;

  @Test
  void theServerAnswersMeanwhileAndIsCleanAfterwards() {
    try (PackagedServer server =
        PackagedServer.start(home, Map.of("MN_EXECUTOR_MAX_CONCURRENCY", "8"))) {
      Duration idle = slowOfAHundred(server);
      String busy = submit(server, "{}", "sh", "-c", BUSY);
      eventually("it runs", () -> server.status(busy).equals("running"));
      String memory = submit(server, "{'memory_mb': 100}", "python3", "-c", MEMORY);
      String files = submit(server, "{'open_files': 200}", "python3", "-c", FILES);
      String children = submit(server, "{'processes': 50}", "sh", "-c", CHILDREN);

      Duration slow = slowOfAHundred(server);
      assertThat(slow)
          .as("p99 of /health; %s without the programs, beside whatever else runs here", idle)
          .isLessThan(MOST.plus(idle));

      assertThat(failure(server, memory)).contains("out of memory: the program and its children");
      assertThat(failure(server, children)).contains("too many processes: ", "of 50 allowed");
      assertThat(failure(server, files)).contains("Too many open files");
      server.post("/jobs/" + busy + "/cancel");
      eventually("it is over", PATIENCE, () -> server.status(busy).equals("cancelled"));
      eventually("nothing is left of them", () -> server.programs().isEmpty());
      assertThat(
              server
                  .awaitEnd(server.submit(SampleManifests.program("after", "true")))
                  .at("/job/status")
                  .asText())
          .isEqualTo("completed");
    }
  }

  private static String failure(PackagedServer server, String job) {
    ObjectNode end = server.awaitEnd(job);
    assertThat(end.at("/job/status").asText()).as("%s", end).isEqualTo("failed");
    return end.at("/job/result/error").toString();
  }

  private static String submit(PackagedServer server, String limits, String... command) {
    ObjectNode manifest = Json.parseObject(SampleManifests.program("hungry", command), "manifest");
    ObjectNode node = (ObjectNode) manifest.at("/nodes/0");
    node.putObject("resources")
        .set("limits", Json.parseObject(limits.replace('\'', '"'), "limits"));
    node.withObject("/config").put("max_attempts", 4).put("retry_backoff_ms", 1);
    return server.submit(Json.write(manifest));
  }

  /** The time that 99 of 100 reads need at most. */
  private static Duration slowOfAHundred(PackagedServer server) {
    long[] nanos = new long[READS];
    for (int i = 0; i < READS; i++) {
      long begin = System.nanoTime();
      server.get("/health");
      nanos[i] = System.nanoTime() - begin;
    }
    Arrays.sort(nanos);
    return Duration.ofNanos(nanos[READS * 99 / 100]);
  }
}
