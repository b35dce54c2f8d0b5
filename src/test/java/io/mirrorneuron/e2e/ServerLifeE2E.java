package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a server comes and goes, and what it does when others go. */
@Timeout(120)
@Whole
class ServerLifeE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void aStoppedServerLeavesNoProcessAndItsJobsGoOnLater() {
    Path home = folder.resolve("home");
    try (PackagedServer server = PackagedServer.start(home)) {
      String command = "(sleep 61 & sleep 62) & sleep 63";
      String job = server.submit(SampleManifests.program("long", "sh", "-c", command));
      Eventually.eventually("the program runs", () -> server.programs().size() >= 4);
      ProcessHandle redis = server.redis();

      assertThat(server.terminate()).isZero();
      assertThat(server.programs()).isEmpty();
      assertThat(isRunning(redis)).isFalse();
      assertThat(home.resolve("runtime-endpoints.json")).doesNotExist();

      server.restart();
      assertThat(server.status(job)).isEqualTo("running");
      Eventually.eventually("the program runs again", () -> server.programs().size() >= 4);
      assertThat(server.post("/jobs/" + job + "/cancel").path("status").asText())
          .isEqualTo("cancelled");
      assertThat(server.programs()).isEmpty();
    }
  }

  /** Killed once with a program at work and once without. */
  @Test
  void nothingIsLeftInTheTemporaryFolderAndTheLogTellsOfEachLife() throws IOException {
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    Path home = folder.resolve("home");
    try (PackagedServer server = PackagedServer.start(home, Map.of("TMPDIR", scratch.toString()))) {
      String job = server.submit(SampleManifests.program("long", "sleep", "64"));
      Eventually.eventually("the program runs", () -> !server.programs().isEmpty());
      assertThat(scratch)
          .as("workspaces alone are in TMPDIR, where programs may write")
          .isDirectoryContaining("glob:**/mn-" + runtimePart(home))
          .isDirectoryNotContaining("glob:**/{libnetty,vertx,hsperf}*");
      server.kill9();
      server.restart();
      Eventually.eventually("the program runs again", () -> !server.programs().isEmpty());
      assertThat(server.terminate()).isZero();
      assertThat(scratch).as("after a kill at work, and a clean stop").isEmptyDirectory();

      server.restart();
      server.post("/jobs/" + job + "/cancel");
      String bad = server.submit(SampleManifests.program("bad", "false"));
      server.awaitEnd(bad);
      server.kill9();
      server.restart();
      assertThat(server.terminate()).isZero();
      assertThat(scratch).as("after a kill at rest, and a clean stop").isEmptyDirectory();
      try (Stream<Path> unpacked = Files.walk(home.resolve("libraries"))) {
        assertThat(unpacked.filter(Files::isRegularFile)).isEmpty();
      }

      assertThat(Files.readAllLines(home.resolve("logs/mn.log")))
          .areExactly(4, line("MirrorNeuron .* is up: API at .*"))
          .areExactly(4, line("setting temp_dir is " + scratch + ", by TMPDIR"))
          .areExactly(1, line("job " + job + " cancelled"))
          .areExactly(1, line("job " + bad + " failed: .*"))
          .areExactly(2, line("MirrorNeuron is stopping"));
    }
  }

  private static String runtimePart(Path home) throws IOException {
    return Files.readString(home.resolve("runtime.id")).strip().substring(0, 16);
  }

  private static Condition<String> line(String message) {
    return new Condition<>(line -> line.matches(".* " + message), message);
  }

  @Test
  void aServerThatIsStoppedWhileItStartsLeavesNoProcess() throws Exception {
    Path home = folder.resolve("home");
    Process starting = PackagedServer.launch(home, Map.of(), "up", "--api-port=0", "--grpc-port=0");
    AtomicReference<ProcessHandle> found = new AtomicReference<>();
    Eventually.eventually(
        "Redis runs",
        () -> {
          redisOf(home).ifPresent(found::set);
          return found.get() != null;
        });
    ProcessHandle redis = found.get();

    starting.destroy();

    assertThat(starting.waitFor(30, TimeUnit.SECONDS)).isTrue();
    Eventually.eventually("Redis has ended", () -> !isRunning(redis));
  }

  /** By its command line only as long as it is new: Redis soon calls itself otherwise. */
  private static Optional<ProcessHandle> redisOf(Path home) {
    try {
      String pid = Files.readString(home.resolve("redis/redis.pid")).strip();
      if (!pid.isEmpty()) {
        return ProcessHandle.of(Long.parseLong(pid));
      }
    } catch (IOException e) {
      // It has not written who it is.
    }
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .commandLine()
                    .filter(line -> line.contains(home.resolve("redis") + "/redis.conf"))
                    .isPresent())
        .findFirst();
  }

  /** One that ended but was not collected by its parent has no command any more. */
  private static boolean isRunning(ProcessHandle process) {
    return process.info().command().isPresent();
  }

  @Test
  void aSecondServerSaysInOneSentenceWhatIsInItsWay() throws IOException {
    Path home = folder.resolve("home");
    Path other = folder.resolve("other");
    try (PackagedServer server = PackagedServer.start(home)) {
      String apiPort = server.api().substring(server.api().lastIndexOf(':') + 1);
      String grpcPort = server.grpc().substring(server.grpc().lastIndexOf(':') + 1);

      assertThat(refusal(home, "up", "--api-port=0", "--grpc-port=0"))
          .startsWith("mn: another MirrorNeuron (process ");
      assertThat(refusal(other, "up", "--api-port=" + apiPort, "--grpc-port=0"))
          .startsWith("mn: API port localhost:" + apiPort + " cannot be opened");
      assertThat(refusal(other, "up", "--api-port=0", "--grpc-port=" + grpcPort))
          .startsWith("mn: gRPC port localhost:" + grpcPort + " cannot be opened");
      assertThat(other.resolve("redis/redis.pid")).doesNotExist();
      assertThat(server.get("/health").path("status").asText()).isEqualTo("ok");
    }
  }

  /** Nothing but records, from the first line to the last, so that collectors can read them. */
  @Test
  void whoWantsItsLogInJsonGetsNothingElse() throws Exception {
    Process process =
        PackagedServer.launch(
            folder.resolve("home"),
            Map.of("MN_LOG_FORMAT", "json"),
            "up",
            "--api-port=0",
            "--grpc-port=0");
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      List<JsonNode> lines = new ArrayList<>();
      String api = after(output, lines, " is up: API at ").replaceAll(",.*", "");
      ObjectNode order = Json.object();
      order.put("manifest_json", SampleManifests.program("bad", "sh", "-c", "exit 3"));
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + api + "/api/v1/jobs"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(Json.write(order)))
              .build();
      String answer =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
      String job = Json.parseObject(answer, "job").path("job_id").asText();
      after(output, lines, "job " + job + " failed");
      JsonNode failed = lines.getLast();
      process.toHandle().destroy(); // its output stays open
      output.lines().forEach(line -> lines.add(Json.parseObject(line, "log")));

      assertThat(lines)
          .allSatisfy(
              line -> {
                assertThat(OffsetDateTime.parse(line.path("timestamp").asText())).isNotNull();
                assertThat(line.path("level").asText()).isIn("INFO", "WARN", "ERROR");
                assertThat(line.path("message").asText()).isNotBlank();
              });
      assertThat(failed.path("job_id").asText()).isEqualTo(job);
      assertThat(failed.path("run_id").asText()).isNotBlank();
      assertThat(lines.getLast().path("message").asText()).contains("is stopping");
    } finally {
      process.destroyForcibly();
    }
  }

  /** Reads up to the message that has the text, and answers what stands behind it. */
  private static String after(BufferedReader output, List<JsonNode> lines, String text)
      throws IOException {
    String line;
    while ((line = output.readLine()) != null) {
      lines.add(Json.parseObject(line, "log"));
      String message = lines.getLast().path("message").asText();
      if (message.contains(text)) {
        return message.substring(message.indexOf(text) + text.length());
      }
    }
    throw new AssertionError(text + " is not in " + lines);
  }

  /** The one line that a server says which does not come up. */
  private static String refusal(Path home, String... arguments) throws IOException {
    Process process = PackagedServer.launch(home, Map.of(), arguments);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(PackagedServer.exitCode(process, PATIENCE)).as(said).isEqualTo(1);
    assertThat(said.strip()).hasLineCount(1);
    return said.strip();
  }

  @Test
  void jobsSurviveTheDeathOfRedis() throws InterruptedException {
    Map<String, String> written = Map.of("MN_REDIS_FSYNC", "always"); // before it is answered
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"), written)) {
      Load load = new Load(server);
      load.run(4, () -> load.accepted.size() >= 20);
      try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
        clients.submit(() -> load.run(8, load.stop::get));
        for (int death = 0; death < 3; death++) {
          int before = load.accepted.size();
          ProcessHandle redis = server.redis();
          redis.destroyForcibly();
          Eventually.eventually(
              "jobs are taken again",
              PATIENCE,
              () -> load.accepted.size() >= before + 30 && server.redis().pid() != redis.pid());
        }
        load.stop.set(true);
      }
      System.out.println(
          load.accepted.size() + " jobs accepted, " + load.refused.size() + " calls refused");

      assertThat(load.refused)
          .allSatisfy(
              refusal -> {
                assertThat(refusal.statusCode()).as(refusal.body()).isEqualTo(503);
                assertThat(refusal.headers().firstValue("Retry-After")).isPresent();
              });
      assertThat(load.accepted.values()).doesNotHaveDuplicates();
      for (String job : load.accepted.values()) {
        assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      }
      assertThat(server.get("/jobs?limit=1000").path("data")).hasSize(load.accepted.size());
    }
  }

  /** Clients that submit one job after another, each until it is taken. */
  private static final class Load {
    final PackagedServer server;
    final Map<String, String> accepted = new ConcurrentHashMap<>();
    final Queue<HttpResponse<String>> refused = new ConcurrentLinkedQueue<>();
    final AtomicBoolean stop = new AtomicBoolean();
    final Set<String> keys = ConcurrentHashMap.newKeySet();
    final ObjectNode body =
        Json.object().put("manifest_json", SampleManifests.program("load", "true"));

    Load(PackagedServer server) {
      this.server = server;
    }

    void run(int clients, java.util.function.BooleanSupplier enough) {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int client = 0; client < clients; client++) {
          threads.submit(
              () -> {
                while (!enough.getAsBoolean()) {
                  submit("key-" + keys.size() + "-" + Thread.currentThread().threadId());
                }
              });
        }
      }
    }

    private void submit(String key) {
      keys.add(key);
      while (!accepted.containsKey(key)) {
        HttpResponse<String> response = server.post("/jobs", body, "Idempotency-Key", key);
        if (response.statusCode() == 200) {
          accepted.put(key, Json.parseObject(response.body(), "job").path("job_id").asText());
        } else {
          refused.add(response);
          Thread.yield();
        }
      }
    }
  }
}
