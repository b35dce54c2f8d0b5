package io.mirrorneuron.launch;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What hooks print of a configuration is told without its secrets. */
@Timeout(120)
class HookSecretsIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String PASSWORD = "correct-horse-9";
  private static final String SHORT = "hunter2";
  private static final String MARKED = "north-gate-\\\"7\\\"";
  private static final String OF_HOOK = "tell-nobody-55";

  /** In pieces, as pipes have it. */
  private static final String PRINTS =
      """
      #!/bin/sh
      env
      cat "$MN_BLUEPRINT_CONFIG_FILE"; echo
      printf 'it is correct-'; printf 'horse-9 \\n'
      echo '{"password": "hunter2", "step": 1}'
      """;

  @TempDir static Path folder;
  private static WholeServer server;

  @BeforeAll
  static void start() throws Exception {
    Files.createDirectories(folder.resolve("trusted"));
    server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of(
                "validation.commands",
                "trusted",
                "validation.trusted_folders",
                folder.resolve("trusted").toString()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static byte[] ask(HttpRequest.Builder request) throws Exception {
    return HTTP.send(request.build(), BodyHandlers.ofByteArray()).body();
  }

  private static String get(String path) throws Exception {
    return new String(ask(HttpRequest.newBuilder(server.uri(path))), StandardCharsets.UTF_8);
  }

  private static String launch(String name, String before) throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("trusted").resolve(name));
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "opens", "init_config_review": {"fields": [{"path": "site.phrase", "secret": true}]},
         "steps": [{"id": "say", "run": ["echo", "hi"]}]}""");
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(
        bundle.resolve("config/default.json"),
        "{\"db\": {\"password\": \"%s\", \"api_key\": \"%s\"}, \"site\": {\"phrase\": \"%s\", \"name\": \"Harbour\"}}"
            .formatted(PASSWORD, SHORT, MARKED));
    Files.createDirectories(bundle.resolve("scripts"));
    Files.writeString(bundle.resolve("scripts/pre-launch.sh"), PRINTS + before);
    Files.writeString(bundle.resolve("scripts/post-launch.sh"), PRINTS);
    Map<String, String> order =
        Map.of("source", "path", "path", bundle + "", "run_id", name, "progress_id", "p-" + name);
    return new String(
        ask(
            HttpRequest.newBuilder(server.uri("/blueprints/launch/runs"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.write(order)))),
        StandardCharsets.UTF_8);
  }

  private static void assertTellsNothing(String where, String reported) {
    assertThat(reported).as(where).doesNotContain(PASSWORD, SHORT, "north-gate", OF_HOOK);
  }

  @Test
  void theFailureOfAHookTellsNoSecret() throws Exception {
    String refused = launch("fails", "exit 3\n");
    assertThat(refused).contains("pre_launch_failed", "it is [REDACTED]", "exit code 3");
    assertTellsNothing("answer", refused);
    String progress = get("/blueprints/launch/progress/p-fails");
    assertThat(progress).contains("it is [REDACTED]");
    assertTellsNothing("progress", progress);
    try (Stream<Path> files = Files.walk(folder.resolve("home/launches"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertTellsNothing(file + "", Files.readString(file));
      }
    }
  }

  @Test
  void whatHooksPrintIsShownAndExportedWithoutSecrets() throws Exception {
    String launched =
        launch(
            "goes",
            "echo '{\"env\": {\"DOOR_TOKEN\": \"%s\"}}' > \"$MN_PRE_LAUNCH_READY_FILE\"\n"
                .formatted(OF_HOOK));
    assertThat(launched).contains("\"job_id\":\"");
    Path run = server.runsRoot().resolve("goes");
    eventually("the last hook has run", () -> isDone(run.resolve("post_launch_hook.json")));
    eventually("the run is over", () -> Files.exists(run.resolve("result.json")));
    for (String name : new String[] {"pre_launch.log", "post_launch.log"}) {
      String log = get("/runs/goes/artifacts/" + name);
      assertThat(log).contains("it is [REDACTED]", "MN_RUN_ID=goes", "\"step\":1");
      assertTellsNothing(name, log);
    }
    Map<String, String> exported = export();
    assertThat(exported.keySet())
        .anyMatch(name -> name.endsWith("/pre_launch.log"))
        .noneMatch(name -> name.matches(".*(ready|_process.json|_hook.json)"));
    exported.forEach(HookSecretsIT::assertTellsNothing);
  }

  private static boolean isDone(Path note) {
    try {
      return Files.exists(note) && Files.readString(note).contains("\"completed\"");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, String> export() throws Exception {
    byte[] zip = ask(HttpRequest.newBuilder(server.uri("/runs/goes/export?format=zip")));
    Map<String, String> files = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }
}
