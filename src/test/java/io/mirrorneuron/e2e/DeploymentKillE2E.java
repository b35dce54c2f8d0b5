package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Tally;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The server or its Redis is killed when a deployment has just come to one of its events; each ends
 * as the one without. {@code -Ddeployment.kills=all} kills both at every event of every way; the
 * build does a few of them.
 */
@Timeout(1200)
@Proof.Kills
class DeploymentKillE2E {
  private static final boolean ALL = "all".equals(System.getProperty("deployment.kills"));
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Map<String, String> SETTINGS = Map.of("MN_REDIS_FSYNC", "always");
  private static final AtomicInteger KEYS = new AtomicInteger();

  @TempDir static Path folder;
  private static PackagedServer server;

  /** How a deployment goes. */
  enum Way {
    ROLLING("rolling", "deployment_started", "first batch", "deployment_successful"),
    CANARY(
        "canary",
        "deployment_started",
        "deployment_canary_ready",
        "deployment_running",
        "deployment_successful"),
    BLUE_GREEN(
        "blue-green",
        "deployment_started",
        "deployment_canary_ready",
        "deployment_running",
        "deployment_switched",
        "deployment_successful"),
    /** The new job does not work. */
    SICK("blue-green", "deployment_started", "deployment_failed");

    private final String strategy;
    private final List<String> moments;

    Way(String strategy, String... moments) {
      this.strategy = strategy;
      this.moments = List.of(moments);
    }

    boolean isAsked() {
      return this == CANARY || this == BLUE_GREEN;
    }
  }

  /** What is killed, and when. */
  record Kill(Way way, String moment, boolean isOfRedis) {
    boolean isAfterPromotion() {
      return way.isAsked()
          && way.moments.indexOf(moment) >= way.moments.indexOf("deployment_running");
    }
  }

  static Stream<Kill> kills() {
    return ALL
        ? Stream.of(Way.values())
            .flatMap(
                way ->
                    way.moments.stream()
                        .flatMap(
                            moment ->
                                Stream.of(
                                    new Kill(way, moment, false), new Kill(way, moment, true))))
        : Stream.of(
            new Kill(Way.ROLLING, "first batch", false),
            new Kill(Way.BLUE_GREEN, "deployment_started", false),
            new Kill(Way.BLUE_GREEN, "deployment_switched", false),
            new Kill(Way.BLUE_GREEN, "deployment_running", true));
  }

  @BeforeAll
  static void start() {
    server = PackagedServer.start(folder.resolve("home"), SETTINGS);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Three programs with their version, behind a router; one that is sick fails. */
  private static ObjectNode manifest(int version, boolean isSick) {
    ObjectNode manifest = Json.object().put("manifest_version", "1.0").put("graph_id", "kept");
    manifest.put("type", "service");
    manifest.putArray("entrypoints").add("start");
    manifest
        .putArray("services")
        .addObject()
        .put("name", "kept")
        .put("address", "10.0.0.1")
        .put("port", 80);
    manifest.putArray("nodes").addObject().put("node_id", "start").put("agent_type", "router");
    manifest.putArray("edges");
    for (String agent : List.of("a", "b", "c")) {
      ObjectNode node = manifest.withArray("nodes").addObject();
      node.put("node_id", agent).put("agent_type", "executor");
      node.putObject("config")
          .put("runner_module", "MirrorNeuron.Runner.HostLocal")
          .put("v", version)
          .put("command", isSick ? "exit 1" : "true");
      manifest
          .withArray("edges")
          .addObject()
          .put("edge_id", "to-" + agent)
          .put("from_node", "start")
          .put("to_node", agent)
          .put("message_type", "*");
    }
    return manifest;
  }

  private static ObjectNode order(String key, int version, Way way) {
    ObjectNode order = Json.object().put("deployment_key", key).put("wait", false);
    order.set("manifest", manifest(version, way == Way.SICK && version == 2));
    ObjectNode policy = order.putObject("update_policy");
    policy.put("strategy", way.strategy).put("min_healthy_ms", 300).put("auto_revert", true);
    policy.put("healthy_deadline_ms", way == Way.SICK ? 3_000 : 60_000);
    if (way == Way.CANARY) {
      policy.put("canary", 1);
    }
    return order;
  }

  /** Asks until it is answered; what was refused as it was done before is done. */
  private static void post(String path, ObjectNode body, String done) {
    Eventually.eventually(
        path,
        () ->
            server
                .trySend(
                    server
                        .request(path)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", "once-" + key(path, body))
                        .POST(HttpRequest.BodyPublishers.ofString(Json.write(body))))
                .map(answer -> answer.statusCode() + " " + answer.body())
                .orElse("no answer"),
        said -> said.startsWith("200 ") || said.contains(done));
  }

  private static String key(String path, ObjectNode body) {
    String version = body.at("/manifest/nodes/1/config/v").asText();
    return (path + body.path("deployment_key").asText() + version).replace('/', '-');
  }

  private static JsonNode deployment(String key) {
    return server
        .trySend(server.request("/deployments/" + key))
        .filter(answer -> answer.statusCode() == 200)
        .<JsonNode>map(answer -> Json.parseObject(answer.body(), "deployment"))
        .orElseGet(Json::object);
  }

  private static boolean hasCome(JsonNode deployment, int version, String moment) {
    return deployment.path("target_version").asText().equals("" + version)
        && (moment.equals("first batch")
            ? deployment.path("changed_agent_ids").size() > 1
            : deployment.path("events").toString().contains('"' + moment + '"'));
  }

  private static void until(String key, int version, String moment) {
    Eventually.eventually(moment, PATIENCE, () -> hasCome(deployment(key), version, moment));
  }

  private static void kill(boolean isOfRedis) {
    if (isOfRedis) {
      Tally.kill(server.redis());
    } else {
      server.kill9();
      server.restart();
    }
  }

  @ParameterizedTest
  @MethodSource("kills")
  void theEndIsTheSame(Kill kill) throws Exception {
    String key = "key" + KEYS.incrementAndGet();
    post("/deployments", order(key, 1, Way.ROLLING), "never");
    until(key, 1, "deployment_successful");
    String old = deployment(key).path("current_job_id").asText();

    ObjectNode order = order(key, 2, kill.way());
    Thread deploys =
        Thread.startVirtualThread(() -> post("/deployments", order, "deployment dep_" + key));
    if (kill.isAfterPromotion()) {
      promote(key);
    }
    until(key, 2, kill.moment());
    kill(kill.isOfRedis());
    deploys.join();
    if (kill.way().isAsked() && !kill.isAfterPromotion()) {
      promote(key);
    }
    until(key, 2, kill.way() == Way.SICK ? "deployment_failed" : "deployment_successful");
    requireTheEnd(key, old, kill.way());
  }

  private static void promote(String key) {
    until(key, 2, "deployment_canary_ready");
    post(
        "/deployments/" + key + "/promote",
        Json.object(),
        "expected awaiting_promotion"); // its answer was lost
  }

  /** All of its events, each once, in their order: also those that were told around the kill. */
  private static void requireReported(JsonNode end) {
    String id = end.path("deployment_id").asText();
    Eventually.eventually(
        "the events of " + id,
        PATIENCE,
        () -> reported(id).equals(end.path("events").findValuesAsText("type")));
  }

  private static List<String> reported(String deploymentId) {
    List<String> types = new ArrayList<>();
    for (JsonNode event : server.get("/events?limit=1000").path("data")) { // newest first
      if (event.at("/payload/deployment_id").asText().equals(deploymentId)) {
        types.addFirst(event.path("event_type").asText());
      }
    }
    return types;
  }

  private static void requireTheEnd(String key, String old, Way way) {
    JsonNode end = deployment(key);
    boolean isNew = way != Way.SICK;
    assertThat(end.path("current_version").asText()).isEqualTo(isNew ? "2" : "1");
    assertThat(end.path("versions")).hasSize(2);
    requireReported(end);
    assertThat(end.path("events").findValuesAsText("type")).doesNotHaveDuplicates();
    String current = end.path("current_job_id").asText();
    assertThat(current.equals(old)).isEqualTo(way != Way.BLUE_GREEN);
    assertThat(server.status(current)).isEqualTo("running");
    if (way == Way.BLUE_GREEN) {
      assertThat(server.status(old)).isEqualTo("cancelled");
    }
    if (way == Way.SICK) {
      assertThat(server.status(end.path("target_job_id").asText())).isEqualTo("cancelled");
    }
    String runs = server.get("/jobs/" + current + "?include=full").toString();
    assertThat(runs)
        .contains("\"v\":" + (isNew ? 2 : 1))
        .doesNotContain("\"v\":" + (isNew ? 1 : 2));
    Eventually.eventually(
        "the former is gone", () -> offering().contains(old) == current.equals(old));
    assertThat(offering()).as("found").contains(current).doesNotHaveDuplicates();
  }

  private static List<String> offering() {
    return server.get("/services/kept/resolve").path("services").findValuesAsText("job_id");
  }
}
