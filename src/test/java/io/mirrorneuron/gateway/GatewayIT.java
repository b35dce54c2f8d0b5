package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.RedisState;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RawHttp;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatewayIT extends WithSharedGateway {
  private static final String JOB = "{\"manifest_json\":\"{\\\"graph_id\\\":\\\"g\\\"}\"}";

  @BeforeEach
  void forgetCalls() {
    gateway.jobs.calls().clear();
    gateway.jobs.submissions().clear();
    gateway.cluster.calls().clear();
  }

  @AfterEach
  void endTrouble() {
    gateway.jobs.intercept(call -> {});
    gateway.jobs.warn(List.of());
    gateway.cluster.intercept(call -> {});
    gateway.notReady = List.of();
  }

  /** The id of a new job. */
  private String job() throws Exception {
    return json(gateway.post("/api/v1/jobs", JOB)).path("id").asText();
  }

  @Test
  void aSubmittedJobCanBeRead() throws Exception {
    var submitted = gateway.post("/api/v1/jobs", JOB);
    String job = json(submitted).path("id").asText();
    assertThat(submitted.body())
        .isEqualTo("{\"id\":\"%s\",\"job_id\":\"%s\",\"status\":\"pending\"}".formatted(job, job));
    assertThat(submitted.statusCode()).isEqualTo(200);

    var detail = json(gateway.get("/api/v1/jobs/" + job));
    assertThat(detail.at("/job/status").asText()).isEqualTo("running");
    assertThat(detail.at("/summary/event_count").asInt()).isEqualTo(4);
    assertThat(detail.path("events")).isEqualTo(detail.path("recent_events"));
    assertThat(json(gateway.get("/api/v1/jobs/" + job + "?include=full")).has("sandboxes"))
        .isTrue();
    assertThat(json(gateway.get("/api/v1/jobs")).at("/data/0/job_id").asText()).isEqualTo(job);
  }

  @Test
  void theAnswerToASubmissionHasTheWarnings() throws Exception {
    gateway.jobs.warn(List.of("services is ignored: this server has none", "unknown member a"));
    assertThat(json(gateway.post("/api/v1/jobs", JOB)).path("warnings"))
        .extracting(JsonNode::asText)
        .containsExactly("services is ignored: this server has none", "unknown member a");
  }

  @Test
  void aJobIsPausedResumedCancelledAndClearedAway() throws Exception {
    String job = job();

    assertThat(gateway.post("/api/v1/jobs/" + job + "/pause", "").body())
        .isEqualTo("{\"status\":\"paused\",\"job_id\":\"" + job + "\"}");
    assertThat(gateway.post("/api/v1/jobs/" + job + "/resume", "").statusCode()).isEqualTo(200);
    assertThat(gateway.post("/api/v1/jobs/" + job + "/cancel", "").statusCode()).isEqualTo(200);
    assertThat(gateway.post("/api/v1/jobs/" + job + "/pause", "").statusCode()).isEqualTo(412);
    assertThat(gateway.post("/api/v1/jobs:cleanup", "").body()).isEqualTo("{\"cleared_count\":1}");
    assertThat(gateway.post("/api/v1/jobs/cleanup", "").body()).isEqualTo("{\"cleared_count\":0}");
    assertThat(gateway.jobs.calls()).contains("clear admin-secret");
    assertThat(gateway.get("/api/v1/jobs/" + job).statusCode()).isEqualTo(404);
  }

  @Test
  void aJobIsDrainedWhenThatIsAskedFor() throws Exception {
    String job = job();

    assertThat(gateway.post("/api/v1/jobs/" + job + "/pause?drain=true", "").statusCode())
        .isEqualTo(200);
    assertThat(gateway.jobs.calls()).contains("drain " + job);
  }

  @Test
  void aJobSaysWhyItDoesNotGoOn() throws Exception {
    String job = job();

    var answer = gateway.get("/api/v1/jobs/" + job + "/why");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer)).isEqualTo(Trees.tree(gateway.jobs.why(job)));
    assertThat(gateway.get("/api/v1/jobs/nope/why").statusCode()).isEqualTo(404);
  }

  @Test
  void aJobIsForkedAtAStepAtAnEventAndAtItsBeginning() throws Exception {
    String job = job();

    var answer =
        gateway.post("/api/v1/jobs/" + job + "/fork", "{\"at\":\"s\",\"inputs\":{\"s\":[1]}}");
    var keyed =
        gateway.send(
            gateway
                .request("/api/v1/jobs/" + job + "/fork")
                .header("Idempotency-Key", "again")
                .POST(HttpRequest.BodyPublishers.ofString("{\"at\":3}"))
                .build());
    gateway.post("/api/v1/jobs/" + job + "/fork", "{}");

    String fork = json(answer).path("id").asText();
    assertThat(answer.body())
        .isEqualTo(
            "{\"id\":\"%s\",\"job_id\":\"%s\",\"status\":\"pending\",\"forked_from\":%s}"
                .formatted(fork, fork, "{\"job_id\":\"" + job + "\",\"at\":\"s\"}"));
    assertThat(fork).isNotEqualTo(job);
    assertThat(json(keyed).at("/forked_from/at").asInt()).isEqualTo(3);
    ForkRequest atStep = ForkRequest.atStep("s").with(Map.of("s", Json.parse("[1]")));
    assertThat(gateway.jobs.calls())
        .contains(
            "fork " + job + " " + atStep,
            "fork " + job + " " + ForkRequest.atEvent(3).with("again"),
            "fork " + job + " " + ForkRequest.atBeginning());
    assertThat(gateway.post("/api/v1/jobs/nope/fork", "{}").statusCode()).isEqualTo(404);
  }

  @Test
  void aMessageGoesToItsAgentWithoutTheAgentsName() throws Exception {
    String job = job();

    var answer =
        gateway.post(
            "/api/v1/jobs/" + job + "/messages", "{\"agent_id\":\"a\",\"type\":\"go\",\"n\":1}");

    assertThat(json(answer).path("accepted").asBoolean()).as(answer.body()).isTrue();
    assertThat(gateway.jobs.calls()).contains("send " + job + " a {\"type\":\"go\",\"n\":1}");
  }

  @Test
  void whoeverIsFullSaysWhenToComeAgain() throws Exception {
    gateway.jobs.failWith(MnException.retryLater("agent a is full", 1250));

    var answer = gateway.post("/api/v1/jobs/any/messages", "{\"agent_id\":\"a\"}");

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
    assertThat(json(answer).path("error").asText()).isEqualTo("retry_later");
    assertThat(json(answer).path("retry_after_ms").asInt()).isEqualTo(1250);
  }

  @Test
  void aJobMayBeSentWithoutAContentTypeAndItsManifestAsAnObject() throws Exception {
    var answer =
        gateway.send(
            gateway
                .request("/api/v1/jobs")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"manifest_json\":{\"graph_id\":\"g\"},\"payloads\":{\"a\":\"x\"},"
                            + "\"force\":\"yes\"}"))
                .build());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    Submission submission = gateway.jobs.submissions().getFirst();
    assertThat(
            Json.parseObject(submission.manifestJson(), "m")
                .at("/metadata/mn_validation/force")
                .asBoolean())
        .isTrue();
    assertThat(((Submission.Payloads.Inline) submission.payloads()).files()).containsKey("a");
  }

  @Test
  void aManifestIsTakenAsAnObject() throws Exception {
    String manifest = "{\"graph_id\":\"g\",\"nodes\":[{\"n\":1,\"x\":1.50,\"m\":99999999999}]}";

    var answer = gateway.post("/api/v1/jobs", "{\"manifest\":" + manifest + "}");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    Submission submission = gateway.jobs.submissions().getFirst();
    assertThat(Json.parseObject(submission.manifestJson(), "m"))
        .isEqualTo(Json.parseObject(manifest, "m"));
  }

  @Test
  void aManifestThatIsGivenTwiceMustBeTheSame() throws Exception {
    String object = "{\"graph_id\":\"g\",\"nodes\":[{\"n\":1,\"x\":1.5,\"m\":99999999999}]}";
    String text = "{ \"nodes\": [{\"m\":99999999999, \"x\":1.5, \"n\":1}], \"graph_id\": \"g\" }";
    ObjectNode body = Json.object().put("manifest_json", text);
    body.set("manifest", Json.parseObject(object, "m"));

    var same = gateway.post("/api/v1/jobs", Json.write(body));
    var other =
        gateway.post(
            "/api/v1/jobs", Json.write(body.put("manifest_json", text.replace("1.5", "1.6"))));

    assertThat(same.statusCode()).as(same.body()).isEqualTo(200);
    assertThat(gateway.jobs.submissions().getFirst().manifestJson()).isEqualTo(text);
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(json(other).path("error").asText()).isEqualTo("invalid_request");
    assertThat(json(other).path("errors").toString())
        .isEqualTo(
            "[{\"type\":\"value_error\",\"loc\":[\"body\",\"manifest_json\"],"
                + "\"msg\":\"is another manifest than manifest\",\"input\":null}]");
    assertThat(gateway.jobs.submissions()).hasSize(1);
  }

  @Test
  void anEmptySubmissionIsToldTheNamesOfTheContract() throws Exception {
    var answer = gateway.post("/api/v1/jobs", "{\"manifest\":null,\"manifest_json\":null}");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(json(answer).path("detail").asText())
        .isEqualTo("manifest, manifest_json or bundle_path is required");
  }

  @Test
  void theSameIdempotencyKeyWithOtherContentIsAConflict() throws Exception {
    var first = submit("k", "{\"graph_id\":\"a\"}");
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(json(submit("k", "{\"graph_id\":\"a\"}")).path("id"))
        .isEqualTo(json(first).path("id"));
    var clash = submit("k", "{\"graph_id\":\"b\"}");
    assertThat(clash.statusCode()).isEqualTo(409);
    assertThat(json(clash).path("error").asText()).isEqualTo("idempotency_key_reused");
  }

  @Test
  void anUploadedBundleIsSubmittedByItsHandle() throws Exception {
    byte[] zip =
        new Zips()
            .file("top/manifest.json", "{\"graph_id\":\"z\"}")
            .file("top/payloads/a", "hi")
            .bytes();
    var uploaded = json(upload(zip));
    assertThat(uploaded.at("/manifest/graph_id").asText()).isEqualTo("z");
    String handle = uploaded.path("bundle_path").asText();
    assertThat(handle).startsWith("bundle-").doesNotContain("/");

    var submitted =
        gateway.post("/api/v1/jobs", Json.write(Json.object().put("bundle_path", handle)));
    assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(200);
    ObjectNode older = Json.object().put("_bundle_path", handle).put("bundle_path", "no-bundle");
    assertThat(gateway.post("/api/v1/jobs", Json.write(older)).statusCode()).isEqualTo(200);
    var payloads = (Submission.Payloads.Folder) gateway.jobs.submissions().getFirst().payloads();
    assertThat(Files.readString(payloads.root().resolve("a"))).isEqualTo("hi");
    try (var left = Files.list(folder.resolve("uploads"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void idsMayHoldEncodedSlashes() throws Exception {
    assertThat(json(gateway.get("/api/v1/jobs/a%2Fb")).path("detail").asText())
        .isEqualTo("job a/b was not found");
  }

  @Test
  void scalarsOfQueriesAreLax() throws Exception {
    gateway.get("/api/v1/jobs?limit=3.0&include_terminal=Off");
    gateway.get("/api/v1/jobs?limit=100000000&include_terminal=Y");
    assertThat(gateway.jobs.calls()).containsExactly("list 3 false", "list 1000 true");
  }

  @Test
  void headAnswersLikeGetWithoutABody() throws Exception {
    String body = gateway.get("/api/v1/jobs").body();
    var head =
        RawHttp.send(
            gateway.port(),
            "HEAD /api/v1/jobs HTTP/1.1\r\nAuthorization: Bearer " + GatewayFixture.TOKEN + "\r\n",
            new byte[0]);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.headers()).containsEntry("content-length", String.valueOf(body.length()));
    assertThat(head.body()).isEmpty();
  }

  @Test
  void allowNamesEveryMethodOfThePath() throws Exception {
    var answer = gateway.send(gateway.request("/api/v1/jobs").DELETE().build());
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD, POST");
  }

  @Test
  void requestIdsAreEchoedOrMade() throws Exception {
    var mine =
        gateway.send(gateway.request("/api/v1/nothing").header("X-Request-Id", "mine-1").build());
    assertThat(mine.headers().firstValue("X-Request-Id")).hasValue("mine-1");
    assertThat(json(mine).path("request_id").asText()).isEqualTo("mine-1");
    var odd = gateway.send(gateway.request("/api/v1/jobs").header("X-Request-Id", "<b>").build());
    assertThat(odd.headers().firstValue("X-Request-Id").orElseThrow()).startsWith("r-");
  }

  @Test
  void errorsCarryTheHeadersOfEveryAnswer() throws Exception {
    var answer =
        RawHttp.send(
            gateway.port(),
            "GET /api/v1/jobs HTTP/1.1\r\nOrigin: https://ui.example\r\n",
            new byte[0]);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.headers())
        .containsEntry("www-authenticate", "Bearer")
        .containsEntry("access-control-allow-origin", "https://ui.example")
        .containsEntry("vary", "origin")
        .containsEntry("x-content-type-options", "nosniff")
        .containsEntry("cache-control", "no-store")
        .containsKey("x-request-id");
  }

  @Test
  void preflightsAreForListedOriginsOnly() throws Exception {
    String head = "OPTIONS /api/v1/jobs HTTP/1.1\r\nAccess-Control-Request-Method: POST\r\n";
    var listed = RawHttp.send(gateway.port(), head + "Origin: https://ui.example\r\n", new byte[0]);
    assertThat(listed.status()).isEqualTo(200);
    assertThat(listed.headers()).containsEntry("access-control-max-age", "600");
    var other =
        RawHttp.send(gateway.port(), head + "Origin: https://evil.example\r\n", new byte[0]);
    assertThat(other.status()).isEqualTo(400);
    assertThat(other.headers()).doesNotContainKey("access-control-allow-origin");
  }

  @Test
  void aRuntimeThatIsAwayIs503AndAskedAgainLater() throws Exception {
    gateway.jobs.failWith(MnException.unavailable("the runtime is not reachable", null));
    var answer = gateway.get("/api/v1/jobs");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(json(answer).path("detail").asText()).isEqualTo("the runtime is not reachable");
  }

  @Test
  void whatFailsUnexpectedlyTellsNothingOfItself() throws Exception {
    gateway.jobs.intercept(
        call -> {
          throw new IllegalStateException("password=hunter2");
        });
    var answer = gateway.get("/api/v1/jobs");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("hunter2");
  }

  @Test
  void theStatusReportsADeadRuntimeAndStaysGreenItself() throws Exception {
    var fine = json(gateway.get("/api/v1/runtime/status"));
    assertThat(fine.path("overall").asText()).isEqualTo("passing");
    assertThat(fine.at("/nodes/by_status/healthy").asInt()).isEqualTo(1);
    gateway.cluster.failWith(MnException.unavailable("gone", null));
    var answer = gateway.get("/api/v1/runtime/status");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer).path("overall").asText()).isEqualTo("critical");
    assertThat(json(answer).at("/nodes/available").asBoolean()).isFalse();
    assertThat(
            gateway
                .send(HttpRequest.newBuilder(gateway.uri("/api/v1/health")).build())
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void healthIsAlwaysOkAndTellsHowWhatItNeedsIs() throws Exception {
    assertThat(healthOf()).isEqualTo("ok true ok");

    gateway.notReady = List.of("Redis does not answer", "it cannot write");
    try {
      assertThat(healthOf()).isEqualTo("ok false Redis does not answer; it cannot write");
    } finally {
      gateway.notReady = List.of();
    }
  }

  private String healthOf() throws Exception {
    var answer = gateway.get("/api/v1/health");
    assertThat(answer.statusCode()).isEqualTo(200);
    var health = Json.parseObject(answer.body(), "health");
    return "%s %s %s"
        .formatted(
            health.path("status").asText(),
            health.path("ready").asBoolean(),
            health.at("/dependencies/redis").asText());
  }

  @Test
  void readinessNeedsNoTokenAndTellsWhyNot() throws Exception {
    var ask = HttpRequest.newBuilder(gateway.uri("/api/v1/health/ready")).build();
    assertThat(gateway.send(ask).body()).isEqualTo("{\"status\":\"ready\"}");

    gateway.notReady = List.of("Redis does not answer", "a disk is full");
    var answer = gateway.send(ask);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(json(answer).path("error").asText()).isEqualTo("not_ready");
    assertThat(json(answer).path("detail").asText())
        .isEqualTo("not ready: Redis does not answer; a disk is full");
    assertThat(json(answer).path("reasons")).hasSize(2);
    assertThat(gateway.send(HttpRequest.newBuilder(gateway.uri("/api/v1/health")).build()))
        .returns(200, HttpResponse::statusCode);
  }

  @Test
  void theStatusTellsOfRedis() throws Exception {
    RedisState before = gateway.redis;
    try {
      assertThat(redis().path("status").asText()).isEqualTo("passing");
      assertThat(redis().at("/detail/version").asText()).isEqualTo("Redis 9.0.0");
      gateway.redis = new RedisState("redis://far:6379", true, "Redis 7.0.15", "is old", null);
      assertThat(redis().path("status").asText()).isEqualTo("warning");
      assertThat(redis().at("/detail/warning").asText()).isEqualTo("is old");
      gateway.redis = new RedisState("redis://far:6379", false, "Redis 7.0.15", "is old", null);
      assertThat(redis().path("status").asText()).isEqualTo("critical");
      assertThat(redis().path("error").asText()).isEqualTo("there is no connection to Redis");
      assertThat(json(gateway.get("/api/v1/runtime/status")).path("overall").asText())
          .isEqualTo("critical");
    } finally {
      gateway.redis = before;
    }
  }

  @Test
  void theStatusTellsOfNothingThatIsNotThere() throws Exception {
    var status = json(gateway.get("/api/v1/runtime/status"));

    assertThat(status.path("components").findValuesAsText("name"))
        .containsExactly("core_grpc", "api", "storage", "redis");
    assertThat(status.at("/endpoints/web_ui").isNull()).as("there is none").isTrue();
    for (String file : List.of("/runtime/compose_env", "/runtime/endpoints_file")) {
      assertThat(status.at(file).isNull()).as(file).isTrue();
    }
    assertThat(status.at("/shared_storage/host_root").isNull()).isTrue();
  }

  @Test
  void theStatusTellsOfAFullDisk() throws Exception {
    assertThat(component("storage").path("status").asText()).isEqualTo("passing");
    gateway.fullDisks = List.of("the disk with the home folder is full");
    try {
      assertThat(component("storage").path("status").asText()).isEqualTo("warning");
      assertThat(component("storage").path("error").asText())
          .isEqualTo("the disk with the home folder is full");
    } finally {
      gateway.fullDisks = List.of();
    }
  }

  private JsonNode redis() throws Exception {
    return component("redis");
  }

  private JsonNode component(String name) throws Exception {
    return Json.elements(json(gateway.get("/api/v1/runtime/status")).path("components"))
        .filter(component -> component.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void metricsAreJsonOrPrometheusText() throws Exception {
    assertThat(json(gateway.get("/api/v1/metrics")).at("/nodes/total").asInt()).isEqualTo(1);
    var text =
        gateway.send(gateway.request("/api/v1/metrics").header("Accept", "text/plain").build());
    assertThat(text.headers().firstValue("Content-Type")).hasValue("text/plain");
    assertThat(text.body()).contains("mn_nodes{status=\"healthy\"} 1.0\n");
  }

  @Test
  void resourcesAreCompletedAndLimited() throws Exception {
    var set = gateway.post("/api/v1/resource", "{\"cpu\":\"50\",\"gpu\":null}");
    assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
    assertThat(json(set).at("/combined/memory_total_gb").asDouble()).isEqualTo(8.0);
    assertThat(gateway.cluster.calls()).containsExactly("setResource {\"cpu\":50}");
  }

  @Test
  void membersThatLimitNothingAreNamed() throws Exception {
    String reported = "member cpux of the request is ignored; did you mean cpu?";
    var set = gateway.post("/api/v1/resource", "{\"cpu\":50,\"cpux\":3}");
    assertThat(json(set).at("/warnings/0").asText()).isEqualTo(reported);
    assertThat(gateway.cluster.calls()).containsExactly("setResource {\"cpu\":50}");
    assertThat(json(gateway.post("/api/v1/resource", "{\"cpux\":50}")).at("/detail").asText())
        .isEqualTo("at least one of cpu, gpu, memory, or disk is required; " + reported);
  }

  @Test
  void deadLettersAreListedAndReplayed() throws Exception {
    String job = job();
    ObjectNode letter = Json.object().put("type", "dead_letter").put("agent_id", "b");
    letter.putObject("payload").put("reason", "expired");
    gateway.jobs.append(job, letter);

    var list = json(gateway.get("/api/v1/jobs/" + job + "/dead-letters"));
    assertThat(list.at("/data/0/event_index").asInt()).isEqualTo(4);
    assertThat(list.at("/data/0/reason").asText()).isEqualTo("expired");
    assertThat(gateway.post("/api/v1/jobs/" + job + "/dead-letters/0/replay", "").statusCode())
        .isEqualTo(200);
    assertThat(gateway.post("/api/v1/jobs/" + job + "/dead-letters/1/replay", "").statusCode())
        .isEqualTo(404);
  }

  @Test
  void theContractAndItsPagesComeFromTheJar() throws Exception {
    for (String path :
        new String[] {
          "/openapi.json",
          "/openapi.yaml",
          "/schemas/manifest.json",
          "/docs",
          "/docs/cli",
          "/docs/start.js",
          "/docs/swagger-ui.css",
          "/docs/swagger-ui-bundle.js"
        }) {
      var answer = gateway.send(HttpRequest.newBuilder(gateway.uri(path)).build());
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-security-policy").orElseThrow())
          .contains("'self'");
    }
    assertThat(gateway.send(HttpRequest.newBuilder(gateway.uri("/docs")).build()).body())
        .doesNotContain("http");
  }

  @Test
  void aBrowserAtTheRootIsShownThePagesOfTheContract() throws Exception {
    HttpRequest.Builder root = HttpRequest.newBuilder(gateway.uri("/"));
    var page = gateway.send(root.header("Accept", "text/html,*/*;q=0.8").build());

    assertThat(page.statusCode()).isEqualTo(302);
    assertThat(page.headers().firstValue("location")).contains("/docs");
    assertThat(gateway.send(root.HEAD().build()).statusCode()).isEqualTo(302);
    assertThat(gateway.send(HttpRequest.newBuilder(gateway.uri("/")).build()).statusCode())
        .isEqualTo(404);
  }

  private HttpResponse<String> submit(String key, String manifest) throws Exception {
    return gateway.send(
        gateway
            .request("/api/v1/jobs")
            .header("Idempotency-Key", key)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    Json.write(Json.object().put("manifest_json", manifest))))
            .build());
  }

  private HttpResponse<String> upload(byte[] zip) throws Exception {
    var head =
        "--b\r\nContent-Disposition: form-data; name=\"bundle\"; filename=\"b.ZIP\"\r\n\r\n"
            .getBytes(StandardCharsets.UTF_8);
    var tail = "\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8);
    return gateway.send(
        gateway
            .request("/api/v1/bundles/upload")
            .header("Content-Type", "multipart/form-data; boundary=b")
            .POST(
                HttpRequest.BodyPublishers.concat(
                    HttpRequest.BodyPublishers.ofByteArray(head),
                    HttpRequest.BodyPublishers.ofByteArray(zip),
                    HttpRequest.BodyPublishers.ofByteArray(tail)))
            .build());
  }

  private static ObjectNode json(HttpResponse<String> answer) {
    return Json.parseObject(answer.body(), "answer");
  }
}
