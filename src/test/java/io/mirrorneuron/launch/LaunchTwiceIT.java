package io.mirrorneuron.launch;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Launches of one run while another is in its hook: the first has the run, whoever comes then. */
@Timeout(120)
@Whole
class LaunchTwiceIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Map<String, Object> NOTHING = Map.of();

  @TempDir static Path folder;
  private static WholeServer server;

  /** Ready when the test says so. */
  private static final String HOOK =
      """
      #!/bin/sh
      echo "of $MN_RUN_ID"
      echo prepared > "$MN_RUN_DIR/prepared.txt"
      while ! test -f "%s"; do sleep 0.05; done
      echo ready > "$MN_PRE_LAUNCH_READY_FILE"
      exec sleep 302
      """;

  @BeforeAll
  static void start() throws IOException {
    Path trusted = Files.createDirectories(folder.resolve("trusted"));
    server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of(
                "validation.commands",
                "trusted",
                "validation.trusted_folders",
                trusted.toString(),
                "process_cleanup.timeout_seconds",
                "1"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Path go(String bundle) {
    return folder.resolve(bundle + ".go");
  }

  private static Path bundle(String name) throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("trusted").resolve(name));
    Files.writeString(
        bundle.resolve("manifest.json"),
        "{\"name\": \"%s\", \"steps\": [{\"id\": \"say\", \"run\": [\"echo\", \"done\"]}]}"
            .formatted(name));
    Files.createDirectories(bundle.resolve("scripts"));
    Files.writeString(bundle.resolve("scripts/pre-launch.sh"), HOOK.formatted(go(name)));
    return bundle;
  }

  private static CompletableFuture<HttpResponse<String>> launch(
      Path bundle, String run, Map<String, Object> more) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("source", "path");
    body.put("path", bundle.toString());
    return post("/blueprints/launch/runs", run, body, more);
  }

  private static CompletableFuture<HttpResponse<String>> post(
      String path, String run, Map<String, Object> place, Map<String, Object> more) {
    Map<String, Object> body = new LinkedHashMap<>(place);
    body.put("run_id", run);
    body.putAll(more);
    return HTTP.sendAsync(
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  private static Path file(String run, String name) {
    return server.runsRoot().resolve(run).resolve(name);
  }

  private static long jobsOf(String run) {
    return server.jobs().list(100, true).data().stream()
        .filter(row -> row.json().contains("\"" + run + "\""))
        .count();
  }

  private static String reported(HttpResponse<String> answer) {
    return answer.statusCode() + " " + answer.body();
  }

  @Test
  void whateverElseIsLaunchedAsTheRun_theFirstEndsWithItsFiles() throws Exception {
    Path bundle = bundle("once");
    var first = launch(bundle, "once-1", Map.of("progress_id", "once-p"));
    eventually("the hook has begun", () -> Files.exists(file("once-1", "prepared.txt")));

    for (var second :
        List.of(
            launch(bundle, "once-1", NOTHING),
            launch(bundle, "once-1", Map.of("force", true)),
            launch(bundle, "once-1", Map.of("progress_id", "once-q")),
            launch(bundle, "once-1", Map.of("progress_id", "once-p")),
            post("/blueprints/story-desk/runs", "once-1", NOTHING, NOTHING))) {
      assertThat(second.get().statusCode()).as(reported(second.get())).isEqualTo(409);
    }
    assertThat(launch(bundle, "once-1", Map.of("inputs", Map.of("no", 1))).get().statusCode())
        .isBetween(400, 422);
    assertThat(launch(folder.resolve("nothing"), "once-1", NOTHING).get().statusCode())
        .isBetween(400, 422);
    assertThat(file("once-1", "prepared.txt")).exists();
    assertThat(first).isNotDone();
    Files.createFile(go("once"));

    assertThat(first.get().statusCode()).as(reported(first.get())).isEqualTo(200);
    assertThat(jobsOf("once-1")).isEqualTo(1);
    assertThat(file("once-1", "prepared.txt")).hasContent("prepared");
    assertThat(file("once-1", "pre_launch.log")).hasContent("of once-1");
    assertThat(file("once-1", "pre_launch.ready")).exists();
  }

  @Test
  void ofThreeAtOnceOneMakesTheJob() throws Exception {
    Path bundle = bundle("thrice");
    Files.createFile(go("thrice"));
    List<CompletableFuture<HttpResponse<String>>> all =
        Stream.generate(() -> launch(bundle, "thrice-1", NOTHING)).limit(3).toList();

    List<String> reported =
        all.stream().map(CompletableFuture::join).map(LaunchTwiceIT::reported).toList();
    assertThat(reported).as("%s", reported).filteredOn(one -> one.startsWith("200 ")).hasSize(1);
    assertThat(reported)
        .as("%s", reported)
        .filteredOn(one -> one.startsWith("409 ") && one.contains("run_id_in_use"))
        .hasSize(2);
    assertThat(jobsOf("thrice-1")).isEqualTo(1);
    assertThat(file("thrice-1", "prepared.txt")).hasContent("prepared");
    assertThat(file("thrice-1", "pre_launch.log")).hasContent("of thrice-1");
    JsonNode process = Json.parse(Files.readString(file("thrice-1", "pre_launch_process.json")));
    assertThat(process.get("run_id").asText()).isEqualTo("thrice-1");
  }
}
