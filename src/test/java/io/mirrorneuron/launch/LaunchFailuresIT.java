package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.wire.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
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

/**
 * What the contract says of catalogs and bundles that strangers have broken, row by row, over REST;
 * {@link LaunchIT} has what is wrong with a request, {@link LaunchModelsIT} what is with models.
 */
@Timeout(120)
class LaunchFailuresIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String INDEX =
      """
      [{"id": "out", "path": "../elsewhere"}, {"id": "gone"}, {"id": "empty"}, {"id": "torn"},
       {"id": "list"}, {"id": "model"}, {"id": "gpu"}, {"id": "prepared"}]""";

  private static final String STEP = "\"steps\": [{\"id\": \"a\", \"run\": [\"true\"]}]}";

  @TempDir static Path folder;
  private static Path catalog;
  private static WholeServer server;

  @BeforeAll
  static void start() throws IOException {
    catalog = folder.resolve("catalog");
    write("index.json", INDEX);
    Files.createDirectories(catalog.resolve("empty"));
    write("torn/manifest.json", "{");
    write("list/manifest.json", "[]");
    write("model/manifest.json", "{\"name\": \"model\", " + STEP);
    write("model/config/default.json", "{\"llm\": {\"runtime_model\": \"nobody/knows\"}}");
    write("gpu/manifest.json", "{\"name\": \"gpu\", \"requirements\": {\"gpu\": 99}, " + STEP);
    write("prepared/manifest.json", "{\"name\": \"prepared\", " + STEP);
    write("prepared/scripts/pre-launch.sh", "exit 1");
    server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of(
                "blueprint.local",
                catalog.toString(),
                "model.runner_api_base",
                "http://127.0.0.1:9")); // nobody listens there
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void write(String file, String text) throws IOException {
    Path path = catalog.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private record Answer(int status, JsonNode body) {}

  private static Answer ask(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    var answer = HTTP.send(request, BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "index.json    | [{                 | blueprint repo index.json is malformed at line 1, column 3: ",
        "index.json    | {\"blueprints\":{}} | blueprint repo index.json must be a list",
        "index.json    |                    | blueprint repo index.json was not found",
        "category.json | []                 | blueprint repo category.json is malformed"
      })
  void aCatalogThatIsBrokenIsTheServersFault(String file, String text, String detail)
      throws Exception {
    try {
      Files.deleteIfExists(catalog.resolve(file));
      if (text != null) {
        write(file, text);
      }
      for (String path : new String[] {"/blueprints", "/blueprints/gpu"}) {
        Answer answer = ask("GET", path, "");
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(500);
        assertThat(answer.body().get("detail").asText()).startsWith(detail.strip());
      }
    } finally {
      Files.deleteIfExists(catalog.resolve("category.json"));
      write("index.json", INDEX);
    }
  }

  @Test
  void aCatalogThatIsNotThereIsNamedByItsSetting() throws Exception {
    Path away = Files.move(catalog, folder.resolve("away"));
    try {
      Answer answer = ask("GET", "/blueprints", "");
      assertThat(answer.status()).as("%s", answer.body()).isEqualTo(500);
      assertThat(answer.body().get("detail").asText()).contains("MN_BLUEPRINT_LOCAL", "catalog");
    } finally {
      Files.move(away, catalog);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no%20ne | 400 | invalid blueprint id",
        "none    | 404 | blueprint not found",
        "out     | 400 | blueprint path escapes repository",
        "gone    | 500 | blueprint bundle directory was not found",
        "empty   | 500 | blueprint bundle manifest.json was not found",
        "torn    | 500 | blueprint manifest.json is malformed",
        "list    | 500 | blueprint manifest.json must be an object"
      })
  void aBlueprintThatIsBrokenIsRefusedByAllThatReadIt(String id, int status, String detail)
      throws Exception {
    String source = "{\"source\": \"catalog\", \"blueprint_id\": \"%s\"}".formatted(id);
    for (Answer answer :
        new Answer[] {
          ask("POST", "/blueprints/" + id + "/install", ""),
          ask("POST", "/blueprints/" + id + "/validate", "{}"),
          ask("POST", "/blueprints/" + id + "/runs", "{}"),
          ask("POST", "/blueprints/launch/validate", source.replace("%20", " ")),
          ask("POST", "/blueprints/launch/runs", source.replace("%20", " "))
        }) {
      assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
      assertThat(answer.body().get("detail").asText()).startsWith(detail);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relative      | blueprint path is not a directory",
        "/no/such      | blueprint path is not a directory",
        "catalog/empty | blueprint path must contain manifest.json",
        "catalog/torn  | blueprint manifest.json is malformed",
        "catalog/list  | blueprint manifest.json must be an object"
      })
  void aFolderThatIsNoBundleIsTheCallersFault(String path, String detail) throws Exception {
    Path place = path.startsWith("catalog") ? folder.resolve(path) : Path.of(path);
    String body = Json.write(Map.of("source", "path", "path", place.toString()));
    for (String operation : new String[] {"validate", "runs"}) {
      Answer answer = ask("POST", "/blueprints/launch/" + operation, body);
      assertThat(answer.status()).as("%s", answer.body()).isEqualTo(400);
      assertThat(answer.body().get("detail").asText()).startsWith(detail);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model    | 422 | blueprint_model_install_failed | runtime_model_install_failed",
        "gpu      | 412 | requirements_not_met           | requirements.gpu_node_unavailable",
        "prepared | 412 | preparation_not_run            |"
      })
  void whatKeepsABlueprintFromBeingLaunchedIsToldWithItsLaunch(
      String id, int status, String error, String issue) throws Exception {
    String run = "run-" + id;
    String body = "{\"run_id\": \"%s\", \"progress_id\": \"p-%s\"}".formatted(run, id);
    Answer answer = ask("POST", "/blueprints/" + id + "/runs", body);

    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
    JsonNode problem = answer.body();
    assertThat(problem.get("error").asText()).isEqualTo(error);
    assertThat(problem.get("run_id").asText()).isEqualTo(run);
    assertThat(problem.get("progress_id").asText()).isEqualTo("p-" + id);
    assertThat(problem.get("source").asText()).isEqualTo("catalog");
    assertThat(problem.at("/blueprint/id").asText()).isEqualTo(id);
    if (issue != null) {
      assertThat(problem.at("/validation/issues/0/code").asText()).isEqualTo(issue);
      Answer checked = ask("POST", "/blueprints/" + id + "/validate", "{}");
      assertThat(checked.status()).isEqualTo(200);
      assertThat(checked.body().at("/validation/ok").asBoolean(true)).isFalse();
    }
    JsonNode reported = ask("GET", "/blueprints/launch/progress/p-" + id, "").body();
    assertThat(reported.get("status").asText()).isEqualTo("failed");
    assertThat(reported.at("/latest/phase").asText()).isEqualTo("launch");
    assertThat(server.jobs().list(10, true).data()).isEmpty();
  }

  @Test
  void aModelThatNobodyKnowsIsToldByTheInstallation() throws Exception {
    Answer answer = ask("POST", "/blueprints/model/install", "");

    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(500);
    JsonNode detail = answer.body().get("detail");
    assertThat(detail.get("error").asText()).isEqualTo("blueprint_model_install_failed");
    assertThat(detail.at("/models/0/model").asText()).isEqualTo("nobody/knows");
    assertThat(detail.at("/models/0/status").asText()).isEqualTo("failed");
    assertThat(detail.at("/errors/0").asText()).contains("nobody/knows");
    assertThat(faults("installBlueprint", answer)).isEmpty();
  }

  /** How the answer does not fit what the contract says of it. */
  private static List<String> faults(String operation, Answer answer) {
    PublishedContract contract = PublishedContract.read();
    JsonObject declared =
        contract.operations().stream()
            .filter(one -> one.id().equals(operation))
            .map(one -> contract.response(one, String.valueOf(answer.status())))
            .findFirst()
            .orElseThrow();
    JsonObject schema =
        declared
            .getJsonObject("content")
            .getJsonObject("application/problem+json")
            .getJsonObject("schema");
    return contract.faults(schema, new JsonObject(answer.body().toString()));
  }
}
