package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * System calls of a job, the server's and its programs' own, as {@code strace} counts them; skipped
 * where that is not installed. Bounds have room for what a server does from time to time, and for
 * more folders that confined programs may use.
 */
@Timeout(180)
@Proof.Limits
class SystemCallsE2E {
  private static final int WARM = 40;
  private static final int JOBS = 40;

  /** A program that does nothing, with its loader and the C library, takes some 35 of its own. */
  private static final int PROGRAM = 35;

  @Test
  void aJobTakesFew(@TempDir Path folder) throws IOException {
    assumeThat(isInstalled("strace")).isTrue();
    String routers = SampleManifests.routers("routers", 3);
    String programs = SampleManifests.programs("programs", 3, id -> new String[] {"/bin/true"});
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      Map<String, Long> none = calls(server, routers, folder.resolve("routers"));
      Map<String, Long> three = calls(server, programs, folder.resolve("programs"));
      System.out.println("calls of a job, without programs: " + none + ", with three: " + three);
      assertThat(sum(none)).as("without programs: %s", none).isLessThan(320);
      assertThat(sum(three)).as("with three: %s", three).isLessThan(1_400 + 3 * PROGRAM);
      assertThat(three).as("of three programs").containsEntry("clone3", 3L);
      assertThat(three).as("of three programs").containsEntry("execve", 3L);
      assertThat(three.getOrDefault("rt_sigaction", 0L)).as("handlers set").isLessThan(10);
    }
  }

  private static boolean isInstalled(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  private static long sum(Map<String, Long> calls) {
    return calls.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Of one job of many, by name; those that happen less than once for two jobs are left out. */
  private static Map<String, Long> calls(PackagedServer server, String manifest, Path report)
      throws IOException {
    run(server, manifest, WARM);
    Process trace =
        new ProcessBuilder(
                "strace",
                "-f",
                "-c",
                "-U",
                "calls,name",
                "-o",
                report.toString(),
                "-p",
                Long.toString(server.pid()))
            .start();
    Eventually.eventually("all threads are looked at", () -> isTraced(server.pid()));
    run(server, manifest, JOBS);
    trace.destroy();
    PackagedServer.exitCode(trace, Duration.ofSeconds(30));
    Map<String, Long> calls = new TreeMap<>();
    for (String line : Files.readAllLines(report)) {
      String[] words = line.strip().split("\\s+");
      if (words.length == 2 && words[0].matches("\\d+") && !words[1].equals("total")) {
        calls.put(words[1], Math.round(Long.parseLong(words[0]) / (double) JOBS));
      }
    }
    calls.values().removeIf(each -> each == 0);
    return calls;
  }

  private static boolean isTraced(long pid) {
    File[] threads = Path.of("/proc/" + pid + "/task").toFile().listFiles();
    return Stream.of(threads)
        .allMatch(
            thread -> {
              try {
                return Files.readAllLines(thread.toPath().resolve("status")).stream()
                    .noneMatch("TracerPid:\t0"::equals);
              } catch (IOException e) {
                return true; // it has ended
              }
            });
  }

  /** One after the other, each until its run is whole on disk. */
  private static void run(PackagedServer server, String manifest, int times) {
    for (int i = 0; i < times; i++) {
      var body = Json.object().put("manifest_json", manifest);
      var ended = PackagedServer.answer(server.post("/jobs?wait=30s", body));
      assertThat(ended.path("status").asText()).isEqualTo("completed");
      Path run = server.home().resolve("runs").resolve(ended.path("run_id").asText());
      Eventually.eventually(
          run + " is whole",
          () -> {
            try {
              return Files.readString(run.resolve("job.json")).contains("completed");
            } catch (IOException e) {
              return false;
            }
          });
    }
  }
}
