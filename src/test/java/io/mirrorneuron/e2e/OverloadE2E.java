package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real programs take the processors, and real clients the files, of a packaged server. */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
@Proof.Limits
class OverloadE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int READS = 300;

  @TempDir Path home;

  @Test
  void programsThatTakeAllProcessorsKeepNewWorkWaitingAndNothingElse() throws Exception {
    // Whatever else this machine does now is no reason.
    double limit = loadRatio() + 2;
    try (PackagedServer server =
        PackagedServer.start(
            home,
            Map.of(
                "MN_RESOURCE_ADMISSION_ENABLED",
                "true",
                "MN_MAX_CPU_LOAD_RATIO",
                String.format(Locale.ROOT, "%.2f", limit),
                "MN_MAX_JOBS_WAITING_FOR_LOAD",
                "20"))) {
      assertThat(submitted(server).statusCode()).isEqualTo(200);
      List<Process> hogs = new ArrayList<>();
      List<String> waiting = new ArrayList<>();
      try {
        for (int i = 0; i < 8 * CORES; i++) {
          hogs.add(
              new ProcessBuilder("nice", "-n", "5", "sh", "-c", "while :; do :; done").start());
        }
        eventually("a job waits", PATIENCE, () -> isScheduled(server, program(server)));
        String waits = program(server);
        eventually("this one does, too", () -> isScheduled(server, waits));
        assertThat(server.get("/jobs/" + waits + "/why").toString())
            .contains("\"cause\":\"load\"", "max_cpu_load_ratio");
        waiting.add(waits);
        AtomicReference<HttpResponse<String>> last = new AtomicReference<>();
        eventually(
            "too many wait",
            PATIENCE,
            () -> {
              last.set(posted(server, SampleManifests.program("late", "true")));
              return last.get().statusCode() == 503;
            });
        assertThat(last.get().body()).contains("resource_overloaded: cpu=", "waiting=20 limit=20");
        assertThat(slowOfAHundred(server)).isLessThan(Duration.ofMillis(200));
      } finally {
        hogs.forEach(Process::destroyForcibly);
      }
      eventually("what waited ends", PATIENCE, () -> hasEnded(server, waiting.getFirst()));
    }
  }

  private static String program(PackagedServer server) {
    HttpResponse<String> made = posted(server, SampleManifests.program("some", "true"));
    assertThat(made.statusCode()).isEqualTo(200);
    return Json.parseObject(made.body(), "job").path("job_id").asText();
  }

  private static boolean isScheduled(PackagedServer server, String job) {
    return server.status(job).equals("scheduled");
  }

  private static boolean hasEnded(PackagedServer server, String job) {
    return server.status(job).equals("completed");
  }

  @Test
  void clientsThatTakeAllFilesStopNewWorkAndNothingElse() throws Exception {
    try (PackagedServer server =
        PackagedServer.start(
            home,
            Map.of(
                "MN_RESOURCE_ADMISSION_ENABLED",
                "true",
                "MN_MAX_CPU_LOAD_RATIO",
                "1000000",
                "MN_MAX_OPEN_FILES_RATIO",
                Double.toString(200.0 / mostFiles())))) {
      assertThat(submitted(server).statusCode()).isEqualTo(200);
      URI api = server.request("/health").build().uri();
      List<SocketChannel> idle = new ArrayList<>();
      try {
        for (int i = 0; i < 200; i++) {
          idle.add(SocketChannel.open(new InetSocketAddress(api.getHost(), api.getPort())));
        }
        AtomicReference<HttpResponse<String>> last = new AtomicReference<>();
        eventually(
            "work is refused",
            () -> {
              last.set(submitted(server));
              return last.get().statusCode() == 503;
            });
        assertThat(last.get().body()).contains("resource_overloaded: open_files=");
        assertThat(slowOfAHundred(server)).isLessThan(Duration.ofMillis(200));
      } finally {
        for (SocketChannel one : idle) {
          one.close();
        }
      }
      eventually("work is taken again", () -> submitted(server).statusCode() == 200);
    }
  }

  private static HttpResponse<String> submitted(PackagedServer server) {
    return posted(server, SampleManifests.routers("some", 1));
  }

  private static HttpResponse<String> posted(PackagedServer server, String manifest) {
    return server.post("/jobs", Json.object().put("manifest_json", manifest));
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

  private static double loadRatio() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() / CORES;
  }

  /** That a process started here may open, as the JVM raises its own limit to that. */
  private static long mostFiles() throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-c", "ulimit -H -n").start();
    String most = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(shell.waitFor()).isZero();
    return Long.parseLong(most);
  }
}
