package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.models.FakeFault;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program before a runner of models: killed while it pulls, and kept waiting. */
@Timeout(120)
@Proof.Kills
class ModelKillE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String MODEL = "ai/smollm2:360M-Q4_K_M";
  private static final String PATH = "/models/smollm2";
  private static final long BYTES = 1_000_000;
  private static final long SOME = BYTES / 4;

  @TempDir Path folder;

  private PackagedServer server(FakeRunner runner) {
    return PackagedServer.start(
        folder.resolve("home"), Map.of("MN_MODEL_RUNNER_API_BASE", runner.root()));
  }

  /** Kills it when some of the model is there, and starts it again; how much there was. */
  private static long killWhilePulling(PackagedServer server, FakeRunner runner) {
    eventually("some of it is there", PATIENCE, () -> runner.pulled(MODEL) > SOME);
    server.kill9();
    long there = runner.pulled(MODEL);
    assertThat(there).isLessThan(BYTES);
    server.restart();
    return there;
  }

  @Test
  void anInstallationThatWasKilledGoesOnWhereItWas() {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, BYTES, BYTES / 5);
        PackagedServer server = server(runner)) {
      install(server);
      long there = killWhilePulling(server, runner);

      assertThat(server.get(PATH).at("/installed").asBoolean()).isFalse();
      install(server);
      eventually("bytes are told", PATIENCE, () -> reported(server) > 0);
      assertThat(reported(server)).isGreaterThanOrEqualTo(there);
      eventually("it is there", PATIENCE, () -> server.get(PATH).at("/installed").asBoolean());
      eventually("that is noted", PATIENCE, () -> server.get(PATH).at("/manual").asBoolean());
      assertThat(runner.asked(Door.PULL)).isEqualTo(2);
    }
  }

  private static void install(PackagedServer server) {
    assertThat(PackagedServer.answer(server.post(PATH + "/install", Json.object())).at("/status"))
        .hasToString("\"installing\"");
  }

  private static long reported(PackagedServer server) {
    return server.get(PATH).at("/install/pulled_bytes").asLong();
  }

  @Test
  void aLaunchThatWasKilledWhileItsModelCameGoesOnByItself() throws IOException {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, BYTES, BYTES / 5);
        PackagedServer server = server(runner)) {
      ObjectNode launch =
          Json.object()
              .put("source", "path")
              .put("path", bundle().toString())
              .put("run_id", "asked")
              .put("progress_id", "p-asks");
      assertThat(server.post("/blueprints/launch/runs?wait=0s", launch).statusCode())
          .isEqualTo(202);
      killWhilePulling(server, runner);

      String progress = "/blueprints/launch/progress/p-asks";
      eventually("it is over", PATIENCE, () -> server.get(progress).at("/completed").asBoolean());
      JsonNode reported = server.get(progress);
      assertThat(reported.at("/status").asText()).as("%s", reported).isEqualTo("completed");
      server.awaitEnd(reported.at("/job_id").asText());
      assertThat(server.get("/runs/asked/result").toString()).contains("hello");
      assertThat(server.get("/jobs").at("/data")).hasSize(1);
      assertThat(server.get(PATH).at("/used_by").toString()).isEqualTo("[\"asks\"]");
      assertThat(runner.asked(Door.PULL)).isEqualTo(2);
    }
  }

  private Path bundle() throws IOException {
    Path bundle = folder.resolve("asks");
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "asks", "steps": [{"id": "ask", "run": ["echo", "hello"]}]}""");
    Files.writeString(
        bundle.resolve("config/default.json"), "{\"llm\": {\"runtime_model\": \"smollm2\"}}");
    return bundle;
  }

  /** Each answer comes within 2.5 seconds, and with it the models of the last time. */
  @Test
  void fiftyWhoAskWhileTheRunnerHangsWaitForOneRequest() throws Exception {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        PackagedServer server = server(runner);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Long> list =
          () -> {
            long begun = System.nanoTime();
            JsonNode reported = server.get("/models");
            assertThat(reported.at("/models/0/installed").asBoolean()).as("%s", reported).isTrue();
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
          };
      List<Callable<Long>> fifty = Collections.nCopies(50, list);
      server.get("/models");
      callers.invokeAll(fifty); // connections are open, and code is compiled
      runner.behave(Door.LIST, FakeFault.STALL);
      int before = runner.asked(Door.LIST);

      List<Long> took = new ArrayList<>();
      for (Future<Long> one : callers.invokeAll(fifty)) {
        took.add(one.get());
      }
      took.sort(null);
      System.out.println("GET /models while the runner hangs: ms " + took);
      assertThat(took.getLast()).isLessThan(2500);
      assertThat(runner.asked(Door.LIST) - before).isEqualTo(1);
      assertThat(server.get("/models").toString()).contains("\"stale\":true");
    }
  }
}
