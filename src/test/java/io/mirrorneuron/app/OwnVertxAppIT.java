package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.security.JwtAuth;
import io.mirrorneuron.testing.ClusterPorts;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Tokens;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.testing.Zips;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/event-bus.md beside a server: what it may do, and what nobody may. */
@Timeout(60)
@Whole
class OwnVertxAppIT {
  private static final String TOKEN = "t0ken";
  private static final Tokens ISSUER = Tokens.of(JwtAlgorithm.ES256, "k1");

  @TempDir static Path folder;
  private static App server;
  private static OwnVertxApp app;

  @BeforeAll
  static void start() throws Exception {
    ClusterPorts ports = ClusterPorts.of(2);
    Map<String, String> settings = new LinkedHashMap<>(ports.member(0));
    settings.put("home", folder.resolve("home").toString());
    settings.put("temp_dir", folder.resolve("tmp").toString());
    settings.put("api.port", "0");
    settings.put("grpc.port", "0");
    settings.put("api.token", TOKEN);
    settings.put("auth.jwt.algorithms", "ES256");
    settings.put("auth.jwt.issuer", Tokens.ISSUER);
    settings.put("auth.jwt.audience", Tokens.AUDIENCE);
    settings.put(
        "auth.jwt.key_file", Files.writeString(folder.resolve("key.pem"), ISSUER.pem()).toString());
    settings.put("executor.confine", "off");
    settings.put("resource.admission_enabled", "false");
    server =
        App.start(
            new ConfigLoader(Map.of(), null, settings, folder).load(JwtAuth::faults),
            ServerRole.UP,
            Map.of("PATH", System.getenv("PATH")));
    app = OwnVertxApp.join(ports.port(1), ports.others(1), ports.name(), TOKEN);
  }

  @AfterAll
  static void stop() throws Exception {
    app.close();
    server.close();
  }

  private static HttpResponse<byte[]> get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.endpoints().apiUrl() + path))
            .header("Authorization", "Bearer " + TOKEN)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  private static JsonObject json(String path) throws Exception {
    return new JsonObject(Buffer.buffer(get(path).body()));
  }

  private static JsonObject step(String id, String script) {
    return new JsonObject()
        .put("id", id)
        .put("run", new JsonArray().add("sh").add("-c").add(script));
  }

  private static JsonObject manifest(String name, JsonObject... steps) {
    return new JsonObject().put("name", name).put("steps", new JsonArray(List.of(steps)));
  }

  @Test
  void itSubmitsAJobFollowsItAndAnswersWhatItAsks() throws Exception {
    JsonObject review =
        new JsonObject()
            .put("id", "review")
            .put("human", new JsonObject().put("prompt", "Shall it go on?"));
    JsonObject submitted =
        app.submit(
            manifest(
                "asks",
                step("draft", "echo '{\"a\":1}'"),
                review,
                step("last", "echo '{\"b\":2}'").put("needs", new JsonArray().add("review"))));
    String job = submitted.getString("job_id");

    List<JsonObject> events = app.follow(job, submitted.getString("run_id"));

    JsonObject log = json("/jobs/" + job + "/events?after=0&limit=5000");
    assertThat(new JsonArray(new ArrayList<>(events))).isEqualTo(log.getJsonArray("data"));
    assertThat(events.getLast().getString("type")).isEqualTo("job_completed");
    assertThat(events)
        .extracting(event -> event.getString("type"))
        .contains("human_input_received");
  }

  @Test
  void itReadsFilesInPieces() throws Exception {
    String script =
        "mkdir -p \"$MN_RUN_DIR/outputs\"; head -c 300001 /dev/zero | tr '\\0' x > \"$MN_RUN_DIR/outputs/a.txt\"";
    JsonObject submitted = app.submit(manifest("writes", step("write", script)));
    String run = submitted.getString("run_id");
    app.follow(submitted.getString("job_id"), run);
    String path = "/runs/" + run + "/artifacts/outputs/a.txt";
    Eventually.eventually("the file is served", () -> status(path) == 200);

    Buffer read =
        app.read(
            "runs",
            "getRunArtifact",
            new JsonObject().put("run_id", run).put("artifact_path", "outputs/a.txt"));

    assertThat(read.length()).isEqualTo(300_001);
    assertThat(read.getBytes()).isEqualTo(get(path).body());
  }

  private static int status(String path) {
    try {
      return get(path).statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itUploadsABundleInPieces() throws Exception {
    byte[] zip = Zips.bundle(manifest("uploaded", step("one", "true")).encode()).bytes();
    List<Buffer> pieces = new ArrayList<>();
    for (int from = 0; from < zip.length; from += 100) {
      pieces.add(Buffer.buffer(zip).slice(from, Math.min(zip.length, from + 100)).copy());
    }

    JsonObject bundle = app.send("blueprints", "uploadBundle", pieces);

    assertThat(bundle.getString("bundle_path")).isNotEmpty();
    assertThat(bundle.getJsonObject("manifest").getString("name")).isEqualTo("uploaded");
    Eventually.eventually("what was sent is removed", OwnVertxAppIT::nothingIsLeft);
  }

  private static boolean nothingIsLeft() {
    try (var left = Files.list(folder.resolve("home/uploads"))) {
      return left.noneMatch(file -> file.getFileName().toString().endsWith(".part"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ReplyException refused(
      OwnVertxApp caller, String area, String op, Object message) {
    return catchThrowableOfType(
        ReplyException.class, () -> caller.ask("mn." + area, message, Map.of("op", op)));
  }

  private static void assertRefused(ReplyException refusal, int status, String error) {
    assertThat(refusal).isNotNull();
    assertThat(new JsonObject(refusal.getMessage()).getString("error")).isEqualTo(error);
    assertThat(refusal.failureCode()).isEqualTo(status);
  }

  @Test
  void whoHasNoTokenOrAWrongOneIsToldNothing() {
    JsonObject nothing = new JsonObject();
    for (String token : new String[] {null, "", "wrong", ClusterPorts.JOIN_TOKEN}) {
      OwnVertxApp stranger = app.as(token);
      assertRefused(refused(stranger, "jobs", "listJobs", nothing), 401, "unauthenticated");
      assertRefused(refused(stranger, "jobs", "submitJob", nothing), 401, "unauthenticated");
      assertRefused(refused(stranger, "files", "store", nothing), 401, "unauthenticated");
      assertRefused(refused(stranger, "files", "next", nothing), 401, "unauthenticated");
    }
  }

  @Test
  void aReaderReadsAndChangesNothing() throws Exception {
    String token = ISSUER.of("anna", Role.VIEWER, Clock.systemUTC().instant());
    OwnVertxApp reader = app.as(token);
    JsonObject submission =
        new JsonObject()
            .put("$body", new JsonObject().put("manifest", manifest("no", step("one", "true"))));
    int before = json("/jobs?limit=500").getJsonArray("data").size();

    assertThat(reader.call("jobs", "listJobs", new JsonObject()).getJsonArray("data")).isNotNull();
    assertRefused(refused(reader, "jobs", "submitJob", submission), 403, "forbidden");
    assertRefused(refused(reader, "files", "store", new JsonObject()), 403, "forbidden");
    // What the house itself says of a caller cannot be said from outside.
    assertRefused(
        refused(reader, "jobs", "submitJob", submission.copy().put("$role", "ADMIN")),
        403,
        "forbidden");
    assertThat(json("/jobs?limit=500").getJsonArray("data")).hasSize(before);
  }

  @Test
  void whatDoesNotFitTheContractIsRefused() {
    JsonObject job = new JsonObject().put("job_id", "none");
    assertRefused(refused(app, "jobs", "getJob", job), 404, "job_not_found");
    assertRefused(refused(app, "jobs", "getJob", new JsonObject()), 422, "invalid_request");
    assertRefused(
        refused(app, "jobs", "getJob", job.copy().put("$subject", "eve")), 422, "invalid_request");
    assertRefused(
        refused(app, "jobs", "listJobs", new JsonObject().put("limit", "many")),
        422,
        "invalid_request");
    assertRefused(refused(app, "jobs", "listRuns", job), 404, "operation_not_found");
    assertRefused(refused(app, "jobs", "nothing", job), 404, "operation_not_found");
    assertRefused(refused(app, "jobs", "getJob", "text"), 400, "malformed_request");
    assertRefused(
        refused(app, "blueprints", "uploadBundle", new JsonObject()), 422, "invalid_request");
    assertRefused(
        refused(
            app,
            "blueprints",
            "uploadBundle",
            new JsonObject()
                .put("$upload", new JsonObject().put("path", "/etc/passwd").put("file", "x"))),
        404,
        "file_not_found");
  }
}
