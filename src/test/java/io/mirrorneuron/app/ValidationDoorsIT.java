package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole server refuses the same manifest alike, whether it comes by HTTP, gRPC or command. */
class ValidationDoorsIT {
  private static final String GPU = "\"requirements\":{\"gpu\":{\"min_count\":64}}";
  private static final String SERVICE = "\"required_services\":[\"nobody-offers-it\"]";
  private static final String RULE =
      "\"input_validation\":[{\"type\":\"pattern\",\"path\":\"api_token\",\"pattern\":\"^sk-\"}],"
          + "\"inputs\":{\"api_token\":\"hunter2\"}";
  private static final String BACKTRACKING =
      "\"input_validation\":[{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"(?<=a)b\"}]";

  @TempDir static Path home;
  private static WholeServer server;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    server.close();
  }

  private static String manifest(String members) {
    return """
        {"manifest_version":"1.0","graph_id":"doors","entrypoints":["a"],%s,"edges":[],
         "nodes":[{"node_id":"a","agent_type":"executor","config":{"command":["true"]}}]}
        """
        .formatted(members);
  }

  private static HttpResponse<String> post(String path, ObjectNode body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  /** Errors as code, message and pointer. */
  private static List<String> errors(JsonNode report) {
    return Json.elements(report.get("issues"))
        .filter(issue -> issue.get("severity").asText().equals("error"))
        .map(
            issue ->
                "%s %s %s"
                    .formatted(
                        issue.get("code").asText(),
                        issue.get("message").asText(),
                        issue.at("/location/pointer").asText()))
        .toList();
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        GPU + "~ 412 ~ requirements_not_met",
        SERVICE + "~ 412 ~ service_requirements_not_met",
        RULE + "~ 422 ~ input_validation_failed",
        BACKTRACKING + "~ 422 ~ manifest_validation_failed",
        RULE + "," + SERVICE + "," + GPU + "~ 412 ~ requirements_not_met",
      })
  void allEndpointsTellTheSame(String members, int status, String error) throws Exception {
    String manifest = manifest(members);
    ObjectNode body = Json.object().put("manifest_json", manifest);
    JsonNode validated = Json.parse(post("/jobs:validate", body).body());
    List<String> expected = errors(validated);
    assertThat(expected).isNotEmpty();
    for (String path : List.of("/jobs", "/jobs:plan")) {
      HttpResponse<String> answer = post(path, body);
      JsonNode problem = Json.parse(answer.body());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
      assertThat(problem.get("error").asText()).isEqualTo(error);
      assertThat(errors(problem.get("validation"))).isEqualTo(expected);
      assertThat(problem.get("errors")).isEqualTo(problem.at("/validation/issues"));
      assertThat(answer.body()).doesNotContain("hunter2");
    }
    try (MirrorNeuron client = server.overGrpc()) {
      MnException refused =
          catchThrowableOfType(
              MnException.class, () -> client.jobs().submit(Submission.of(manifest)));
      assertThat(refused.code().httpStatus()).isEqualTo(status);
      assertThat(refused.error()).isEqualTo(error);
      assertThat(errors(refused.validation())).isEqualTo(expected);
    }
    Path bundle =
        Files.createDirectories(home.resolve("bundle-" + Integer.toHexString(members.hashCode())));
    Files.writeString(bundle.resolve("manifest.json"), manifest);
    Ended ended = new Shell(Main::commandLine, home).run("validate", bundle.toString(), "--json");
    assertThat(ended.exitCode()).isNotZero();
    assertThat(errors(Json.parse(ended.out()))).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void allDoorsWarnOfScriptsAndProgramsThatAreNotThere() throws Exception {
    String manifest =
        """
        {"name":"doors","steps":[
          {"id":"script","run":["sh","fetch.sh"]},
          {"id":"program","run":["no-such-program"]}]}
        """;
    String[] expected = {
      "steps.script.run names fetch.sh, which is not among the files that it starts with",
      "steps.program.run: no-such-program is not on the PATH of this node"
    };
    ObjectNode body = Json.object().put("manifest_json", manifest);
    for (String path : List.of("/jobs:validate", "/jobs:plan", "/jobs", "/jobs")) {
      JsonNode answer = Json.parse(post(path, body).body());
      assertThat(Json.elements(answer.path("warnings")).map(JsonNode::asText))
          .as(path)
          .containsExactly(expected);
    }
    try (MirrorNeuron client = server.overGrpc()) {
      assertThat(client.jobs().submit(Submission.of(manifest)).warnings())
          .containsExactly(expected);
    }
    ObjectNode whole = body.deepCopy();
    whole.putObject("payloads").put("fetch.sh", "true");
    assertThat(Json.elements(Json.parse(post("/jobs", whole).body()).path("warnings")))
        .as("the same manifest with the file")
        .map(JsonNode::asText)
        .containsExactly(expected[1]);
  }

  @Test
  void variablesThatAProgramWillNotHaveAreToldAtEachDoor() throws Exception {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"doors","nodes":[{"node_id":"a","agent_type":"executor","role":"root","config":{
          "command":["true"],"environment":{"HAS_ONE":"1"},
          "pass_env":["PATH","MN_API_TOKEN","NOT_THERE","HAS_ONE","MN_JOB_ID"]}}]}
        """;
    String[] expected = {
      "nodes.a.config.pass_env.1: MN_API_TOKEN may be a secret of the server's own, which no program gets",
      "nodes.a.config.pass_env.2: this node has no variable NOT_THERE to pass on"
    };
    for (String path : List.of("/jobs:validate", "/jobs:plan", "/jobs")) {
      JsonNode answer = Json.parse(post(path, Json.object().put("manifest_json", manifest)).body());
      assertThat(Json.elements(answer.path("warnings")).map(JsonNode::asText))
          .as(path)
          .containsExactly(expected);
    }
  }

  @Test
  void forceSkipsWhatItSays() throws Exception {
    ObjectNode body =
        Json.object()
            .put(
                "manifest_json",
                manifest(Stream.of(RULE, SERVICE, GPU).reduce((a, b) -> a + "," + b).orElseThrow()))
            .put("force", true);
    assertThat(Json.parse(post("/jobs:validate", body).body()).get("ok").asBoolean()).isTrue();
    assertThat(post("/jobs", body).statusCode()).isEqualTo(200);
    body.put("manifest_json", manifest(BACKTRACKING));
    assertThat(post("/jobs", body).statusCode()).isEqualTo(422);
  }

  @Test
  void filesOfABundleAreItsConfigurationAtEachDoor() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("configured/payloads")).getParent();
    Files.writeString(
        bundle.resolve("manifest.json"),
        manifest(
            "\"input_validation\":[{\"type\":\"pattern\",\"path\":\"mail.to\",\"pattern\":\"^a@\"}]"));
    Path config = Files.createDirectories(bundle.resolve("config"));
    Files.writeString(config.resolve("default.json"), "{\"mail\":{\"to\":\"b@x\",\"from\":\"c\"}}");
    Shell shell = new Shell(Main::commandLine, home);

    Ended refused = shell.run("validate", bundle.toString());
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.out()).contains("mail.to does not match ^a@");
    assertThat(upload(bundle).statusCode()).isEqualTo(422);

    Files.writeString(config.resolve("overwrite.json"), "{\"mail\":{\"to\":\"a@x\"}}");
    assertThat(shell.run("validate", bundle.toString()).out()).contains("can run");
    assertThat(upload(bundle).statusCode()).isEqualTo(200);

    Files.writeString(config.resolve("overwrite.json"), "[");
    Ended broken = shell.run("validate", bundle.toString());
    assertThat(broken.out() + broken.err()).contains("config/overwrite.json");
    assertThat(upload(bundle).statusCode()).isEqualTo(400);
  }

  private static HttpResponse<String> upload(Path bundle) throws Exception {
    Files.writeString(bundle.resolve("payloads/x"), "x");
    HttpResponse<String> uploaded =
        http.send(
            HttpRequest.newBuilder(server.uri("/bundles/upload"))
                .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
                .POST(BodyPublishers.ofByteArray(BundleUpload.multipart(BundleUpload.of(bundle))))
                .build(),
            BodyHandlers.ofString());
    String handle = Json.parse(uploaded.body()).get("bundle_path").asText();
    return post("/jobs", Json.object().put("bundle_path", handle));
  }
}
