package io.mirrorneuron.launch;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders that a configuration names as input and output of its job. */
@Timeout(90)
class LaunchFoldersIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static WholeServer server;
  private static Path secret;

  @BeforeAll
  static void start() throws Exception {
    Files.createDirectories(folder.resolve("inputs"));
    secret = Files.createDirectories(folder.resolve("secret"));
    Files.writeString(secret.resolve("key"), "hidden");
    server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of("blueprint.input_roots", folder.resolve("inputs").toString()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Answer(int status, JsonNode body) {}

  private static Answer launch(Path bundle, String run, Map<String, Object> config)
      throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(server.uri("/blueprints/launch/runs"))
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        Json.write(
                            Map.of(
                                "source",
                                "path",
                                "path",
                                bundle.toString(),
                                "run_id",
                                run,
                                "config_overwrite",
                                config))))
                .build(),
            BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  private static Path bundle(String name, String script) throws IOException {
    Path bundle = Files.createDirectories(folder.resolve(name));
    Files.createDirectories(bundle.resolve("photos"));
    Files.writeString(bundle.resolve("photos/own.txt"), "own");
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(
        bundle.resolve("config/default.json"),
        "{\"photos_input_folder\": \"photos\", \"deep\": {\"outputDir\": \"/srv/none\"}, \"work_dir\": \"/x\"}");
    Files.writeString(
        bundle.resolve("manifest.json"),
        Json.write(
            Map.of(
                "name",
                name,
                "steps",
                new Object[] {
                  Map.of("id", "look", "run", new String[] {"python3", "-c", script})
                })));
    return bundle;
  }

  @Test
  void programsFindCopiesOfInputsAndWriteOutputsIntoTheRun() throws Exception {
    Path outside = Files.createDirectories(folder.resolve("inputs/more"));
    Files.writeString(outside.resolve("one.txt"), "one");
    Files.createSymbolicLink(outside.resolve("link.txt"), secret.resolve("key"));
    Path bundle =
        bundle(
            "copies",
            """
            import json, os
            config = json.load(open(os.environ["MN_BLUEPRINT_CONFIG_FILE"]))
            places = [config["photos_input_folder"], *config["input_dirs"]]
            inside = all(p.startswith(os.environ["MN_JOB_INPUT_DIR"]) for p in places)
            open(config["deep"]["outputDir"] + "/made.txt", "w").write("made")
            print(json.dumps({"seen": [sorted(os.listdir(p)) for p in places], "inside": inside, "work": config["work_dir"]}))
            """);

    Answer launched =
        launch(bundle, "copies-1", Map.of("input_dirs", new String[] {outside.toString()}));

    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
    String job = launched.body().get("job_id").asText();
    eventually("the job has ended", () -> server.jobs().brief(job).status().equals("completed"));
    String result = server.jobs().get(job).result().toString();
    assertThat(result)
        .contains("[\"own.txt\"]", "[\"one.txt\"]", "\"inside\":true", "\"work\":\"/x\"");
    assertThat(server.runsRoot().resolve("copies-1/outputs/made.txt")).hasContent("made");
    assertThat(launched.body().toString()).doesNotContain("mn_storage names");
  }

  @Test
  void otherFoldersAreRefusedAndNothingIsCopied() throws Exception {
    Path bundle = bundle("refused", "print(1)");
    Path link = Files.createSymbolicLink(folder.resolve("inputs/link"), secret);
    for (Path place : new Path[] {secret, link, folder.resolve("inputs/../secret")}) {
      Answer refused = launch(bundle, "refused-1", Map.of("input_dir", place.toString()));
      assertThat(refused.status()).as("%s", refused.body()).isEqualTo(422);
      assertThat(refused.body().at("/validation/issues/0/code").asText())
          .isEqualTo("config.input_folder");
      assertThat(refused.body().toString()).contains("MN_BLUEPRINT_INPUT_ROOTS");
    }
    try (Stream<Path> all = Files.walk(folder.resolve("home/shared"))) {
      assertThat(all.filter(each -> each.toString().contains("refused"))).isEmpty();
    } catch (java.nio.file.NoSuchFileException e) {
      assertThat(folder.resolve("home/shared")).doesNotExist();
    }
  }
}
