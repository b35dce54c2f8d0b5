package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a new user does with the packaged program: finds a blueprint, gives it a wrong input, is
 * shown where, mends it, launches, watches, and takes the result; of the catalog, from a folder and
 * from a zip, over REST and at a terminal.
 */
@Timeout(180)
@Whole
class FirstLaunchE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ID = "word-count";
  private static final Map<String, Object> WRONG = Map.of("most", 0);
  private static final Map<String, Object> RIGHT = Map.of("most", 1, "texts", List.of("a b a"));
  private static final String COUNTED = "{\"words\":3,\"most_frequent\":{\"a\":2}}";

  @TempDir static Path folder;
  private static PackagedServer server;
  private static Path bundle;
  private static Path zip;

  /** Where the bundle is. */
  enum From {
    CATALOG,
    FOLDER,
    ZIP
  }

  @BeforeAll
  static void start() throws Exception {
    server = PackagedServer.start(folder.resolve("home"));
    server.get("/blueprints"); // writes the catalog that comes with the program
    bundle = server.home().resolve("catalog").resolve(ID);
    zip = Files.write(folder.resolve("mine.zip"), BundleUpload.of(bundle));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void overRest(From from) {
    JsonNode listed = server.get("/blueprints").at("/blueprints");
    assertThat(listed.findValuesAsText("id")).contains(ID);
    JsonNode asked = server.get("/blueprints/" + ID).at("/form/properties/most");
    assertThat(asked.at("/minimum").asInt()).isEqualTo(1);

    String run = "rest-" + from;
    ObjectNode wrong = order(from, WRONG, run);
    JsonNode report = PackagedServer.answer(server.post("/blueprints/launch/validate", wrong));
    assertPointsAtMost(report.at("/validation"));
    HttpResponse<String> refused = server.post("/blueprints/launch/runs", wrong);
    assertThat(refused.statusCode()).isEqualTo(422);
    assertPointsAtMost(Json.parseObject(refused.body(), "problem").at("/validation"));

    ObjectNode right = order(from, RIGHT, run);
    report = PackagedServer.answer(server.post("/blueprints/launch/validate", right));
    assertThat(report.at("/validation/ok").asBoolean()).as("%s", report).isTrue();
    HttpResponse<String> taken = server.post("/blueprints/launch/runs?wait=0s", right);
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
    String progress = Json.parseObject(taken.body(), "launch").at("/progress_url").asText();
    String path = progress.replace("/api/v1", "");
    eventually("it is launched", PATIENCE, () -> server.get(path).at("/completed").asBoolean());
    assertThat(server.get(path).at("/status").asText()).isEqualTo("completed");

    server.awaitEnd(server.get(path).at("/job_id").asText());
    assertThat(server.get("/runs/" + run + "/result").at("/output"))
        .isEqualTo(Json.parseObject(COUNTED, "counted"));
    JsonNode artifacts = server.get("/runs/" + run + "/artifacts").at("/artifacts");
    assertThat(artifacts.findValuesAsText("relative_path")).contains("result.json", "inputs.json");
    assertThat(server.get("/runs/" + run + "/artifacts/result.json").at("/output/words").asInt())
        .isEqualTo(3);
  }

  private static ObjectNode order(From from, Map<String, Object> inputs, String run) {
    ObjectNode order = Json.object().put("run_id", run);
    order.set("inputs", Json.MAPPER.valueToTree(inputs));
    return switch (from) {
      case CATALOG -> order.put("source", "catalog").put("blueprint_id", ID);
      case FOLDER -> order.put("source", "path").put("path", bundle.toString());
      case ZIP -> order.put("source", "bundle").put("bundle_path", uploaded());
    };
  }

  private static String uploaded() {
    try {
      byte[] form = BundleUpload.multipart(Files.readAllBytes(zip));
      return PackagedServer.answer(
              server.send(
                  server
                      .request("/bundles/upload")
                      .header(
                          "Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
                      .POST(BodyPublishers.ofByteArray(form))))
          .at("/bundle_path")
          .asText();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertPointsAtMost(JsonNode report) {
    assertThat(report.at("/ok").asBoolean(true)).isFalse();
    assertThat(report.at("/issues/0/message").asText()).isEqualTo("most must be at least 1");
    assertThat(report.at("/issues/0/location/pointer").asText()).isEqualTo("/inputs/most");
  }

  @ParameterizedTest
  @EnumSource
  void atATerminal(From from) {
    assertThat(mn(0, "blueprint", "list")).contains(ID, "Counts the words");
    List<String> place =
        switch (from) {
          case CATALOG -> List.of(ID);
          case FOLDER -> List.of("--folder", bundle.toString());
          case ZIP -> List.of("--folder", zip.toString());
        };
    assertThat(mn(1, "blueprint validate --input most=0", place))
        .contains("error: most must be at least 1", "cannot run: 1 error");
    assertThat(mn(1, "blueprint run --input most=0", place))
        .contains("✗ validation", "most must be at least 1")
        .doesNotContain("Job ID");

    String run = "terminal-" + from;
    String right = "--input most=1 --input texts=[\"a_b_a\",\"a_b_a\"] --run-id " + run;
    assertThat(mn(0, "blueprint run " + right, place))
        .contains("✓ resolve_source", "✓ validation", "✓ submit", "Job ID")
        .contains("Blueprint Run ID " + run, "merge          completed", "\"a_b_a\": 2");
    assertThat(mn(0, "run", "artifacts", run)).contains("result.json", "inputs.json");
    assertThat(mn(0, "run", "artifacts", run, "result.json", "-o", "-")).contains("\"a_b_a\"");
  }

  private static String mn(int exit, String words, List<String> more) {
    List<String> all = new ArrayList<>(List.of(words.split(" ")));
    all.addAll(more);
    return mn(exit, all.toArray(String[]::new));
  }

  /** All that the command says. */
  private static String mn(int exit, String... words) {
    Process mn = PackagedServer.launch(server.home(), Map.of(), words);
    String said = PackagedServer.said(mn);
    assertThat(PackagedServer.exitCode(mn, PATIENCE)).as(said).isEqualTo(exit);
    return said;
  }
}
