package io.mirrorneuron.launch;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks of bundles before, beside and after real jobs. */
@Timeout(120)
@Whole
class LaunchHooksIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static WholeServer server;

  /** Says what it has, starts a child in a session of its own, and stays. */
  private static final String HELPER =
      """
      #!/bin/sh
      echo "helper of $MN_RUN_ID"
      env > "$MN_RUN_DIR/hook.env"
      setsid sleep 301 &
      echo $! > "$MN_RUN_DIR/child.pid"
      echo $$ > "$MN_RUN_DIR/helper.pid"
      test -f manifest.json && echo '{"env": {"GREETING": "hello"}, "config": {"port": 4711}}' > "$MN_PRE_LAUNCH_READY_FILE"
      exec sleep 302
      """;

  private static final String TELLS =
      "{\"run\": [\"sh\", \"-c\", \"echo $GREETING $MN_BLUEPRINT_CONFIG_JSON\"], \"id\": \"say\"}";
  private static final String STAYS = "{\"run\": [\"sleep\", \"303\"], \"id\": \"stay\"}";

  @BeforeAll
  static void start() throws Exception {
    Files.createDirectories(folder.resolve("trusted"));
    server = server(folder.resolve("home"));
  }

  private static WholeServer server(Path home) {
    return WholeServer.start(
        home,
        Map.of(
            "validation.commands", "trusted",
            "validation.trusted_folders", folder.resolve("trusted").toString(),
            "api.token", "hidden-token",
            "pre_launch.timeout_seconds", "7.5",
            "post_launch.timeout_seconds", "20",
            "process_cleanup.timeout_seconds", "1"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Answer(int status, JsonNode body) {}

  private static Answer send(WholeServer to, String path, String type, BodyPublisherOf body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to.uri(path)).header("Authorization", "Bearer hidden-token");
    if (body != null) {
      request.header("Content-Type", type).POST(body.publisher());
    }
    HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  private record BodyPublisherOf(HttpRequest.BodyPublisher publisher) {}

  private static Answer post(WholeServer to, String path, Object body) throws Exception {
    return send(
        to,
        path,
        "application/json",
        new BodyPublisherOf(BodyPublishers.ofString(Json.write(body))));
  }

  private static Answer launch(WholeServer to, Path bundle, String run, boolean force)
      throws Exception {
    return post(
        to,
        "/blueprints/launch/runs",
        Map.of(
            "source",
            "path",
            "path",
            bundle + "",
            "run_id",
            run,
            "progress_id",
            run,
            "force",
            force));
  }

  /** A bundle of one step; its last hook leaves a line for each time that it runs. */
  private static Path bundle(String place, String step, String before) throws IOException {
    Path bundle = Files.createDirectories(folder.resolve(place));
    Files.writeString(
        bundle.resolve("manifest.json"),
        "{\"name\": \"%s\", \"steps\": [%s]}".formatted(bundle.getFileName(), step));
    Path scripts = Files.createDirectories(bundle.resolve("scripts"));
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(bundle.resolve("config/default.json"), "{\"port\": 1, \"kept\": true}");
    if (before != null) {
      Files.writeString(scripts.resolve("pre-launch.sh"), before);
    }
    Files.writeString(
        scripts.resolve("post-launch.sh"),
        "#!/bin/sh\necho \"$MN_RUN_ID $MN_JOB_STATUS\" >> \"%s\"\n".formatted(marks(bundle)));
    return bundle;
  }

  private static Path marks(Path bundle) {
    return bundle.resolveSibling(bundle.getFileName() + ".marks");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isAlive(Path pidFile) {
    try {
      String stat = Files.readString(Path.of("/proc", lines(pidFile).getFirst(), "stat"));
      return !stat.matches("(?s).*\\) [ZX] .*"); // nobody collects it here
    } catch (IOException e) {
      return false; // it is gone, perhaps while it was read
    }
  }

  private static void assertNothingIsLeft(Path home) throws IOException {
    Path hooks = home.resolve("hooks");
    eventually("nothing is left of its hooks", () -> isEmpty(hooks));
  }

  private static boolean isEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.findAny().isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String status(WholeServer of, String job) {
    return of.jobs().brief(job).status();
  }

  @Test
  void aHookTellsThePrograms_andEndsWithTheJob() throws Exception {
    Path bundle = bundle("trusted/tells", TELLS, HELPER);
    Answer launched = launch(server, bundle, "told-1", false);

    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
    String job = launched.body().get("job_id").asText();
    eventually("the job has ended", () -> status(server, job).equals("completed"));
    eventually("the last hook has run", () -> !lines(marks(bundle)).isEmpty());
    assertNothingIsLeft(folder.resolve("home"));
    Path run = server.runsRoot().resolve("told-1");
    assertThat(isAlive(run.resolve("helper.pid"))).isFalse();
    assertThat(isAlive(run.resolve("child.pid"))).isFalse();
    assertThat(lines(marks(bundle))).containsExactly("told-1 completed");
    String result = server.jobs().get(job).result().toString();
    assertThat(result).contains("hello").contains("4711").contains("kept");
    assertThat(lines(run.resolve("pre_launch.log"))).containsExactly("helper of told-1");
    String seen = String.join("\n", lines(run.resolve("hook.env")));
    assertThat(seen)
        .contains("MN_RUN_DIR=" + run.toRealPath(), "MN_BLUEPRINT_CONFIG_JSON={\"port\":1")
        .doesNotContain("hidden-token");
    assertThat(Files.readString(run.resolve("pre_launch_process.json"))).contains("\"ended\"");
    assertThat(Files.readString(run.resolve("post_launch_hook.json"))).contains("\"completed\"");
    assertThat(bundle.resolve("pre_launch.ready")).doesNotExist();
  }

  @Test
  void aLaunchLeavesTheHookOfAnotherOneThatHasNoJobYet() throws Exception {
    Path go = folder.resolve("go");
    String waits =
        """
        #!/bin/sh
        echo $$ > "$MN_RUN_DIR/helper.pid"
        if [ "$MN_RUN_ID" = slow-twin ]; then until [ -e "%s" ]; do sleep 0.05; done; fi
        echo '{}' > "$MN_PRE_LAUNCH_READY_FILE"
        exec sleep 302
        """
            .formatted(go);
    Path bundle = bundle("trusted/twins", TELLS, waits);
    CompletableFuture<Answer> slow = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            slow.complete(launch(server, bundle, "slow-twin", false));
          } catch (Exception e) {
            slow.completeExceptionally(e);
          }
        });
    Path helper = server.runsRoot().resolve("slow-twin/helper.pid");
    eventually("its hook runs", () -> !lines(helper).isEmpty());

    Path other = bundle("trusted/other", TELLS, null);
    assertThat(launch(server, other, "other-1", false).status()).isEqualTo(200);
    assertThat(launch(server, bundle, "quick-twin", false).status()).isEqualTo(200);
    assertThat(slow).isNotDone();
    assertThat(isAlive(helper)).isTrue();
    Files.createFile(go);
    assertThat(slow.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
    eventually("both have ended", () -> lines(marks(bundle)).size() == 2);
    assertThat(lines(marks(bundle)))
        .containsExactlyInAnyOrder("slow-twin completed", "quick-twin completed");
  }

  @Test
  void aHookThatEndsEarlyFailsTheLaunchAndLeavesNothing() throws Exception {
    Path bundle =
        bundle(
            "trusted/early", STAYS, "#!/bin/sh\necho first\necho 'no port is free' >&2\nexit 3\n");
    Answer refused = launch(server, bundle, "early-1", false);

    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(500);
    assertThat(refused.body().get("detail").asText())
        .contains("exit code 3", "first", "no port is free");
    assertThat(server.runsRoot().resolve("early-1")).doesNotExist();
    assertThat(lines(marks(bundle))).containsExactly("early-1 not_launched");
    assertThat(server.jobs().list(100, true).data().toString()).doesNotContain("early-1");
    assertNothingIsLeft(folder.resolve("home"));
  }

  @Test
  void aReadyFileThatIsNoObjectFailsTheLaunch() throws Exception {
    Path bundle =
        bundle(
            "trusted/text",
            STAYS,
            "#!/bin/sh\necho '[1]' > \"$MN_PRE_LAUNCH_READY_FILE\"\nexec sleep 302\n");
    Answer refused = launch(server, bundle, "text-1", false);

    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(500);
    assertThat(refused.body().get("error").asText()).isEqualTo("pre_launch_failed");
    assertThat(refused.body().get("detail").asText())
        .contains("pre_launch.ready", "must be an object");
  }

  @Test
  void aHookThatIsNotReadyInTimeIsEndedWithAllThatItStarted() throws Exception {
    Path pid = folder.resolve("slow.pid");
    Path bundle =
        bundle(
            "trusted/slow",
            STAYS,
            "#!/bin/sh\ntrap '' TERM\nsetsid sleep 304 &\necho $! > '%s'\necho waiting\nwhile :; do sleep 1; done\n"
                .formatted(pid));
    Answer refused = launch(server, bundle, "slow-1", false);

    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(500);
    assertThat(refused.body().get("detail").asText())
        .contains("timed out", "7500 ms", "waiting", "MN_PRE_LAUNCH_TIMEOUT_SECONDS");
    assertThat(isAlive(pid)).isFalse();
    assertThat(server.runsRoot().resolve("slow-1")).doesNotExist();
  }

  @Test
  void cancellingTheJobEndsTheHelper() throws Exception {
    Path bundle = bundle("trusted/cancelled", STAYS, HELPER);
    Answer launched = launch(server, bundle, "cancelled-1", false);
    assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
    Path run = server.runsRoot().resolve("cancelled-1");
    assertThat(isAlive(run.resolve("helper.pid"))).isTrue();

    server.jobs().cancel(launched.body().get("job_id").asText());

    eventually("the helper has ended", () -> !isAlive(run.resolve("helper.pid")));
    eventually(
        "the last hook has run", () -> lines(marks(bundle)).contains("cancelled-1 cancelled"));
    eventually("its child has ended", () -> !isAlive(run.resolve("child.pid")));
  }

  /** The job goes on with the next server, and the last hook waits for its end. */
  @Test
  void aServerThatStopsEndsTheHelper_andTheNextOneRunsTheLastHookOnce() throws Exception {
    Path home = folder.resolve("home-2");
    Path bundle = bundle("trusted/stopped", STAYS, HELPER);
    Path run;
    String job;
    try (WholeServer first = server(home)) {
      Answer launched = launch(first, bundle, "stopped-1", false);
      assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
      job = launched.body().get("job_id").asText();
      run = first.runsRoot().resolve("stopped-1");
      assertThat(isAlive(run.resolve("helper.pid"))).isTrue();
    }
    assertThat(isAlive(run.resolve("helper.pid"))).isFalse();
    assertThat(isAlive(run.resolve("child.pid"))).isFalse();
    assertThat(lines(marks(bundle))).isEmpty();
    try (WholeServer next = server(home)) {
      next.jobs().cancel(job);
      eventually("the last hook has run", () -> !lines(marks(bundle)).isEmpty());
      assertNothingIsLeft(home);
    }
    assertThat(lines(marks(bundle))).containsExactly("stopped-1 cancelled");
  }

  @Test
  void hooksOfOtherFoldersAndOfUploadsDoNotRun() throws Exception {
    Path bundle = bundle("elsewhere/bundle", TELLS, HELPER);
    Answer refused = launch(server, bundle, "elsewhere-1", false);
    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(412);
    assertThat(refused.body().get("error").asText()).isEqualTo("preparation_not_run");
    assertThat(refused.body().get("detail").asText())
        .contains("pre-launch.sh", "post-launch.sh", "MN_VALIDATION_TRUSTED_FOLDERS", "force");

    Answer forced = launch(server, bundle, "elsewhere-2", true);
    assertThat(forced.status()).as("%s", forced.body()).isEqualTo(200);

    byte[] zip =
        Zips.bundle("{\"name\": \"sent\", \"steps\": [" + TELLS + "]}")
            .file("scripts/pre-launch.sh", "#!/bin/sh\ntouch \"$MN_PRE_LAUNCH_READY_FILE\"\n")
            .bytes();
    Answer upload =
        send(
            server,
            "/bundles/upload",
            "multipart/form-data; boundary=" + BundleUpload.BOUNDARY,
            new BodyPublisherOf(BodyPublishers.ofByteArray(BundleUpload.multipart(zip))));
    Answer sent =
        post(
            server,
            "/blueprints/launch/runs",
            Map.of("source", "zip", "_bundle_path", upload.body().get("bundle_path").asText()));
    assertThat(sent.status()).as("%s", sent.body()).isEqualTo(412);
    assertThat(lines(marks(bundle))).isEmpty();
  }

  @Test
  void aHookDoesNotTouchTheFolderOfAnotherRun() throws Exception {
    Path bundle = bundle("trusted/again", TELLS, HELPER);
    Answer first = launch(server, bundle, "again-1", false);
    assertThat(first.status()).as("%s", first.body()).isEqualTo(200);
    eventually("the last hook has run", () -> !lines(marks(bundle)).isEmpty());
    Path log = server.runsRoot().resolve("again-1/pre_launch.log");
    var written = Files.getLastModifiedTime(log);

    Answer second = launch(server, bundle, "again-1", false);
    assertThat(second.status()).as("%s", second.body()).isEqualTo(409);
    assertThat(Files.getLastModifiedTime(log)).isEqualTo(written);
    assertThat(lines(marks(bundle))).hasSize(1);
  }
}
