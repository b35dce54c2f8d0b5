package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.store.BackupArchive;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.ClusterPorts;
import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Zips;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A real server with a token and jobs in every state, and the calls that are made to it. */
final class ApiUnderTest implements AutoCloseable {
  private static final String TOKEN = "t0ken";

  /** As the contract shows it: what is shown has the hash that the example answers to. */
  private static final String ASKED =
      """
      {"request_id": "q1", "prompt": "Send the mail?", "allowed_decisions": ["approve", "reject"],
       "status": "pending", "timeout_seconds": 3600, "default": "reject"}
      """;

  /** The one that the examples name. */
  private static final String MODEL = "ai/smollm2:360M-Q4_K_M";

  private static final String MULTIPART = "multipart/form-data";

  /** How a query names a media type. */
  private static final Map<String, String> FORMATS =
      Map.of("application/json", "json", "text/markdown", "markdown", "application/zip", "zip");

  /** What a call wants to find; every call has a job of its own. */
  enum State {
    RUNNING,
    PAUSED,
    ENDED,
    /** Ended, with steps. */
    STEPS,
    /** Ended, with a dead letter that nobody could receive. */
    UNROUTED
  }

  private final List<App> apps;
  private final FakeRunner runner;
  private final ContractCalls calls;
  private final RunStore runs;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int keys;

  private ApiUnderTest(Path home, ContractCalls calls, FakeRunner runner, App... apps) {
    this.runner = runner;
    this.runs = new RunStore(home.resolve("runs"), new RunWriter.Elsewhere());
    this.calls = calls;
    this.apps = List.of(apps);
  }

  /** Everything in one process. */
  static ApiUnderTest whole(Path home, ContractCalls calls, Map<String, String> settings) {
    FakeRunner runner = FakeRunner.having(MODEL);
    return new ApiUnderTest(
        home, calls, runner, start(home, ServerRole.UP, before(runner, settings)));
  }

  /** A gateway before a runtime that it reaches by gRPC. */
  static ApiUnderTest split(Path home, ContractCalls calls, Map<String, String> settings) {
    FakeRunner runner = FakeRunner.having(MODEL);
    Map<String, String> all = before(runner, settings);
    App runtime = start(home, ServerRole.RUNTIME, all);
    return new ApiUnderTest(home, calls, runner, start(home, ServerRole.GATEWAY, all), runtime);
  }

  /** A gateway with a home of its own, and areas that it reaches by a bus that both share. */
  static ApiUnderTest clustered(Path home, ContractCalls calls, Map<String, String> settings) {
    FakeRunner runner = FakeRunner.having(MODEL);
    ClusterPorts ports = ClusterPorts.of(2);
    Map<String, String> areas = before(runner, settings);
    areas.putAll(ports.member(0));
    App runtime = start(home, ServerRole.RUNTIME, areas);
    App gateway = start(home.resolveSibling("gateway"), ServerRole.GATEWAY, ports.member(1));
    return new ApiUnderTest(home, calls, runner, gateway, runtime);
  }

  private static Map<String, String> before(FakeRunner runner, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("model.runner_api_base", runner.root());
    all.putIfAbsent("node.name", "mirror_neuron@localhost"); // as the examples call it
    return all;
  }

  private static App start(Path home, ServerRole role, Map<String, String> settings) {
    Map<String, String> flags = new LinkedHashMap<>(settings);
    flags.put("home", home.toString());
    flags.put("temp_dir", home.resolve("tmp").toString());
    flags.put("api.port", "0");
    flags.put("resource.admission_enabled", "false"); // whatever else this machine does
    flags.put("api.token", TOKEN);
    flags.put("executor.max_concurrency", "100");
    if (role == ServerRole.RUNTIME || role == ServerRole.UP) {
      flags.put("grpc.port", "0");
    }
    return App.start(
        new ConfigLoader(Map.of(), null, flags, home).load(),
        role,
        Map.of("PATH", System.getenv("PATH")));
  }

  private JobsPort jobs() {
    return apps.getLast().jobs();
  }

  /** The id of a new job in this state. */
  String job(State state) {
    return switch (state) {
      case RUNNING -> submit(SampleManifests.program("running", "sleep", "600"));
      case PAUSED -> {
        String job = job(State.RUNNING);
        jobs().pause(job, false);
        yield job;
      }
      case ENDED -> ended(SampleManifests.routers("ended", 2));
      case STEPS ->
          ended(SampleManifests.steps("steps", List.of("count", "sum"), id -> "echo " + id));
      case UNROUTED ->
          ended(
              SampleManifests.program("unrouted", "true")
                  .replace("\"message_type\":\"done\"", "\"message_type\":\"other\""));
    };
  }

  private String submit(String manifest) {
    return jobs().submit(Submission.of(manifest)).jobId();
  }

  private String ended(String manifest) {
    String job = submit(manifest);
    finalStatus(job);
    return job;
  }

  /** The status of the job once it has ended. */
  String finalStatus(String job) {
    Eventually.eventually(
        "the end of " + job, () -> jobs().events(job, Long.MAX_VALUE - 1, 1).ended());
    return tree(jobs().get(job)).at("/job/status").asText();
  }

  /**
   * The id of a new run that waits for people.
   *
   * @param claimed whether its request is claimed
   */
  private String waiting(boolean claimed) {
    RunFolder run = runs.open("run-" + keys++);
    List<ObjectNode> records = new ArrayList<>();
    records.add(human("human_notice", "{\"notice_id\":\"n1\",\"message\":\"Almost done\"}"));
    records.add(human("human_input_requested", ASKED));
    if (claimed) {
      records.add(
          human(
              "human_request_claimed",
              "{\"request_id\":\"q1\",\"by\":\"ada\",\"until\":\"2999-01-01T00:00:00Z\"}"));
    }
    run.append(RunLog.HUMAN, records);
    return run.runId();
  }

  private static ObjectNode human(String type, String payload) {
    ObjectNode record = io.mirrorneuron.wire.Json.object();
    record.put("ts", Instant.now(Clock.systemUTC()).toString());
    record.put("channel", "human").put("type", type);
    return record.set("payload", parsed(payload));
  }

  /** The id of a new run that is over. */
  private String run() {
    RunFolder run = runs.open("run-" + keys++);
    RunFiles.write(run.path());
    String head = "{\"ts\":\"2026-06-20T10:00:01.000Z\",";
    run.append(
        RunLog.EVENTS,
        List.of(parsed(head + "\"type\":\"job_failed\",\"payload\":{\"step_id\":\"sum\"}}")));
    run.append(RunLog.RESOURCES, List.of(parsed(head + "\"cpu_pct\":7,\"memory_rss_mb\":12.5}")));
    run.write("job.json", parsed("{\"job_id\":\"job-1\",\"status\":\"failed\"}"));
    return run.runId();
  }

  private static ObjectNode parsed(String json) {
    return io.mirrorneuron.wire.Json.parseObject(json, "record");
  }

  /** The handle of a new bundle. */
  private String bundle() {
    HttpRequest.Builder upload =
        request("/bundles/upload").POST(BodyPublishers.ofByteArray(form()));
    upload.setHeader("Content-Type", MULTIPART + "; boundary=" + BundleUpload.BOUNDARY);
    return new JsonObject(send(upload).body()).getString("bundle_path");
  }

  private static byte[] form() {
    return BundleUpload.multipart(Zips.bundle(SampleManifests.routers("staged", 1)).bytes());
  }

  /** That of a second page. */
  private String cursor() {
    run();
    run();
    return new JsonObject(send(request("/runs?limit=1").GET()).body()).getString("next");
  }

  private String schedule(String... command) {
    JsonObject wanted =
        new JsonObject()
            .put("manifest_json", SampleManifests.program("nightly", command))
            .put("schedule", new JsonObject().put("cron", "0 2 * * *"));
    HttpRequest.Builder made =
        request("/schedules")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(wanted.encode()));
    return new JsonObject(send(made).body()).getString("schedule_id");
  }

  /** A schedule whose backfill does not come to its end. */
  private String backfilled() {
    String id = schedule("sleep", "60");
    JsonObject range =
        new JsonObject().put("from", "2025-01-01T00:00:00Z").put("to", "2025-01-04T00:00:00Z");
    send(
        request("/schedules/" + id + "/backfill")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(range.encode())));
    return id;
  }

  /** The key of what is deployed as that operation wants to find it. */
  private String deployment(String operation) {
    String key = "key-" + keys++;
    deploy(key, 1, "rolling", "successful");
    switch (operation) {
      case "getDeployment", "listDeploymentVersions" -> {}
      case "rollbackDeployment" -> deploy(key, 2, "rolling", "successful");
      default -> deploy(key, 2, "canary", "awaiting_promotion");
    }
    if (operation.equals("resumeDeployment")) {
      send(request("/deployments/" + key + "/pause").POST(BodyPublishers.noBody()));
    }
    return key;
  }

  private void deploy(String key, int version, String strategy, String until) {
    JsonObject manifest = new JsonObject(SampleManifests.routers("deployed", 2));
    manifest.put("type", "service");
    manifest
        .getJsonArray("nodes")
        .getJsonObject(0)
        .put("config", new JsonObject().put("v", version));
    JsonObject policy = new JsonObject().put("strategy", strategy).put("min_healthy_ms", 0);
    JsonObject wanted =
        new JsonObject()
            .put("manifest", manifest)
            .put("deployment_key", key)
            .put("update_policy", policy.put("canary", strategy.equals("canary") ? 1 : 0))
            .put("wait", true);
    HttpRequest.Builder made =
        request("/deployments")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(wanted.encode()));
    assertThat(new JsonObject(send(made).body()).getString("status")).isEqualTo(until);
  }

  /**
   * A new webhook.
   *
   * @param signature {@code none} for one that believes every sender
   */
  private JsonObject webhook(String signature) {
    return webhook(
        new JsonObject()
            .put("name", "h" + keys++)
            .put("event_type", "e")
            .put("signature", signature));
  }

  /** A new webhook to somebody who is told nothing. */
  private JsonObject target() {
    return webhook(
        new JsonObject()
            .put("name", "t" + keys++)
            .put("direction", "outbound")
            .put("url", "https://nobody.invalid/")
            .put("events", List.of("job_*"))
            .put("filters", new JsonObject().put("graph_id", "none")));
  }

  private JsonObject webhook(JsonObject wanted) {
    HttpRequest.Builder made =
        request("/webhooks")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(wanted.encode()));
    return new JsonObject(send(made).body());
  }

  /** That of a model that is installed. */
  private String model() {
    send(request("/models/smollm2/install").POST(BodyPublishers.noBody()));
    Eventually.eventually("the model is there", this::hasModel);
    return "smollm2:360m";
  }

  /** Whether it is installed, and the installation over: it is so a moment later. */
  private boolean hasModel() {
    JsonObject model = new JsonObject(send(request("/models/smollm2").GET()).body());
    JsonObject install = model.getJsonObject("install");
    return model.getBoolean("installed")
        && (install == null || !install.getString("status").equals("installing"));
  }

  /** That of a launch that is over. */
  private String launched() {
    String launched =
        send(request("/blueprints/word-count/runs").POST(BodyPublishers.noBody())).body();
    return new JsonObject(launched).getString("progress_id");
  }

  private byte[] copy() {
    return BundleUpload.multipart("backup", BackupArchive.pack(jobs().backup(job(State.PAUSED))));
  }

  /** Puts what exists here into the places where an example names what exists elsewhere. */
  ContractCalls.Call prepared(ContractCalls.Call call, State state) {
    ContractCalls.Call prepared = call;
    if (call.parameters().containsKey("job_id")) {
      prepared = prepared.with("job_id", job(state));
    }
    if (call.parameters().containsKey("run_id")) {
      prepared =
          prepared.with(
              "run_id",
              isHuman(call) ? waiting(call.operation().id().equals("releaseRunHuman")) : run());
    }
    if (call.parameters().containsKey("schedule_id")) {
      prepared =
          prepared.with(
              "schedule_id",
              call.operation().id().equals("cancelBackfill") ? backfilled() : schedule("true"));
    }
    if (call.parameters().containsKey("webhook_id")) {
      boolean isOut = call.parameters().get("webhook_id").toString().startsWith("hook_out_");
      JsonObject hook = isOut ? target() : webhook("generic");
      prepared = prepared.with("webhook_id", hook.getString("webhook_id"));
    }
    if (call.parameters().containsKey("deployment_id")) {
      prepared = prepared.with("deployment_id", deployment(call.operation().id()));
    }
    if (call.body() instanceof JsonObject body && body.containsKey("deployment_key")) {
      prepared = prepared.withBody(body.copy().put("deployment_key", "key-" + keys++));
    }
    if (call.parameters().containsKey("progress_id")) {
      prepared = prepared.with("progress_id", launched());
    }
    if (call.parameters().containsKey("model_id")) {
      prepared = prepared.with("model_id", model());
    }
    if (call.operation().id().equals("receiveHook")) {
      prepared = prepared.with("token", webhook("none").getString("token"));
    }
    if (call.operation().path().equals("/runs")) {
      prepared = prepared.with("cursor", cursor());
    }
    if (call.parameters().containsKey("Idempotency-Key")) {
      prepared = prepared.with("Idempotency-Key", "key-" + keys++);
    }
    if (prepared.body() instanceof JsonObject body && body.containsKey("bundle_path")) {
      prepared = prepared.withBody(body.copy().put("bundle_path", bundle()));
    }
    if (call.parameters().containsKey("format")) {
      prepared = prepared.with("format", FORMATS.get(call.accept()));
    }
    if (call.body() instanceof JsonObject body && body.containsKey("run_ids")) {
      prepared = prepared.withBody(new JsonObject().put("run_ids", List.of(run(), run())));
    }
    if (call.operation().id().equals("restoreJob")) {
      prepared = prepared.withBody(copy());
      if (call.parameters().containsKey("run_id")) {
        prepared = prepared.with("run_id", "restored-" + keys++); // the job's own, and new
      }
    }
    return prepared;
  }

  private static boolean isHuman(ContractCalls.Call call) {
    return call.operation().declared().getJsonArray("tags").contains("human");
  }

  HttpResponse<String> send(ContractCalls.Call call) {
    HttpRequest.Builder request = request(calls.path(call)).setHeader("Accept", call.accept());
    calls.headers(call).forEach(request::setHeader);
    if (call.contentType() != null) {
      boolean form = call.contentType().equals(MULTIPART);
      request.setHeader(
          "Content-Type",
          form ? MULTIPART + "; boundary=" + BundleUpload.BOUNDARY : call.contentType());
    }
    return send(request.method(call.operation().method(), content(call)));
  }

  /** Where the gateway is, for clients of another kind. */
  String url() {
    return apps.getFirst().endpoints().apiUrl();
  }

  static String token() {
    return TOKEN;
  }

  /** The file that a prepared call uploads. */
  static byte[] file(ContractCalls.Call call) {
    return BundleUpload.file(call.body() instanceof byte[] form ? form : form());
  }

  /** What comes first over the socket that the call opens. */
  String firstFrame(ContractCalls.Call call) {
    try (SocketClient socket = SocketClient.open(uri(calls.path(call)), TOKEN)) {
      return socket.nextText();
    }
  }

  private static HttpRequest.BodyPublisher content(ContractCalls.Call call) {
    return switch (call.body()) {
      case null -> BodyPublishers.noBody();
      case byte[] prepared -> BodyPublishers.ofByteArray(prepared);
      case Object form when MULTIPART.equals(call.contentType()) ->
          BodyPublishers.ofByteArray(form());
      case String text -> BodyPublishers.ofString(text);
      case Object json -> BodyPublishers.ofString(Json.encode(json));
    };
  }

  /** The call as somebody without a token makes it. */
  HttpResponse<String> sendAsStranger(ContractCalls.Call call) {
    return send(
        HttpRequest.newBuilder(uri(calls.path(call)))
            .method(call.operation().method(), BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + TOKEN);
  }

  private URI uri(String path) {
    return URI.create(url() + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer to " + request.build(), e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    http.close();
    apps.forEach(App::close);
    runner.close();
    runs.close();
  }
}
