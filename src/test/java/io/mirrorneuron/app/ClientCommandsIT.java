package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.JobOutcome;
import io.mirrorneuron.ListOptions;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.RunOptions;
import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.redis.PatchedRedis;
import io.mirrorneuron.redis.RedisVersion;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client commands and the Java API with real jobs. */
@Whole
class ClientCommandsIT {
  @TempDir static Path home;
  private static App app;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    app = App.start(config(home), ServerRole.UP, ConfigLoader.environment());
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static Config config(Path home) {
    return new ConfigLoader(
            Map.of("MN_HOME", home.toString(), "MN_TEMP_DIR", home.resolve("tmp").toString()),
            null,
            Map.of("api.port", "0", "grpc.port", "0", "resource.admission_enabled", "false"),
            home)
        .load();
  }

  @Test
  void aSampleRunsToItsResult() {
    Ended ended = shell.run("run", "shell-chain");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .contains("{", "}")
        .anyMatch(line -> line.matches(".* tally +received landings  from gather"))
        .anyMatch(line -> line.matches(".* report +completed"))
        .anyMatch(line -> line.matches(".* job +completed"))
        .noneMatch(line -> line.contains("lease") || line.contains("sandbox"));
    assertThat(shell.run("run", "shell-chain", "--verbose").out())
        .contains("executor_lease_acquired", "sandbox_job_completed", "job_completed");
  }

  @Test
  void jobsAndRunsAreNamedAsTheLastOrByABeginning() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("meant"));
    Files.writeString(bundle.resolve("manifest.json"), manifest("meant", "echo here"));
    String job = shell.run("run", bundle.toString(), "--detached").out().strip();
    shell.run("job", "result", job, "--wait");
    String id = "/job/job_id";

    assertThat(shell.run("job", "status", "@last:meant").json().at(id).asText()).isEqualTo(job);
    assertThat(shell.run("job", "status", "meant").json().at(id).asText()).isEqualTo(job);
    assertThat(shell.run("job", "status", "run-meant").json().at(id).asText()).isEqualTo(job);
    assertThat(shell.run("job", "logs", "@last:meant").out()).contains("here");
    assertThat(shell.run("run", "logs", "run-mean").out()).contains("here");
    assertThat(shell.run("run", "artifacts", "meant").exitCode()).isZero();
    assertThat(shell.run("job", "dead-letters", "@last:meant").json().path("job_id").asText())
        .isEqualTo(job);
    shell.run("run", bundle.toString());
    assertThat(shell.run("job", "status", "@last").json().at(id).asText()).startsWith("meant-");
    Ended two = shell.run("job", "cancel", "meant-");
    assertThat(two.exitCode()).isEqualTo(1);
    assertThat(two.err()).contains("2 ids begin with meant-: ", job, "; give more of it");
    assertThat(shell.run("job", "status", "@last:nobody"))
        .isEqualTo(
            new Ended(
                5,
                "",
                "mn: there is no job of a workflow nobody; mn job list shows those that are there\n"));
    assertThat(shell.run("job", "status", "@latest").err()).contains("@latest is no id; @last is");
  }

  @Test
  void programsAreToldTheRunOfWhatWasSubmitted() {
    JsonNode reported = shell.run("run", "router-only", "--detached", "--json").json();

    assertThat(reported.path("run_id").asText())
        .isEqualTo("run-" + reported.path("job_id").asText());
  }

  @Test
  void aJobThatFailsSaysWhyAndEndsWithThree() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("failing"));
    Files.writeString(bundle.resolve("manifest.json"), manifest("failing", "exit 7"));

    Ended ended = shell.run("run", bundle.toString());

    assertThat(ended.exitCode()).isEqualTo(3);
    String job = ended.out().lines().findFirst().orElseThrow().replaceFirst("^Job ", "");
    assertThat(ended.err().lines())
        .endsWith("  mn job why %1$s and mn job logs %1$s tell more".formatted(job))
        .anyMatch(
            line ->
                line.startsWith("mn: job " + job + " failed: ")
                    && line.endsWith("sh exited with code 7"));
  }

  @Test
  void theLastLinesOfAProgramThatFailsAreShown() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("traceback"));
    String script =
        "for i in $(seq 30); do echo line $i >&2; done; echo '  File ferry.py, line 7' >&2;"
            + " echo no such ferry >&2; exit 7";
    Files.writeString(bundle.resolve("manifest.json"), manifest("traceback", script));

    Ended ended = shell.run("run", bundle.toString());

    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.err().lines().filter(line -> line.startsWith("mn: |")).toList())
        .hasSize(20)
        .startsWith("mn: | line 13")
        .endsWith("mn: |   File ferry.py, line 7", "mn: | no such ferry");
    String jobId = shell.run("job", "list", "--json").json().at("/data/0/job_id").asText();
    assertThat(shell.run("job", "why", jobId).out().lines())
        .contains("| line 30", "|   File ferry.py, line 7", "| no such ferry");
    assertThat(shell.run("job", "logs", jobId).out()).contains("   File ferry.py, line 7\n");
    assertThat(new Shell(Main::commandLine, home).atTerminal().run("job", "status", jobId).out())
        .contains("   File ferry.py, line 7\n");
    assertThat(
            shell
                .run("job", "result", jobId, "--json")
                .json()
                .at("/result/error/details")
                .toString())
        .contains("stderr_tail", "line 13", "no such ferry");
  }

  @Test
  void validateNamesATypoAndWhatWouldRun() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("typo"));
    String right = manifest("typo", "exit 0");
    Files.writeString(bundle.resolve("manifest.json"), right.replace("graph_id", "grph_id"));

    Ended wrong = shell.run("validate", bundle.toString());
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.out().lines())
        .contains(
            "error: manifest.json:1:1: graph_id is required",
            "warning: manifest.json:1:27: unknown member grph_id; did you mean graph_id?",
            bundle + " cannot run: 1 error, 1 warning");

    Files.writeString(bundle.resolve("manifest.json"), right);
    Ended ended = shell.run("validate", bundle.toString());
    assertThat(ended.exitCode()).as(ended.out()).isZero();
    assertThat(ended.out().lines())
        .anyMatch(line -> line.matches("work +executor +default +1 +sh -c exit 0"))
        .anyMatch(line -> line.startsWith(bundle + " can run"));

    Files.writeString(bundle.resolve("manifest.json"), "{\n  \"nodes\": [,]\n}");
    assertThat(shell.run("validate", bundle.toString()).out().lines())
        .contains("error: manifest.json:2:13: , stands where a value must");
    assertThat(shell.run("job", "list", "--json").out()).doesNotContain("typo-");
  }

  @Test
  void planShowsWhereAgentsWouldRunAndRefusesAsRunDoes() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("planned"));
    String plain = manifest("planned", "exit 0");
    String asks =
        "\"resources\":{\"cpu\":\"%s\",\"ports\":[{\"label\":\"web\"}],\"limits\":{\"memory_mb\":900,\"cpu_millis\":500}},\"node_id\"";
    Files.writeString(
        bundle.resolve("manifest.json"), plain.replaceFirst("\"node_id\"", asks.formatted("500m")));

    Ended piped = shell.run("plan", bundle.toString());
    assertThat(piped.exitCode()).as(piped.err()).isZero();
    assertThat(piped.json().at("/placements/0/resources/cpu_cores").asText()).isEqualTo("0.5");
    Ended shown = new Shell(Main::commandLine, home).atTerminal().run("plan", bundle.toString());
    assertThat(shown.out())
        .contains("0.5 cores, port for web", "work: fits now", "1 agent on ")
        .contains("work: at most memory_mb 900 (by process), cpu_millis 500 (not enforced here)");

    Files.writeString(
        bundle.resolve("manifest.json"),
        plain.replaceFirst("\"node_id\"", asks.formatted("9999 cores")));
    Ended refused = shell.run("plan", bundle.toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("asks for 9999 CPU cores, and there are ");
    assertThat(refused).isEqualTo(shell.run("run", bundle.toString()));
    assertThat(shell.run("job", "list", "--json").out()).doesNotContain("planned-");
  }

  @Test
  void aFileThatCannotBeReadIsReportedForProgramsToo() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("malformed"));
    Files.writeString(bundle.resolve("manifest.yaml"), "name: x\nsteps:\n  - id: [a\n");

    Ended ended = shell.run("validate", bundle.toString(), "--json");

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.json().get("ok").asBoolean()).isFalse();
    assertThat(ended.json().at("/issues/0/location/file").asText()).isEqualTo("manifest.yaml");
    assertThat(ended.json().at("/issues/0/location/line").asInt()).isEqualTo(4);
    assertThat(ended.json().at("/issues/0/location/column").asInt()).isEqualTo(1);
  }

  @Test
  void runTellsOfABadManifestWhatValidateTells() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("misspelt"));
    Files.writeString(
        bundle.resolve("manifest.yaml"), "name: x\nstesp:\n  - id: a\n    run: [echo]\n");

    Ended validated = shell.run("validate", bundle.toString());
    Ended run = shell.run("run", bundle.toString());

    assertThat(validated.out())
        .contains("warning: manifest.yaml:2:1: unknown member stesp; did you mean steps?");
    assertThat(run.err()).isEqualTo(validated.out());
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void validateTakesInputsAsRunDoes() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("greeting"));
    Files.writeString(
        bundle.resolve("manifest.yaml"),
        "name: greeting\ninputs: {who: {schema: {type: string}}}\n"
            + "steps: [{id: a, run: [echo, hello]}]\n");

    Ended without = shell.run("validate", bundle.toString());
    assertThat(without.exitCode()).as(without.out()).isZero();
    assertThat(without.out())
        .contains("warning: manifest.yaml:2:10: input who has no default", "mn run --input who=…");
    assertThat(shell.run("validate", bundle.toString(), "-i", "who=Ada").out())
        .doesNotContain("warning");
    Ended wrong = shell.run("validate", bundle.toString(), "-i", "who=7");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.out()).contains("input who does not fit its schema");
    assertThat(shell.run("validate", bundle.toString(), "-i", "how=7").out())
        .contains("error: unknown input how");
    assertThat(shell.run("run", bundle.toString()))
        .isEqualTo(
            new Ended(
                1,
                "",
                "mn: the manifest cannot run:\n  inputs.who: input who has no default, and no value was given\n"));
  }

  /** A process of its own, as only those get signals. */
  @Test
  void ctrlCLetsGoOfAJobThatGoesOn() throws Exception {
    Path bundle = Files.createDirectories(home.resolve("sleeping"));
    Files.writeString(bundle.resolve("manifest.json"), manifest("sleeping", "sleep 600"));
    ProcessBuilder program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", // its warning would be the first line
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run",
                bundle.toString(),
                "--verbose")
            .redirectErrorStream(true);
    program.environment().put("MN_HOME", home.toString());
    Process mn = program.start();
    try (BufferedReader out = mn.inputReader()) {
      String jobId = out.readLine().substring("Job ".length());
      while (!out.readLine().contains("executor_lease_acquired")) {}

      mn.toHandle().destroy(); // SIGTERM, which the JVM treats as it does SIGINT

      assertThat(mn.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(mn.exitValue()).isEqualTo(128 + 15);
      assertThat(String.join("\n", out.lines().toList()))
          .contains("detached", "mn job cancel " + jobId);
      assertThat(shell.run("job", "status", jobId, "--json").json().at("/job/status").asText())
          .isEqualTo("running");
      assertThat(shell.run("job", "cancel", jobId).out()).contains("cancelled");
      assertThat(shell.run("job", "result", jobId).exitCode()).isEqualTo(4);
    } finally {
      mn.destroyForcibly();
    }
  }

  private static String manifest(String name, String script) {
    return """
        {"manifest_version":"1.0","graph_id":"%s","entrypoints":["work"],
         "initial_inputs":{"work":[{"a":1}]},
         "nodes":[{"node_id":"work","agent_type":"executor",
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["sh","-c","%s"]}}],
         "edges":[]}
        """
        .formatted(name, script);
  }

  @Test
  void everyDoorOfARunningServerIsHealthy() {
    Ended ended = shell.run("runtime", "health");

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).startsWith("Runtime health: ").doesNotContain("critical");
    assertThat(ended.out().lines())
        .anyMatch(line -> line.matches("core_grpc +passing .*"))
        .anyMatch(line -> line.matches("api +passing .*"));
  }

  /** An old Redis that only this server reaches is noted, and no reason to warn. */
  @Test
  void healthTellsWhichRedisServesAndNotesAnOldOne() throws Exception {
    Ended ended = shell.run("runtime", "health", "--json");

    JsonNode report = Json.parse(ended.out());
    JsonNode redis = component(report, "redis");
    assertThat(redis.path("target").asText())
        .endsWith("/redis/redis.sock")
        .doesNotContain("password");
    RedisVersion version =
        RedisVersion.ofInfo(
                redis
                    .at("/detail/version")
                    .asText()
                    .toLowerCase(Locale.ROOT)
                    .replace(" ", "_version:"))
            .orElseThrow();
    assertThat(redis.at("/detail/note").asText()).isEqualTo(PatchedRedis.note(version).orElse(""));
    assertThat(redis.path("detail").has("warning")).isFalse();
    assertThat(redis.path("status").asText()).isEqualTo("passing");
    boolean warned = component(report, "confinement").path("status").asText().equals("warning");
    assertThat(report.path("overall").asText()).isEqualTo(warned ? "warning" : "passing");
    assertThat(ended.exitCode()).isZero();
  }

  private static JsonNode component(JsonNode report, String name) {
    return Json.elements(report.path("components"))
        .filter(component -> component.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The example of {@link MirrorNeuron}. */
  @Test
  void aProgramRunsABundleInARuntimeElsewhere() throws Exception {
    Path bundle = home.resolve("sample");
    Samples.unpack("router-only", bundle);
    Config client =
        new ConfigLoader(Map.of("MN_HOME", home.toString()), null, Map.of(), home).loadForClient();

    try (MirrorNeuron mn = MirrorNeuron.connect(client)) {
      JobOutcome outcome = mn.runManifest(bundle, RunOptions.DEFAULT);

      assertThat(outcome.status() + ": " + outcome.output()).startsWith("completed: {");
      assertThat(mn.listJobs(ListOptions.DEFAULT).data()).isNotEmpty();
      assertThat(mn.inspectNodes()).hasSize(1);
    }
  }

  @Test
  void aProgramRunsABundleInItsOwnProcessAndOpensNoDoor(@TempDir Path own) throws Exception {
    Path bundle = own.resolve("sample");
    Samples.unpack("shell-chain", bundle);

    try (MirrorNeuron mn = MirrorNeuron.embedded(config(own))) {
      String manifest = Files.readString(bundle.resolve("manifest.json"));
      assertThat(mn.validateManifest(manifest)).isEmpty();

      JobOutcome outcome = mn.runManifest(bundle, RunOptions.DEFAULT.withJson());

      assertThat(outcome.isCompleted()).isTrue();
      assertThat(outcome.details().agents()).isNotEmpty();
      assertThat(mn.waitForJob(outcome.jobId(), Duration.ofSeconds(1)).output())
          .isEqualTo(outcome.output());
      assertThat(own.resolve("runtime-endpoints.json")).doesNotExist();
    }
  }
}
