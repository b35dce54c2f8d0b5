package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.RunOptions;
import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every sample does what {@code samples.json} says of it, and one of them through every door of a
 * packaged server. All jobs are submitted before the first is looked at, so that they run side by
 * side.
 */
@Timeout(180)
@Whole
class SamplesE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectNode EXPECTED = expectations();

  /** It has files in several folders, and its result is made of what they hold. */
  private static final String THROUGH_EVERY_DOOR = "python-fanout";

  @TempDir static Path folder;
  private static PackagedServer server;
  private static Vertx vertx;
  private static Clients clients;
  private static MirrorNeuron facade;
  private static final Map<Door, Map<String, String>> JOBS = new LinkedHashMap<>();

  /** A way into the runtime; answers with the id of the job. */
  enum Door {
    REST_INLINE {
      @Override
      String submit(Path bundle) throws IOException {
        return jobOf(inline(bundle));
      }
    },
    REST_ZIP {
      @Override
      String submit(Path bundle) throws IOException {
        HttpRequest.Builder upload =
            server
                .request("/bundles/upload")
                .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        BundleUpload.multipart(BundleUpload.of(bundle))));
        JsonNode uploaded = PackagedServer.answer(server.send(upload));
        return jobOf(Json.object().put("_bundle_path", uploaded.path("bundle_path").asText()));
      }
    },
    GRPC {
      @Override
      String submit(Path bundle) throws IOException {
        Payloads payloads = new Payloads.Folder(bundle.resolve("payloads"));
        return clients.jobs().submit(new Submission(manifest(bundle), payloads, null)).jobId();
      }
    },
    COMMAND {
      @Override
      String submit(Path bundle) throws IOException {
        Process mn =
            PackagedServer.launch(server.home(), Map.of(), "run", bundle.toString(), "--detached");
        String said = new String(mn.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(PackagedServer.exitCode(mn, PATIENCE)).as(said).isZero();
        return said.strip();
      }
    },
    FACADE {
      @Override
      String submit(Path bundle) throws InterruptedException {
        return facade.runManifest(bundle, RunOptions.DEFAULT.detached()).jobId();
      }
    };

    abstract String submit(Path bundle) throws IOException, InterruptedException;

    private static String jobOf(ObjectNode body) {
      return PackagedServer.answer(server.post("/jobs", body)).path("job_id").asText();
    }
  }

  private static String manifest(Path bundle) throws IOException {
    return Files.readString(bundle.resolve("manifest.json"));
  }

  /** The body of a submission that carries the files as text. */
  private static ObjectNode inline(Path bundle) throws IOException {
    ObjectNode body = Json.object().put("manifest_json", manifest(bundle));
    ObjectNode payloads = body.putObject("payloads");
    Path root = bundle.resolve("payloads");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        payloads.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return body;
  }

  private static ObjectNode expectations() {
    try (var text = SamplesE2E.class.getResourceAsStream("samples.json")) {
      return Json.parseObject(
          new String(text.readAllBytes(), StandardCharsets.UTF_8), "samples.json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeAll
  static void submitAll() throws Exception {
    server = PackagedServer.start(folder.resolve("home"));
    vertx = Vertx.vertx();
    clients = server.clients(vertx);
    facade =
        MirrorNeuron.connect(
            new ConfigLoader(
                    Map.of("MN_HOME", server.home().toString()), null, Map.of(), server.home())
                .load());
    for (String sample : Samples.names()) {
      Samples.unpack(sample, folder.resolve(sample));
    }
    for (Door endpoint : Door.values()) {
      Map<String, String> jobs = new LinkedHashMap<>();
      JOBS.put(endpoint, jobs);
      for (String sample : samplesThrough(endpoint)) {
        jobs.put(sample, endpoint.submit(folder.resolve(sample)));
      }
    }
  }

  private static List<String> samplesThrough(Door endpoint) {
    return endpoint == Door.REST_INLINE ? Samples.names() : List.of(THROUGH_EVERY_DOOR);
  }

  @AfterAll
  static void stop() {
    facade.close();
    clients.close();
    vertx.close().await();
    server.close();
  }

  static Stream<Arguments> submitted() {
    return JOBS.entrySet().stream()
        .flatMap(
            through ->
                through.getValue().keySet().stream()
                    .map(sample -> Arguments.of(sample, through.getKey())));
  }

  @ParameterizedTest
  @MethodSource("submitted")
  void aSampleDoesTheSameWhicheverDoorItCameThrough(String sample, Door endpoint) {
    JsonNode expected = EXPECTED.path(sample);
    String job = JOBS.get(endpoint).get(sample);
    if (expected.has("runs_until")) {
      cancelAfter(job, expected.path("runs_until").asText());
    } else {
      assertEnd(job, sample + " through " + endpoint, expected);
    }
    assertThat(happened(job))
        .as("%s through %s", sample, endpoint)
        .containsSubsequence(words(expected.path("events")));
  }

  /** A service has no end of its own. */
  private static void cancelAfter(String job, String event) {
    eventually(event + " twice", PATIENCE, () -> count(job, event) >= 2);
    assertThat(server.status(job)).isEqualTo("running");
    server.post("/jobs/" + job + "/cancel");
    assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("cancelled");
  }

  private static long count(String job, String type) {
    return server.events(job).stream().filter(e -> e.path("type").asText().equals(type)).count();
  }

  private static void assertEnd(String job, String which, JsonNode expected) {
    JsonNode details = server.awaitEnd(job).path("job");
    JsonNode result = details.path("result");
    assertThat(details.path("status").asText())
        .as("%s: %s", which, result.toPrettyString())
        .isEqualTo("completed");
    expected
        .path("output")
        .properties()
        .forEach(
            member ->
                assertThat(result.path("output").path(member.getKey()))
                    .as("%s: %s", which, member.getKey())
                    .isEqualTo(member.getValue()));
    ObjectNode steps = Json.object();
    details
        .at("/workflow_state/steps")
        .forEach(step -> steps.set(step.path("id").asText(), step.path("status")));
    assertThat(steps)
        .as(which)
        .isEqualTo(expected.has("steps") ? expected.path("steps") : Json.object());
  }

  /** What the job's events say: {@code word step}, {@code received agent}, else their type. */
  private static List<String> happened(String job) {
    return server.events(job).stream().map(SamplesE2E::word).toList();
  }

  private static String word(JsonNode event) {
    String type = event.path("type").asText();
    if (type.equals("agent_message_received")) {
      return "received " + event.path("agent_id").asText();
    }
    return type.startsWith("workflow_step_")
        ? type.substring("workflow_step_".length()) + " " + event.path("step_id").asText()
        : type;
  }

  private static List<String> words(JsonNode list) {
    List<String> words = new ArrayList<>();
    list.forEach(word -> words.add(word.asText()));
    return words;
  }

  @Test
  void everySampleHasItsExpectation() {
    Set<String> expected = new HashSet<>();
    EXPECTED.fieldNames().forEachRemaining(expected::add);
    assertThat(expected).containsExactlyInAnyOrderElementsOf(Samples.names());
  }

  @Test
  void theSlowConsumerIsNeverOverrun() {
    String job = JOBS.get(Door.REST_INLINE).get("slow-consumer");
    server.awaitEnd(job);
    List<String> states =
        server.events(job).stream()
            .filter(event -> event.path("type").asText().equals("backpressure_state"))
            .map(event -> event.at("/payload/status").asText())
            .toList();
    assertThat(states).contains("saturated", "normal");
    assertThat(server.get("/jobs/" + job + "?include=full").at("/job/result/output/messages"))
        .extracting(message -> message.path("pot").asInt())
        .isSorted();
  }

  @Test
  void theCountingServiceTakesALetterBack() throws Exception {
    String job = Door.GRPC.submit(folder.resolve("counter-service"));
    send(job, "{\"door\": \"west\", \"visitors\": 7}");
    String letters = "/jobs/" + job + "/dead-letters";
    eventually("the letter", PATIENCE, () -> server.get(letters).path("data").size() == 1);
    assertThat(server.status(job)).isEqualTo("running");

    send(job, "{\"new_door\": \"west\"}");
    server.post(letters + "/0/replay");

    eventually("west is counted", PATIENCE, () -> visitors(job, "west") == 7);
    long rounds = visitors(job, "main");
    eventually("it goes on", PATIENCE, () -> visitors(job, "main") > rounds);
    server.post("/jobs/" + job + "/cancel");
    assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("cancelled");
  }

  private static void send(String job, String body) {
    ObjectNode message = Json.object();
    message.set("body", Json.parseObject(body, "body"));
    clients.jobs().send(job, "counter", message);
  }

  private static long visitors(String job, String endpoint) {
    return server.events(job).stream()
        .filter(event -> event.path("type").asText().equals("visitors"))
        .mapToLong(event -> event.path("payload").path(endpoint).asLong())
        .max()
        .orElse(0);
  }

  @Test
  void thePaymentDuringWhichTheServerDiedWaitsForAPerson() throws Exception {
    Path bundle = folder.resolve("rent");
    Samples.unpack("human-safe", bundle);
    Path bank = folder.resolve("bank-is-open");
    Path pay = bundle.resolve("payloads/office/pay.sh");
    Files.writeString(
        pay,
        Files.readString(pay)
            .replace("sleep 1", "until [ -e '%s' ]; do sleep 0.05; done".formatted(bank)));
    try (PackagedServer dying = PackagedServer.start(folder.resolve("dying"))) {
      String job =
          PackagedServer.answer(dying.post("/jobs", inline(bundle))).path("job_id").asText();
      eventually("the payment", PATIENCE, () -> stepOf(dying, job, "pay").equals("running"));
      dying.kill9();
      dying.restart();

      eventually("a pause", PATIENCE, () -> dying.status(job).equals("paused"));
      assertThat(dying.get("/jobs/" + job + "?include=full").at("/job/recovery/reason").asText())
          .contains("agent pay ran");
      assertThat(dying.programs()).isEmpty();

      Files.createFile(bank);
      dying.post("/jobs/" + job + "/resume");
      ObjectNode ended = dying.awaitEnd(job);
      assertThat(ended.at("/job/result/output/receipt").asText()).isEqualTo("paid: rent of June");
    }
  }

  private static String stepOf(PackagedServer of, String job, String step) {
    return of.get("/jobs/" + job + "?include=full")
        .at("/job/workflow_state/steps/" + step + "/status")
        .asText();
  }
}
