package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.HealthClient;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.SmallDisk;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server with everything on a disk of 48 MiB, which fills and is freed. */
@Timeout(180)
@Proof.Limits
class FullDiskE2E {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String JOBS = "mirrorneuron.job.v1.JobService";
  private static final int OPEN = 6;

  @TempDir Path folder;
  private SmallDisk disk;
  private PackagedServer server;
  private Vertx vertx;
  private Clients clients;
  private HealthClient health;

  @BeforeEach
  void start() throws Exception {
    Files.createDirectory(shared());
    disk = SmallDisk.mounted(folder.resolve("disk"), 48);
    server =
        PackagedServer.start(
            disk.folder().resolve("home"),
            Map.of(
                "MN_LOGS_ROOT", folder.resolve("logs").toString(),
                "MN_EXECUTOR_SHARED_FOLDERS", folder.resolve("shared").toString()));
    vertx = Vertx.vertx();
    clients = server.clients(vertx);
    health = new HealthClient(vertx, server.grpc());
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      health.close();
      clients.close();
      vertx.close().await();
      server.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  @Test
  void aServerThatFindsItFullAtItsStartSaysSoAndNothingRunsUnconfined() throws Exception {
    server.kill9();
    disk.fill();
    Process process =
        PackagedServer.launch(
            server.home(),
            Map.of("MN_LOGS_ROOT", folder.resolve("logs").toString()),
            "up",
            "--api-port=0",
            "--grpc-port=0");
    assertThat(PackagedServer.said(process))
        .contains("mn: a disk is full: ", "make room on it, and try again")
        .doesNotContain("not confined", "unexpected");
    assertThat(PackagedServer.exitCode(process, SOON)).isEqualTo(1);
    disk.free();
    server.restart();
  }

  @Test
  void aFullDiskIsToldAsSuchAndAllGoesOnWhenThereIsRoom() throws Exception {
    String ended = server.submit(SampleManifests.program("ended", "echo", "before"));
    server.awaitEnd(ended);
    String paused = server.submit(SampleManifests.program("paused", "sleep", "60"));
    server.post("/jobs/" + paused + "/pause");
    List<String> open = new ArrayList<>();
    for (int i = 0; i < OPEN; i++) {
      open.add(server.submit(waiting("open" + i)));
    }
    eventually("all programs run", () -> Files.exists(shared().resolve("begun")) && begun() >= 4);
    List<ServingStatus> reported = health.watch("");
    assertThat(server.get("/health/ready").path("status").asText()).isEqualTo("ready");

    disk.fill();
    eventually("the disk is noticed", SOON, () -> status("/health/ready") == 503);
    Files.createFile(shared().resolve("go"));
    eventually("why says so", SOON, () -> open.stream().allMatch(job -> isHeld(why(job))));

    isRefused(post("/jobs", submission("later")));
    isRefused(post("/jobs/" + ended + "/fork", Json.object()));
    isRefused(server.send(upload(new byte[1 << 20])));
    isRefused(server.send(server.request("/runs/run-" + ended + "/export?format=zip")));
    isRefused(server.send(server.request("/runs/run-" + ended + "/export?format=json")));
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> clients.jobs().submit(Submission.of(manifest("later"))))
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_FULL))
        .withMessageContaining("the home folder " + server.home() + " is full");
    assertThat(server.get("/health").path("status").asText()).isEqualTo("ok");
    ObjectNode notReady = Json.parseObject(get("/health/ready").body(), "answer");
    assertThat(notReady.path("error").asText()).isEqualTo("not_ready");
    assertThat(notReady.path("detail").asText())
        .contains("the disk with the home folder is full")
        .doesNotContain(folder.toString());
    assertThat(health.check("")).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health.check(JOBS)).isEqualTo(ServingStatus.NOT_SERVING);
    eventually("the watch is told", SOON, () -> reported.contains(ServingStatus.NOT_SERVING));
    whyIsTheSameEverywhere(open.getFirst());
    readsGoOn(ended, open.getFirst());
    assertThat(post("/jobs/" + paused + "/resume", Json.object()).statusCode())
        .as("tried, and told as what it is where it cannot be stored")
        .isIn(200, 507);

    disk.free();
    eventually("the room is noticed", SOON, () -> status("/health/ready") == 200);
    eventually("health", SOON, () -> reported.getLast() == ServingStatus.SERVING);
    assertThat(health.check(JOBS)).isEqualTo(ServingStatus.SERVING);
    for (String job : open) {
      assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      assertThat(server.events(job))
          .filteredOn(event -> event.path("type").asText().equals("sandbox_job_completed"))
          .as("results of %s", job)
          .hasSize(2);
      eventually("the run is written", SOON, () -> status("/runs/run-" + job + "/result") == 200);
    }
    assertThat(Files.readAllLines(shared().resolve("counted"))).hasSize(OPEN);
    String again = server.submit(SampleManifests.program("again", "echo", "after"));
    assertThat(server.awaitEnd(again).at("/job/status").asText()).isEqualTo("completed");
    assertThat(server.send(upload(zip())).statusCode()).isEqualTo(200);
    assertThat(status("/runs/run-" + ended + "/export?format=zip")).isEqualTo(200);

    assertThat(log(" WARN ", " ERROR ")).as("less than a minute of a full disk").hasSize(1);
    assertThat(log("there is room on the disks again")).hasSize(1);
  }

  @Test
  void anOperationThatFillsTheDiskIsToldSoAndLeavesNothing() throws Exception {
    String ended = server.submit(SampleManifests.program("ended", "echo", "before"));
    server.awaitEnd(ended);
    byte[] big = new byte[(int) (disk.freeBytes() * 11 / 20)]; // more than is left then
    new Random(1).nextBytes(big);
    Path run = server.home().resolve("runs/run-" + ended);
    Files.write(run.resolve("big.bin"), big);
    long free = disk.freeBytes();
    assertThat(free).isLessThan(big.length).isGreaterThan(8 << 20);

    isRefused(server.send(upload(new byte[(int) free + (1 << 20)])));
    eventually("the upload is gone", SOON, () -> status("/health/ready") == 200);
    isRefused(server.send(server.request("/runs/run-" + ended + "/export?format=zip")));
    eventually("the export is gone", SOON, () -> status("/health/ready") == 200);

    assertThat(disk.freeBytes()).isGreaterThan(free - (1 << 20));
    String again = server.submit(SampleManifests.program("again", "echo", "after"));
    assertThat(server.awaitEnd(again).at("/job/status").asText()).isEqualTo("completed");
  }

  /** A program that waits for the test, and one after it that counts how often it ran. */
  private String waiting(String graph) {
    String wait = "echo 1 >> '%s/begun'; while [ ! -e '%s/go' ]; do sleep 0.1; done";
    return SampleManifests.programs(
        graph,
        2,
        name ->
            new String[] {
              "sh",
              "-c",
              name.equals("p1")
                  ? wait.formatted(shared(), shared())
                  : "echo 1 >> '%s/counted'".formatted(shared())
            });
  }

  private int begun() {
    try {
      return Files.readAllLines(shared().resolve("begun")).size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String manifest(String graph) {
    return SampleManifests.program(graph, "true");
  }

  private static ObjectNode submission(String graph) {
    return Json.object().put("manifest_json", manifest(graph));
  }

  private HttpResponse<String> get(String path) {
    return server.send(server.request(path));
  }

  private int status(String path) {
    return get(path).statusCode();
  }

  private HttpResponse<String> post(String path, ObjectNode body) {
    return server.post(path, body);
  }

  private HttpRequest.Builder upload(byte[] zip) {
    return server
        .request("/bundles/upload")
        .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
        .POST(BodyPublishers.ofByteArray(BundleUpload.multipart(zip)));
  }

  private static byte[] zip() {
    return Zips.bundle(manifest("uploaded")).bytes();
  }

  private void isRefused(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(507);
    assertThat(answer.headers().firstValue("Retry-After")).contains("10");
    ObjectNode problem = Json.parseObject(answer.body(), "problem");
    assertThat(problem.path("error").asText()).isEqualTo("storage_full");
    assertThat(problem.path("detail").asText()).contains(disk.folder().toString(), "make room");
  }

  private ObjectNode why(String job) {
    return server.get("/jobs/" + job + "/why");
  }

  private static boolean isHeld(ObjectNode why) {
    return Json.elements(why.path("explanations"))
        .anyMatch(one -> one.path("cause").asText().equals("storage_full"));
  }

  private void whyIsTheSameEverywhere(String job) throws Exception {
    JsonNode one = why(job).path("explanations").path(0);
    assertThat(one.path("cause").asText()).isEqualTo("storage_full");
    assertThat(one.path("text").asText()).contains("is full", "make room");
    assertThat(one.path("record").asText()).isEqualTo("GET /health/ready");
    assertThat(one.path("state").asText()).isNotEmpty();
    assertThat(isHeld(Trees.tree(clients.jobs().why(job)))).isTrue();
    Process mn = PackagedServer.launch(server.home(), Map.of(), "job", "why", job);
    String said = new String(mn.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(PackagedServer.exitCode(mn, Duration.ofSeconds(30))).as(said).isZero();
    assertThat(said.replaceAll("\\s+", " ")).contains("is full");
  }

  private void readsGoOn(String ended, String open) {
    for (String path :
        List.of(
            "/jobs",
            "/jobs/" + ended,
            "/jobs/" + open + "?include=full",
            "/jobs/" + open + "/events",
            "/jobs/" + open + "/workflow-progress",
            "/jobs/" + open + "/agent-graph",
            "/runs",
            "/runs/run-" + ended + "/events",
            "/runs/run-" + open + "/events",
            "/runs/run-" + ended + "/logs",
            "/runs/run-" + ended + "/timeline",
            "/runs/run-" + open + "/resources",
            "/runs/run-" + ended + "/observability-summary",
            "/runs/run-" + ended + "/result",
            "/runs/run-" + ended + "/artifacts",
            "/runs/run-" + open + "/human",
            "/human",
            "/system/summary",
            "/runtime/status",
            "/metrics")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
    }
  }

  private List<String> log(String... words) throws IOException {
    return Files.readAllLines(folder.resolve("logs/mn.log")).stream()
        .filter(line -> List.of(words).stream().anyMatch(line::contains))
        .filter(line -> !line.contains("RedisServer]")) // says at each start how old it is
        .toList();
  }

  /** Where programs write that is not on the disk. */
  private Path shared() {
    return folder.resolve("shared");
  }
}
