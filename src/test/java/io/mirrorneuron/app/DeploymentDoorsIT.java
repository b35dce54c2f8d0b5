package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deployments by the HTTP API of a whole server, and by a client of its gRPC door. */
@Timeout(120)
@Whole
class DeploymentDoorsIT {
  @TempDir static Path home;
  private static WholeServer server;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    server = WholeServer.start(home, Silence.SHORT);
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    server.close();
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode get(String path) throws Exception {
    return ok(send(HttpRequest.newBuilder(server.uri(path))));
  }

  private static HttpResponse<String> post(String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri(path)).header("Content-Type", "application/json");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return send(request.POST(BodyPublishers.ofString(body.replace('\'', '"'))));
  }

  private static JsonNode ok(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  private static void refused(HttpResponse<String> answer, int status, String detail)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(Json.parse(answer.body()).path("detail").asText()).isEqualTo(detail);
  }

  /** A service of routers, whose first has the version in its configuration. */
  private static String body(String key, int version, String policy) {
    ObjectNode manifest = Json.parseObject(SampleManifests.routers("shop", 3), "manifest");
    manifest.put("type", "service");
    for (JsonNode node : manifest.get("nodes")) {
      if (node.get("agent_type").asText().equals("router")) {
        ((ObjectNode) node).putObject("config").put("v", version);
      }
    }
    manifest.putObject("metadata").put("deployment_tag", "t" + version).put("api_key", "s3cret");
    ObjectNode body = Json.object();
    body.set("manifest", manifest);
    body.put("deployment_key", key).put("wait", true);
    body.set("update_policy", Json.parseObject(policy.replace('\'', '"'), "policy"));
    return Json.write(body);
  }

  private static JsonNode deployed(String key, int version) throws Exception {
    JsonNode answer = ok(post("/deployments", body(key, version, "{'min_healthy_ms':0}")));
    assertThat(answer.path("status").asText()).isEqualTo("successful");
    return answer;
  }

  private static JsonNode canary(String key, int version) throws Exception {
    String policy = "{'strategy':'canary','canary':1,'min_healthy_ms':0,'auto_revert':true}";
    JsonNode answer = ok(post("/deployments", body(key, version, policy)));
    assertThat(answer.path("status").asText()).isEqualTo("awaiting_promotion");
    return answer;
  }

  private static JsonNode until(String key, String status) throws Exception {
    Eventually.eventually(
        "its status",
        () -> {
          try {
            return get("/deployments/" + key).path("status").asText();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        status::equals);
    return get("/deployments/" + key);
  }

  @Test
  void aServiceIsDeployedUpdatedAndRolledBack() throws Exception {
    JsonNode first = deployed("shop", 1);
    assertThat(first.path("deployment_id").asText()).isEqualTo("dep_shop_1");
    assertThat(first.at("/deployment/warnings/0").asText())
        .startsWith("health_check is checks, but no service of the version has a required check");
    JsonNode second = deployed("shop", 2);
    assertThat(second.path("job_id")).isEqualTo(first.path("job_id"));
    assertThat(second.at("/deployment/description").asText()).isEqualTo("agents r1, r2, r3 differ");
    assertThat(second.at("/version/tag").asText()).isEqualTo("t2");
    assertThat(second.toString()).doesNotContain("s3cret");

    JsonNode back =
        ok(post("/deployments/shop/rollback", "{'tag':'t1','reason':'orders were lost'}"));
    assertThat(back.path("deployment_id").asText()).isEqualTo("dep_shop_3");
    assertThat(back.at("/deployment/description").asText())
        .isEqualTo("agents r1, r2, r3 differ; orders were lost");
    assertThat(until("shop", "successful").path("current_version").asText()).isEqualTo("1");
    assertThat(get("/deployments/dep_shop_2").path("target_version").asText()).isEqualTo("2");
  }

  /** The only instance of a service in a role. */
  private static JsonNode instance(String service, String job) throws Exception {
    String path = "/services?passing_only=false&name=" + service + "&job_id=" + job;
    Eventually.eventually("it is registered", () -> registered(path) == 1);
    return get(path).at("/services/0");
  }

  private static int registered(String path) {
    try {
      return get(path).path("services").size();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void isOf(String job, String version, String role) throws Exception {
    JsonNode record = get("/jobs/" + job + "?include=full").at("/job/deployment");
    JsonNode service = instance("till", job);
    for (JsonNode its : new JsonNode[] {record, service}) {
      assertThat(its.path("deployment_id").asText()).isEqualTo("dep_till_" + version);
      assertThat(its.path("deployment_key").asText()).isEqualTo("till");
      assertThat(its.path("deployment_version").asText()).isEqualTo(version);
      assertThat(its.path("deployment_role").asText()).isEqualTo(role);
    }
  }

  private static List<String> jobsOf(String path) throws Exception {
    List<String> jobs = new ArrayList<>();
    get(path).path("services").forEach(one -> jobs.add(one.path("job_id").asText()));
    return jobs;
  }

  private static String offering(int version, String policy) {
    ObjectNode body = Json.parseObject(body("till", version, policy), "body");
    ((ObjectNode) body.get("manifest"))
        .putArray("services")
        .addObject()
        .put("name", "till")
        .put("address", "127.0.0.1")
        .put("port", 9);
    return Json.write(body);
  }

  @Test
  void jobsAndServicesTellWhichDeploymentMadeThemWhatTheyAre() throws Exception {
    String quick = "{'min_healthy_ms':0}";
    String job = ok(post("/deployments", offering(1, quick))).path("job_id").asText();
    isOf(job, "1", "primary");
    ok(post("/deployments", offering(2, quick)));
    isOf(job, "2", "primary");
    String next =
        ok(post("/deployments", offering(3, "{'min_healthy_ms':0,'strategy':'blue-green'}")))
            .path("job_id")
            .asText();
    isOf(job, "2", "primary");
    isOf(next, "3", "candidate");
    assertThat(jobsOf("/services?name=till&deployment_role=candidate")).containsExactly(next);
    assertThat(jobsOf("/services?name=till&deployment_role=primary")).containsExactly(job);
    assertThat(jobsOf("/services?name=till")).containsExactlyInAnyOrder(job, next);
    assertThat(jobsOf("/services/till/resolve")).containsExactly(job);
    assertThat(jobsOf("/services/till/resolve?deployment_role=candidate")).containsExactly(next);
    assertThat(jobsOf("/services/till/resolve?deployment_role=canary")).isEmpty();
    Shell shell = new Shell(Main::commandLine, home);
    JsonNode listed = shell.run("service", "list", "--name", "till", "--role", "candidate").json();
    assertThat(listed.findValuesAsText("job_id")).containsExactly(next);
    JsonNode resolved = shell.run("service", "resolve", "till", "--role", "candidate").json();
    assertThat(resolved.findValuesAsText("job_id")).contains(next).doesNotContain(job);
    ok(post("/deployments/till/promote", ""));
    until("till", "successful");
    isOf(next, "3", "primary");
    assertThat(get("/jobs/" + job + "?include=full").at("/job/deployment/deployment_role").asText())
        .isEqualTo("retired");
  }

  /** A schedule that makes a job of each event of that type about a key. */
  private static String listening(String type, String key) throws Exception {
    ObjectNode body = Json.object();
    body.set("manifest", Json.parseObject(SampleManifests.routers("heard", 1), "manifest"));
    body.putObject("schedule")
        .put("prohibit_overlap", false)
        .putObject("trigger")
        .put("event_type", type)
        .putObject("filters")
        .put("deployment_key", key);
    HttpResponse<String> made = post("/schedules", Json.write(body));
    assertThat(made.statusCode()).as(made.body()).isBetween(200, 201);
    return Json.parse(made.body()).path("schedule_id").asText();
  }

  private static int dispatched(String schedule) {
    try {
      return get("/schedules/" + schedule).at("/counters/dispatched").asInt();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> reported(String deployment) throws Exception {
    List<String> types = new ArrayList<>();
    for (JsonNode event : get("/events").path("data")) { // newest first
      if (event.at("/payload/deployment_id").asText().equals(deployment)) {
        assertThat(event.path("source").asText()).isEqualTo("runtime");
        assertThat(event.at("/payload/deployment_version").asText()).isNotEmpty();
        types.addFirst(event.path("event_type").asText());
      }
    }
    return types;
  }

  @Test
  void schedulesActOnWhatHappensToDeployments() throws Exception {
    String canaries = listening("deployment_canary_ready", "ring");
    String ends = listening("deployment_successful", "ring");
    deployed("other", 1);
    deployed("ring", 1);
    canary("ring", 2);
    ok(post("/deployments/ring/promote", ""));
    until("ring", "successful");
    Eventually.eventually("both are heard", () -> dispatched(ends) == 2);
    Eventually.eventually("so is the canary", () -> dispatched(canaries) > 0);
    assertThat(dispatched(canaries)).isEqualTo(1);
    assertThat(reported("dep_ring_2"))
        .containsExactly(
            "deployment_created",
            "deployment_started",
            "deployment_canary_ready",
            "deployment_running",
            "deployment_successful");
  }

  @Test
  void aCanaryIsPausedResumedPromotedAndAnotherFails() throws Exception {
    deployed("careful", 1);
    canary("careful", 2);
    JsonNode paused = ok(post("/deployments/careful/pause", "{'reason':'lunch'}"));
    assertThat(paused.path("status").asText()).isEqualTo("paused");
    assertThat(paused.path("events").toString()).contains("\"reason\":\"lunch\"");
    refused(
        post("/deployments/careful/promote", ""),
        412,
        "deployment is paused, expected awaiting_promotion");
    JsonNode resumed = ok(post("/deployments/careful/resume", "{'reason':'fed'}"));
    assertThat(resumed.path("status").asText()).isEqualTo("awaiting_promotion");
    assertThat(resumed.path("events").toString()).contains("\"reason\":\"fed\"");
    ok(post("/deployments/careful/promote", ""));
    until("careful", "successful");

    canary("careful", 3);
    refused(
        post("/deployments", body("careful", 4, "{}")),
        412,
        "deployment dep_careful_3 is awaiting_promotion");
    ok(post("/deployments/dep_careful_3/fail", "{'reason':'customers complain'}"));
    JsonNode failed = until("careful", "failed");
    assertThat(failed.path("failure").asText()).isEqualTo("customers complain");
    assertThat(failed.path("current_version").asText()).isEqualTo("2");
  }

  @Test
  void whoWaitsIsAnsweredWhenItIsOverOrBeforeTheClientGivesUp() throws Exception {
    deployed("patient", 1);
    canary("patient", 2);
    JsonNode promoted = ok(post("/deployments/patient/promote", "{'wait':true}"));
    assertThat(promoted.path("status").asText()).isEqualTo("successful");
    JsonNode back = ok(post("/deployments/patient/rollback", "{'version':'1','wait':true}"));
    assertThat(back.path("status").asText()).isEqualTo("successful");
    assertThat(back.at("/deployment/current_version").asText()).isEqualTo("1");

    ok(post("/deployments", body("patient", 3, "{'min_healthy_ms':60000}"))); // waits in vain
    assertThat(get("/deployments/patient").path("status").asText()).isEqualTo("running");
    refused(
        post("/deployments/patient/promote", "{'waits':true}"),
        422,
        "member waits of the request is not known; did you mean wait?");
  }

  @Test
  void listsArePaged() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (String key : new String[] {"p-a", "p-b", "p-c"}) {
      answers.add(
          http.sendAsync(
              HttpRequest.newBuilder(server.uri("/deployments"))
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(body(key, 1, "{\"min_healthy_ms\":0}")))
                  .build(),
              BodyHandlers.ofString()));
    }
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(ok(answer.get()).path("status").asText()).isEqualTo("successful");
    }
    deployed("p-b", 2);
    deployed("p-b", 3);
    JsonNode page = get("/deployments?after=p&limit=2");
    assertThat(page.at("/data/0/deployment_key").asText()).isEqualTo("p-a");
    assertThat(page.at("/data/1/deployment_id").asText()).isEqualTo("dep_p-b_3");
    assertThat(page.path("next").asText()).isEqualTo("p-b");
    JsonNode rest = get("/deployments?status=successful&limit=1&after=p-b");
    assertThat(rest.at("/data/0/deployment_key").asText()).isEqualTo("p-c");
    assertThat(get("/deployments?deployment_key=p-b").path("data")).hasSize(1);
    assertThat(get("/deployments?deployment_key=p-b&status=failed").path("data")).isEmpty();

    JsonNode newest = get("/deployments/p-b/versions?limit=2");
    assertThat(newest.at("/data/0/version").asText()).isEqualTo("3");
    assertThat(newest.at("/data/0/manifest/type").asText()).isEqualTo("service");
    assertThat(newest.toString()).doesNotContain("s3cret");
    JsonNode oldest = get("/deployments/p-b/versions?after=" + newest.path("next").asText());
    assertThat(oldest.at("/data/0/version").asText()).isEqualTo("1");
    assertThat(oldest.path("data")).hasSize(1);
    assertThat(oldest.has("next")).isFalse();
  }

  @Test
  void aRepeatedCallIsOneDeployment() throws Exception {
    String body = body("once", 1, "{'min_healthy_ms':0}");
    JsonNode one = ok(post("/deployments", body, "Idempotency-Key", "k1"));
    JsonNode other = ok(post("/deployments", body, "Idempotency-Key", "k1"));
    assertThat(other.path("deployment_id")).isEqualTo(one.path("deployment_id"));
    JsonNode noop = ok(post("/deployments", body));
    assertThat(noop.path("deployment_id").asText()).isEqualTo("dep_once_2");
    assertThat(noop.has("status")).isFalse();
  }

  @Test
  void anIdempotencyKeyIsOfOneContent() throws Exception {
    ok(post("/deployments", body("used", 1, "{'min_healthy_ms':0}"), "Idempotency-Key", "k2"));
    refused(
        post("/deployments", body("used", 2, "{'min_healthy_ms':0}"), "Idempotency-Key", "k2"),
        409,
        "the idempotency key was used before for another version, by deployment dep_used_1");
    refused(
        post("/deployments", body("dep_used_1", 1, "{}")),
        422,
        "deployment_key must not look like the id of a deployment: dep_used_1");
  }

  @Test
  void aServiceIsNotReplacedByWhatRunsToItsEnd() throws Exception {
    JsonNode first = deployed("lasting", 1);
    ObjectNode batch = Json.parseObject(body("lasting", 2, "{}"), "body");
    ((ObjectNode) batch.get("manifest")).put("type", "batch");
    HttpResponse<String> refusal = post("/deployments", Json.write(batch));
    assertThat(refusal.statusCode()).as(refusal.body()).isEqualTo(412);
    assertThat(refusal.body()).contains(first.path("job_id").asText(), "another key");
    assertThat(get("/deployments/lasting").path("current_version").asText()).isEqualTo("1");
  }

  @Test
  void aRollbackPassesOverWhatIsTheSameAndMendsWhatAFailureLeft() throws Exception {
    deployed("back", 1);
    deployed("back", 2);
    ok(post("/deployments", body("back", 2, "{'min_healthy_ms':0}"))); // nothing differs
    JsonNode back = ok(post("/deployments/back/rollback", "{'wait':true}"));
    assertThat(back.at("/deployment/target_version").asText()).isEqualTo("1");

    String policy = "{'strategy':'canary','canary':1,'min_healthy_ms':0}";
    ok(post("/deployments", body("back", 5, policy)));
    refused(
        post("/deployments/back/rollback", "{}"),
        412,
        "deployment dep_back_5 is awaiting_promotion");
    refused(
        post("/deployments/back/fail", "{'reason':'%s'}".formatted("x".repeat(1001))),
        422,
        "reason must have at most 1000 characters (Unicode code points), not 1001");
    ok(post("/deployments/back/fail", "{}"));
    assertThat(until("back", "failed").path("current_version").asText()).isEqualTo("1");
    JsonNode mended = ok(post("/deployments/back/rollback", "{'version':'1','wait':true}"));
    assertThat(mended.at("/deployment/status").asText()).isEqualTo("successful");
    assertThat(mended.at("/deployment/description").asText()).isEqualTo("agents r1 differ");
  }

  @Test
  void badInputIsToldAndChangesNothing() throws Exception {
    for (String verb : new String[] {"promote", "rollback", "pause", "resume", "fail"}) {
      String body = verb.equals("promote") ? "" : "{}";
      refused(
          post("/deployments/dep_none_1/" + verb, body),
          404,
          "deployment dep_none_1 was not found");
    }
    assertThat(send(HttpRequest.newBuilder(server.uri("/deployments/none"))).statusCode())
        .isEqualTo(404);
    refused(
        post("/deployments", "{'deployment_key':'bad'}"),
        422,
        "manifest, manifest_json or bundle_path is required");
    refused(
        post("/deployments", body("bad", 1, "{'canary':1}")),
        422,
        "policies.update.canary must be 0 with strategy rolling: choose canary");
    refused(
        post("/deployments", "{'manifest':{},'deploymentkey':'bad'}"),
        422,
        "member deploymentkey of the request is not known; did you mean deployment_key?");
    refused(
        send(HttpRequest.newBuilder(server.uri("/deployments?status=done"))),
        422,
        "status must be one of running, awaiting_promotion, paused, successful, version_recorded,"
            + " failed");
    assertThat(get("/deployments?deployment_key=bad").path("data")).isEmpty();
  }

  @Test
  void aClientOfTheOtherDoorSeesTheSame() throws Exception {
    deployed("both", 1);
    canary("both", 2);
    try (MirrorNeuron mn = server.overGrpc()) {
      DeploymentsPort remote = mn.deployments();
      assertThat(Json.parse(Json.write(remote.get("both")))).isEqualTo(get("/deployments/both"));
      assertThat(Json.parse(Json.write(remote.versions("both", null, 1))))
          .isEqualTo(get("/deployments/both/versions?limit=1"));
      assertThat(
              Json.parse(Json.write(remote.list(new DeploymentsPort.Query("both", null, null, 0)))))
          .isEqualTo(get("/deployments?deployment_key=both"));
      assertThat(remote.pause("both", "lunch").status()).isEqualTo("paused");
      assertThat(remote.resume("both", null).status()).isEqualTo("awaiting_promotion");
      assertThat(remote.promote("both", true).status()).isEqualTo("successful");
      assertThat(
              remote
                  .rollback("both", new DeploymentsPort.Target("1", null, "why not", true))
                  .deployment())
          .returns("successful", DeploymentView::status)
          .satisfies(back -> assertThat(back.description()).endsWith("; why not"));
    }
  }

  @Test
  void whatIsPlannedIsDeployedIfNothingHasMoved() throws Exception {
    JsonNode first = ok(post("/deployments:plan", body("planned", 1, "{'min_healthy_ms':0}")));
    assertThat(first.path("way").asText()).isEqualTo("new");
    assertThat(first.path("makes_job").asBoolean()).isTrue();
    assertThat(get("/deployments?deployment_key=planned").path("data")).isEmpty();
    deployed("planned", 1);
    String second = body("planned", 2, "{'min_healthy_ms':0}");
    JsonNode plan = ok(post("/deployments:plan", second));
    assertThat(plan.path("way").asText()).isEqualTo("agents");
    assertThat(plan.at("/differences/agents_changed/0").toString())
        .isEqualTo("{\"agent_id\":\"r1\",\"members\":[\"config.v\"]}");
    assertThat(plan.toString()).doesNotContain("s3cret");
    try (MirrorNeuron mn = server.overGrpc()) {
      String manifest = Json.write(Json.parseObject(second, "body").get("manifest"));
      NewDeployment remote =
          new NewDeployment(Submission.of(manifest), "planned", Map.of("min_healthy_ms", 0), false);
      assertThat(Json.parse(Json.write(mn.deployments().plan(remote)))).isEqualTo(plan);
      String token = plan.path("plan_token").asText();
      assertThat(ok(post("/deployments", with(second, token))).path("deployment_id").asText())
          .isEqualTo("dep_planned_2");
      String moved =
          "the plan does not hold any more: it was not made for what is deployed under planned now,"
              + " of which dep_planned_2 is the newest deployment; plan again";
      HttpResponse<String> late = post("/deployments", with(second, token));
      refused(late, 409, moved);
      assertThat(Json.parse(late.body()).path("error").asText()).isEqualTo("plan_outdated");
      assertThatThrownBy(() -> mn.deployments().deploy(remote.planned(token)))
          .isInstanceOfSatisfying(
              MnException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT);
                assertThat(e.error()).isEqualTo("plan_outdated");
              })
          .hasMessage(moved);
    }
    refused(
        post("/deployments:plan", with(second, "plan1")),
        422,
        "plan_token is what a plan answers: send it with POST /deployments");
    refused(
        post("/deployments", with(second, "plan1")),
        422,
        "plan_token must be what a plan of a deployment has answered as plan_token");
    assertThat(get("/deployments/planned").path("versions")).hasSize(2);
  }

  private static String with(String body, String token) {
    return Json.write(Json.parseObject(body, "body").put("plan_token", token));
  }
}
