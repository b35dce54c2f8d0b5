package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.bucket.PackedJobs;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What somebody damages in Redis is named, and takes nothing else down. */
@Timeout(60)
@Whole
class DamagedJobsIT {
  private static final Keys KEYS = new Keys("mn");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static RedisFixture redis;
  private static PackedJobs packedJobs;
  private static WholeServer server;

  @BeforeAll
  static void start() {
    redis = RedisFixture.start(folder);
    packedJobs = new PackedJobs(redis.pipelines(), KEYS);
    startServer();
  }

  private static void startServer() {
    server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of("redis.url", redis.uri(), "redis.namespace", "mn", "grpc.admin_token", "admin"));
  }

  @AfterAll
  static void stop() {
    server.close();
    redis.close();
  }

  /** Not packed, as those are that this server has not made: each part can be damaged by itself. */
  private static String ended(String name) {
    String job = server.jobs().submit(Submission.of(SampleManifests.routers(name, 2))).jobId();
    Eventually.eventually(
        name + " has ended", () -> server.jobs().events(job, Long.MAX_VALUE - 1, 1).ended());
    packedJobs.thaw(job).await();
    return job;
  }

  private static String paused(String name) {
    String job =
        server.jobs().submit(Submission.of(SampleManifests.program(name, "sleep", "600"))).jobId();
    Eventually.eventually(
        name + " is paused", () -> server.jobs().pause(job, false).equals("paused"));
    return job;
  }

  private static HttpResponse<String> send(String path, String... headers) {
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path));
      if (headers.length > 0) {
        request.headers(headers);
      }
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode get(String path, int status) {
    HttpResponse<String> answer = send(path);
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(status);
    return Json.parseObject(answer.body(), "answer");
  }

  private static JsonNode row(String job) {
    return Json.elements(get("/jobs", 200).path("data"))
        .filter(row -> row.path("job_id").asText().equals(job))
        .findFirst()
        .orElseThrow();
  }

  private static void assertRestGoesOn() {
    assertThat(get("/system/summary", 200).path("jobs")).isNotEmpty();
    assertThat(get("/metrics", 200).at("/jobs/total").asInt()).isPositive();
    assertThat(send("/metrics", "Accept", "text/plain").body()).contains("mn_jobs{");
    assertThat(get("/runtime/status", 200).at("/jobs/total").asInt())
        .isEqualTo(get("/jobs?limit=1000", 200).path("data").size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no JSON            | {"job_id":           | the stored row is no JSON object
          a number           | 7                    | the stored row is no JSON object
          two objects        | {} {}                | the stored row is no JSON object
          nothing in it      | {}                   | job_id of the stored row is not the job's
          a status of no use | {"job_id":"@","status":7,"graph_id":"mine"} | status of the stored row must be a word
          """)
  void aDamagedRowIsNamedAndNothingElseFails(String name, String text, String fault) {
    String job = ended("row");
    redis.ask(Command.SET, KEYS.row(job), text.replace("@", job));

    JsonNode row = row(job);
    assertThat(row.path("status").asText()).as("as the index has it").isEqualTo("completed");
    assertThat(row.path("damaged").asBoolean()).isTrue();
    assertThat(row.path("damage").asText()).isEqualTo(fault);
    assertThat(row.path("graph_id").asText("")).isEqualTo(text.contains("mine") ? "mine" : "");
    assertDetailsAreRefused(job, fault);
    assertRestGoesOn();
  }

  @Test
  void aRowThatIsGoneOrNoTextIsNamedToo() {
    String gone = ended("gone");
    String list = ended("list");
    redis.ask(Command.DEL, KEYS.row(gone), KEYS.row(list));
    redis.ask(Command.LPUSH, KEYS.row(list), "x");

    for (String job : List.of(gone, list)) {
      assertThat(row(job).path("damage").asText()).contains("missing or no text");
      assertThat(row(job).path("status").asText()).isEqualTo("completed");
    }
    assertDetailsAreRefused(gone, "its row is missing");
    assertDetailsAreRefused(list, "another type of value");
    assertRestGoesOn();
  }

  private static void assertDetailsAreRefused(String job, String fault) {
    for (String path : List.of("", "?include=full", "/workflow-progress", "/agent-graph")) {
      JsonNode problem = get("/jobs/" + job + path, 500);
      assertThat(problem.path("error").asText()).as(path).isEqualTo("job_damaged");
      assertThat(problem.path("detail").asText()).as(path).contains(job).contains(fault);
    }
    JsonNode why = get("/jobs/" + job + "/why", 200);
    assertThat(why.path("summary").asText()).contains(fault);
    assertThat(why.at("/explanations/0/cause").asText()).isEqualTo("damaged");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          epoch | many                      | epoch must be an integer
          c     | x,y                       | field c: it must be two numbers and a word
          c     | 7                         | field c: it must be two numbers and a word
          h     | not json                  | header: it has an unexpected form
          a:r1  | {"processed":"some"}      | agent r1: member processed of its record has the wrong type
          """)
  void aDamagedFieldIsNamedByEveryView(String field, String value, String fault) {
    String job = ended("field");
    redis.ask(Command.HSET, KEYS.state(job), field, value);

    assertDetailsAreRefused(job, fault);
    assertThat(row(job).has("damaged")).as("its row is as it was").isFalse();
    assertRestGoesOn();
  }

  /** An open one is left alone at the start; all others go on. */
  @Test
  void aServerStartsBesideDamagedJobs() {
    String epoch = paused("epoch");
    String header = paused("header");
    String state = paused("state");
    String sound = paused("sound");
    server.close();
    redis.ask(Command.HSET, KEYS.state(epoch), "epoch", "many");
    redis.ask(Command.HSET, KEYS.state(header), "h", "[]");
    redis.ask(Command.DEL, KEYS.state(state));
    redis.ask(Command.SET, KEYS.state(state), "x");
    startServer();

    Eventually.eventually(
        "the sound one is open again", () -> server.jobs().resume(sound).equals("resumed"));
    assertThat(row(epoch).path("status").asText()).isEqualTo("paused");
    assertDetailsAreRefused(epoch, "epoch must be an integer");
    assertDetailsAreRefused(state, "another type of value");
    Eventually.eventually(
        "the header is named by the row",
        () -> row(header).path("recovery_reason").asText().contains("header: "));
    assertThat(get("/jobs/" + header, 200).at("/job/job_id").asText()).isEqualTo(header);
    assertThat(get("/jobs/" + header + "/why", 200).path("summary").asText()).contains("header: ");
    assertThat(server.jobs().cancel(sound)).isEqualTo("cancelled");
    for (String damaged : List.of(header, epoch, state)) {
      assertThat(server.jobs().cancel(damaged)).isEqualTo("cancelled");
      assertThat(get("/jobs/" + damaged, 200).at("/job/status").asText()).isEqualTo("cancelled");
      assertThat(row(damaged).path("graph_id").asText()).isNotEmpty();
    }
    assertRestGoesOn();
    assertThat(server.jobs().clear("admin")).isPositive();
    assertThat(get("/jobs?limit=1000", 200).path("data").findValuesAsText("job_id"))
        .doesNotContain(header, epoch, state);
  }
}
