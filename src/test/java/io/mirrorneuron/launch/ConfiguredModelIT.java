package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The model that the configuration of a blueprint names is installed, and is what answers. */
@Timeout(90)
@Whole
class ConfiguredModelIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String SMALL = "ai/smollm2:360M-Q4_K_M";
  private static final String OTHER = "ai/qwen3:0.6B-Q4_K_M";
  private static final String ASK = "/blueprints/ask-a-model";
  private static final String NOBODYS = "http://127.0.0.1:9"; // nobody listens there

  @TempDir Path folder;

  private WholeServer server(String runner) {
    return WholeServer.start(folder.resolve("home"), Map.of("model.runner_api_base", runner));
  }

  private record Answer(int status, JsonNode body) {}

  private static Answer post(WholeServer server, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.replace('\'', '"')))
            .build();
    var answer = HTTP.send(request, BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  private static String get(WholeServer server, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(server.uri(path)).build();
    return HTTP.send(request, BodyHandlers.ofString()).body();
  }

  /** What came of a job that was launched. */
  private static JsonNode result(WholeServer server, Answer launched) {
    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
    String job = launched.body().get("job_id").asText();
    Eventually.eventually(
        "the job has ended", () -> server.jobs().events(job, Long.MAX_VALUE - 1, 1).ended());
    JsonNode detail = Trees.tree(server.jobs().get(job));
    assertThat(detail.at("/job/status").asText()).as("%s", detail).isEqualTo("completed");
    return detail.at("/job/result");
  }

  private static String model(String name) {
    return "{'config_overwrite':{'llm':{'configs':{'primary':{'model':'%s'}}}}}".formatted(name);
  }

  @Test
  void aBlueprintThatAsksAModelHasItInstalled() throws Exception {
    try (FakeRunner runner = FakeRunner.with(SMALL, 10_000);
        WholeServer server = server(runner.root())) {
      JsonNode checked = post(server, ASK + "/validate", "{}").body().get("validation");
      assertThat(checked.get("ok").asBoolean()).as("%s", checked).isTrue();
      assertThat(checked.at("/issues/0/code").asText()).isEqualTo("model.not_installed");
      assertThat(checked.at("/issues/0/location/path").asText()).isEqualTo("llm.configs.primary");

      JsonNode result = result(server, post(server, ASK + "/runs", "{'run_id':'asked'}"));
      assertThat(result.toString()).contains(SMALL).contains("made up");
      assertThat(get(server, "/models/smollm2")).contains("\"used_by\":[\"ask-a-model\"]");
      assertThat(get(server, "/runs/asked/resources")).contains("\"calls\":1");
    }
  }

  @Test
  void theModelThatALaunchNamesIsTheOneThatAnswers() throws Exception {
    try (FakeRunner runner = FakeRunner.with(OTHER, 10_000);
        WholeServer server = server(runner.root())) {
      Answer launched = post(server, ASK + "/runs", model("qwen3:0.6b"));

      assertThat(result(server, launched).toString()).contains(OTHER);
      assertThat(get(server, "/models/qwen3:0.6b")).contains("\"used_by\":[\"ask-a-model\"]");
    }
  }

  @Test
  void aModelThatNobodyKnowsIsToldAndNoOtherIsUsed() throws Exception {
    try (FakeRunner runner = FakeRunner.having(SMALL);
        WholeServer server = server(runner.root())) {
      JsonNode checked = post(server, ASK + "/validate", model("nobody-knows")).body();
      assertThat(checked.at("/validation/issues/0/code").asText()).isEqualTo("model.unknown");
      assertThat(checked.at("/validation/ok").asBoolean(true)).isFalse();

      Answer launched = post(server, ASK + "/runs", model("nobody-knows"));
      assertThat(launched.status()).isEqualTo(422);
      assertThat(launched.body().toString()).contains("nobody-knows");
      assertThat(server.jobs().list(10, true).data()).isEmpty();
    }
  }

  @Test
  void withoutARunnerALaunchSaysWhatToDo() throws Exception {
    try (WholeServer server = server(NOBODYS)) {
      JsonNode checked = post(server, ASK + "/validate", "{}").body();
      assertThat(checked.at("/validation/issues/0/code").asText())
          .isEqualTo("model.runner_unavailable");

      Answer launched = post(server, ASK + "/runs", "{}");
      assertThat(launched.status()).isEqualTo(422);
      assertThat(launched.body().get("detail").asText())
          .contains("nobody listens there", "MN_MODEL_RUNNER_API_BASE")
          .doesNotContain("Install it again");
      assertThat(server.jobs().list(10, true).data()).isEmpty();
    }
  }

  private Path bundle(String manifest) throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("catalog/own"));
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(folder.resolve("catalog/index.json"), "[{\"id\": \"own\"}]");
    Files.writeString(bundle.resolve("manifest.json"), manifest.replace('\'', '"'));
    Files.writeString(
        bundle.resolve("config/default.json"),
        "{\"llm\": {\"model\": \"smollm2\"}, \"size\": 5, \"tone\": \"low\"}");
    return bundle;
  }

  @Test
  void aModelThatAStepNamesAsTheCatalogDoesIsToldAsCompletionsWantIt() throws Exception {
    Path bundle =
        bundle(
            "{'name':'own','steps':[{'id':'a','run':['sh','-c','echo \\\"$MN_LLM_MODEL $LITELLM_MODEL $MN_LLM_RUNTIME_MODEL\\\"'],"
                + "'config':{'environment':{'MN_LLM_MODEL':'smollm2'}}}]}");
    try (FakeRunner runner = FakeRunner.having(SMALL);
        WholeServer server = server(runner.root())) {
      String body = "{'source':'path','path':'%s'}".formatted(bundle);
      JsonNode result = result(server, post(server, "/blueprints/launch/runs", body));
      assertThat(result.toString()).contains(SMALL + " " + SMALL + " " + SMALL);
    }
  }

  @Test
  void modelsAreInstalledWithoutAnswers() throws Exception {
    bundle(
        "{'name':'own','inputs':{'must':{'description':'x'}},'steps':[{'id':'a','run':['true']}]}");
    try (FakeRunner runner = FakeRunner.with(SMALL, 10_000);
        WholeServer server =
            WholeServer.start(
                folder.resolve("home"),
                Map.of(
                    "model.runner_api_base",
                    runner.root(),
                    "blueprint.local",
                    folder.resolve("catalog").toString()))) {
      Answer installed = post(server, "/blueprints/own/install", "");
      assertThat(installed.status()).as("%s", installed.body()).isEqualTo(200);
      assertThat(installed.body().at("/model_install/models/0/id").asText())
          .isEqualTo("smollm2:360m");
      assertThat(post(server, "/blueprints/own/runs", "{}").status()).isEqualTo(422);
    }
  }

  @Test
  void whatTheConfigurationOfALaunchSaysFitsItsFields() throws Exception {
    Path bundle =
        bundle(
            "{'name':'own','steps':[{'id':'a','run':['true']}],'init_config_review':{'fields':["
                + "{'path':'size','max':9},{'path':'tone','choices':['low','high']}]}}");
    try (FakeRunner runner = FakeRunner.having(SMALL);
        WholeServer server = server(runner.root())) {
      String body =
          "{'source':'path','path':'%s','config_overwrite':{'size':'many','tone':'loud'}}"
              .formatted(bundle);
      JsonNode checked = post(server, "/blueprints/launch/validate", body).body();
      assertThat(checked.at("/validation/issues")).as("%s", checked).hasSize(2);
      assertThat(checked.at("/validation/issues/1/location/path").asText()).isEqualTo("tone");
      assertThat(checked.at("/validation/issues/1/code").asText()).startsWith("config.");
      assertThat(post(server, "/blueprints/launch/runs", body).status()).isEqualTo(422);
      assertThat(
              post(server, "/blueprints/launch/runs", body.replace("many", "7")).body().toString())
          .contains("size");
    }
  }
}
