package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs of jobs without programs are written when somebody looks, and then as they always are. */
@Timeout(60)
@Whole
class RunsOnDemandIT {
  private static final Keys KEYS = new Keys("mn");
  private static final String ROUTERS = SampleManifests.routers("routers", 2);

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private RedisFixture redis;
  private WholeServer server;

  @BeforeEach
  void start() {
    redis = RedisFixture.start(folder.resolve("redis"));
    server = server("on_demand");
  }

  @AfterEach
  void stop() {
    server.close();
    redis.close();
  }

  private WholeServer server(String write) {
    return WholeServer.start(
        folder.resolve("home"),
        Map.of("redis.url", redis.uri(), "redis.namespace", "mn", "runs.write", write));
  }

  private void restart(String write) {
    server.close();
    server = server(write);
  }

  /** Returns when nothing is left to write of the job for now. */
  private String ended(String manifest) {
    String job = server.jobs().submit(Submission.of(manifest)).jobId();
    Eventually.eventually("the recorder has done what it had to", () -> !isIn(unrecorded(), job));
    return job;
  }

  private static String unrecorded() {
    return KEYS.unrecordedJobs();
  }

  private boolean isIn(String set, String job) {
    return redis.ask(Command.SISMEMBER, set, job).toBoolean();
  }

  private boolean hasFolder(String job) {
    return Files.exists(run(job));
  }

  private Path run(String job) {
    return server.runsRoot().resolve("run-" + job);
  }

  private HttpResponse<String> get(String path) {
    URI uri = server.uri(path);
    try {
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private JsonNode json(String path) {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parseObject(answer.body(), "answer");
  }

  /** What a folder holds, without what differs from job to job. */
  private Map<String, String> documents(String job) {
    Map<String, String> documents = new TreeMap<>();
    try (Stream<Path> files = Files.list(run(job))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        documents.put(
            file.getFileName().toString(),
            Files.readString(file)
                .replace(job, "JOB")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "TIME")
                .replaceAll("(trc_|spn_|\"message_id\":\")[\\w-]{16}", "ID")
                .replaceAll("\"(duration_ms|at_ms)\" ?: ?\\d+", "MS"));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return documents;
  }

  @Test
  void aRunIsWrittenOnceSomebodyLooksAndThenAsAlways() {
    String job = ended(ROUTERS);
    assertThat(hasFolder(job)).isFalse();
    assertThat(json("/jobs/" + job + "?include=status").at("/job/status").asText())
        .isEqualTo("completed");
    assertThat(hasFolder(job)).as("a look at the job is none at its run").isFalse();

    assertThat(json("/runs/run-" + job + "/events").path("data")).hasSizeGreaterThan(5);

    assertThat(hasFolder(job)).isTrue();
    assertThat(isIn(KEYS.unreadJobs(), job)).isFalse();
    Map<String, String> onDemand = documents(job);
    restart("always");
    String other = ended(ROUTERS);
    assertThat(onDemand).isEqualTo(documents(other));
  }

  @Test
  void eachEndpointOpensARun() {
    for (String endpoint :
        List.of(
            "/jobs/%s",
            "/runs/run-%s/result",
            "/runs/run-%s/stream",
            "/runs/run-%s/artifacts",
            "/runs/run-%s/export",
            "/runs/run-%s/timeline")) {
      String job = ended(ROUTERS);
      assertThat(hasFolder(job)).isFalse();
      assertThat(get(endpoint.formatted(job)).statusCode()).as(endpoint).isEqualTo(200);
      assertThat(hasFolder(job)).as(endpoint).isTrue();
    }
    assertThat(get("/runs/run-nobody/events").statusCode()).isEqualTo(404);
  }

  @Test
  void aListShowsRunsWithoutWritingThemAlsoAfterARestart() {
    List<String> jobs = List.of(ended(ROUTERS), ended(ROUTERS));
    JsonNode before = json("/runs");
    restart("on_demand");

    JsonNode after = json("/runs");
    assertThat(after).isEqualTo(before);
    assertThat(after.path("total").asInt()).isEqualTo(2);
    assertThat(jobs).noneMatch(this::hasFolder);
    get("/runs/run-" + jobs.getFirst() + "/events");
    get("/runs/run-" + jobs.getLast() + "/events");
    assertThat(jobs).allMatch(this::hasFolder);
    assertThat(json("/runs")).as("as their folders tell it").isEqualTo(before);
  }

  @Test
  void aRunIsWrittenAfterARestartAndWhenTheSettingIsChanged() {
    String looked = ended(ROUTERS);
    String other = ended(ROUTERS);
    restart("on_demand");
    assertThat(json("/runs/run-" + looked + "/events").path("data")).isNotEmpty();
    assertThat(hasFolder(other)).isFalse();

    restart("always");
    Eventually.eventually("the other is written", () -> hasFolder(other));
    Eventually.eventually("none waits", () -> !isIn(KEYS.unreadJobs(), other));
  }

  /** Clearing would take away what the run is made of. */
  @Test
  void aJobThatGoesLeavesItsRun() {
    String cleared = ended(ROUTERS);
    server.jobs().clear(adminToken());
    assertThat(hasFolder(cleared)).isTrue();
    assertThat(redis.ask(Command.EXISTS, KEYS.row(cleared)).toInteger()).isZero();

    String due = ended(ROUTERS);
    redis.ask(Command.ZADD, KEYS.jobs() + "leaving", 1, due);
    restart("on_demand"); // tidies
    Eventually.eventually("it is written before its job goes", () -> hasFolder(due));
    restart("on_demand");
    assertThat(redis.ask(Command.EXISTS, KEYS.row(due)).toInteger()).isZero();
    assertThat(json("/runs/run-" + due + "/events").path("data")).isNotEmpty();
  }

  /** Whether their runs were about to wait or did so already makes no difference. */
  @Test
  void allJobsGoThatHaveEndedAlsoThisMoment() {
    for (int jobs = 1; jobs <= 5; jobs++) {
      List<String> ended =
          Stream.generate(() -> server.jobs().submit(Submission.of(ROUTERS)).jobId())
              .limit(20)
              .toList();
      Eventually.eventually(
          "they have ended",
          () -> redis.ask(Command.ZCARD, KEYS.jobs() + "completed").toInteger() == 20);

      assertThat(server.jobs().clear(adminToken())).isEqualTo(20);
      assertThat(ended).allMatch(this::hasFolder);
    }
  }

  private String adminToken() {
    try {
      return Files.readString(folder.resolve("home/grpc_admin.token")).strip();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatHasProgramsOrFailsIsWrittenAtOnce() {
    assertThat(hasFolder(ended(SampleManifests.program("program", "true")))).isTrue();
    String fails = SampleManifests.program("fails", "false");
    assertThat(
            hasFolder(
                ended(fails.replaceFirst("\\{", "{\"policies\":{\"restart\":{\"attempts\":0}},"))))
        .isTrue();
  }
}
