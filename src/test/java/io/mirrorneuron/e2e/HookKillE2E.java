package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A packaged server that is killed while hooks of launches run, confined where that is possible.
 */
@Timeout(120)
@Proof.Kills
class HookKillE2E {
  @TempDir Path folder;
  private Path home;
  private Path bundle;

  @BeforeEach
  void bundle() throws IOException {
    home = folder.resolve("home");
    bundle = Files.createDirectories(folder.resolve("trusted/helped"));
    Files.createDirectories(bundle.resolve("scripts"));
    Files.writeString(
        bundle.resolve("manifest.json"),
        "{\"name\": \"helped\", \"steps\": [{\"id\": \"wait\", \"run\": [\"sh\", \"-c\", \"sleep 3; echo $PORT\"]}]}");
    Files.writeString(
        bundle.resolve("scripts/post-launch.sh"),
        "#!/bin/sh\necho \"$MN_JOB_STATUS\" >> \"$MN_RUN_DIR/ends\"\n");
  }

  private void before(String text) throws IOException {
    Files.writeString(bundle.resolve("scripts/pre-launch.sh"), "#!/bin/sh\n" + text);
  }

  private PackagedServer start() {
    return PackagedServer.start(
        home,
        Map.of(
            "MN_VALIDATION_COMMANDS", "trusted",
            "MN_VALIDATION_TRUSTED_FOLDERS", folder.resolve("trusted").toString(),
            "MN_PROCESS_CLEANUP_TIMEOUT_SECONDS", "1"));
  }

  private ObjectNode order() {
    return Json.object()
        .put("source", "path")
        .put("path", bundle.toString())
        .put("run_id", "helped-1")
        .put("progress_id", "p-1");
  }

  private Path run() {
    return home.resolve("runs/helped-1");
  }

  private List<String> lines(String name) {
    try {
      Path file = run().resolve(name);
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String jobOf(PackagedServer server) {
    String[] job = new String[1];
    eventually(
        "the launch is over",
        () -> {
          ObjectNode progress = server.get("/blueprints/launch/progress/p-1");
          job[0] = progress.get("job_id").asText();
          return progress.get("status").asText().equals("completed");
        });
    return job[0];
  }

  @Test
  void aHelperWhoseServerIsKilledEndsWithTheNextOne_andTheLastHookRunsOnce() throws IOException {
    before(
        "setsid sleep 305 &\necho '{\"env\": {\"PORT\": \"4711\"}}' > \"$MN_PRE_LAUNCH_READY_FILE\"\nexec sleep 306\n");
    try (PackagedServer server = start()) {
      server.post("/blueprints/launch/runs", order());
      String job = jobOf(server);
      assertThat(server.programs()).as("helper, its child and the step").hasSizeGreaterThan(1);
      server.kill9();
      server.restart();

      ObjectNode ended = server.awaitEnd(job);
      assertThat(ended.toString()).contains("4711");
      eventually("the last hook has run", () -> !lines("ends").isEmpty());
      eventually("nothing runs", () -> server.programs().isEmpty());
      eventually(
          "nothing is left of its hooks", () -> !Files.exists(home.resolve("hooks/hook-helped-1")));
      assertThat(lines("ends")).containsExactly("completed");
    }
  }

  @Test
  void aServerThatIsKilledBeforeTheHookIsReadyMakesOneJobAfterwards() throws IOException {
    before(
        "echo x >> \"$MN_RUN_DIR/begun\"\nif [ $(wc -l < \"$MN_RUN_DIR/begun\") -gt 1 ]; then echo '{\"env\": {\"PORT\": \"4712\"}}' > \"$MN_PRE_LAUNCH_READY_FILE\"; fi\nexec sleep 307\n");
    try (PackagedServer server = start()) {
      server.post("/blueprints/launch/runs?wait=0s", order());
      eventually("the hook has begun", () -> !lines("begun").isEmpty());
      server.kill9();
      server.restart();

      ObjectNode ended = server.awaitEnd(jobOf(server));
      assertThat(ended.toString()).contains("4712");
      eventually("the last hook has run", () -> !lines("ends").isEmpty());
      eventually("nothing runs", () -> server.programs().isEmpty());
      assertThat(lines("begun")).hasSize(2);
      assertThat(lines("ends")).containsExactly("completed");
      assertThat(server.get("/jobs?include_terminal=true").get("data")).hasSize(1);
    }
  }
}
