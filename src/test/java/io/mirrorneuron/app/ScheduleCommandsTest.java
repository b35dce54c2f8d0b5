package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about schedules against a real gRPC server over schedules without Redis. */
class ScheduleCommandsTest {
  @TempDir Path folder;
  private GrpcRuntime runtime;
  private Shell shell;
  private String bundle;

  @BeforeEach
  void start() throws IOException {
    runtime = GrpcRuntime.start();
    shell =
        new Shell(Main::commandLine, folder)
            .set("MN_GRPC_TARGET", "127.0.0.1:" + runtime.server.port())
            .set("MN_GRPC_AUTH_TOKEN", GrpcRuntime.AUTH.value());
    Path made = Files.createDirectories(folder.resolve("bundle/payloads")).getParent();
    Files.writeString(made.resolve("manifest.json"), "{\"graph_id\":\"fake\",\"job_name\":\"x\"}");
    bundle = made.toString();
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  private JsonNode made(String... command) {
    Ended ended = shell.run(command);
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    return ended.json();
  }

  private void isRefused(String sentence, String... command) {
    Ended ended = shell.run(command);
    assertThat(ended.exitCode()).isNotZero();
    assertThat(ended.err()).contains(sentence);
  }

  @Test
  void whatRunsOnceIsMadeUpForUnlessSomebodySaysOtherwise() {
    JsonNode usual = made("schedule", "delay", bundle, "--in", "10m", "--json");
    assertThat(usual.at("/kind").asText()).isEqualTo("delayed");
    assertThat(usual.at("/missed_policy").asText()).isEqualTo("catchup_one");
    assertThat(usual.at("/missed_grace_ms").asLong()).isEqualTo(60_000);

    JsonNode other =
        made(
            "schedule",
            "delay",
            bundle,
            "--at",
            "2099-01-01T00:00:00",
            "--missed-policy",
            "skip",
            "--grace",
            "5m",
            "--json");
    assertThat(other.at("/missed_policy").asText()).isEqualTo("skip");
    assertThat(other.at("/missed_grace_ms").asLong()).isEqualTo(300_000);
    assertThat(made("run", bundle, "--schedule", "30m", "--json").at("/missed_policy").asText())
        .isEqualTo("catchup_one");
  }

  @Test
  void whatIsDueAgainAndAgainIsMadeUpForUnlessSomebodySaysOtherwise() {
    JsonNode usual = made("schedule", "create", bundle, "--cron", "0 2 * * *", "--json");
    assertThat(usual.at("/missed_policy").asText()).isEqualTo("catchup_one");
    assertThat(usual.at("/catchup_within_ms").asLong()).isEqualTo(86_400_000);
    JsonNode all =
        made(
            "schedule",
            "create",
            bundle,
            "--cron",
            "0 2 * * *",
            "--missed-policy",
            "catchup_all",
            "--catchup-within",
            "2d",
            "--json");
    assertThat(all.at("/missed_policy").asText()).isEqualTo("catchup_all");
    assertThat(all.at("/catchup_within_ms").asLong()).isEqualTo(2 * 86_400_000);
    String json = "{\"cron\": \"0 2 * * *\", \"missed_policy\": \"skip\"}";
    JsonNode skips = made("schedule", "create", bundle, "--schedule-json", json, "--json");
    assertThat(skips.at("/missed_policy").asText()).isEqualTo("skip");
    assertThat(skips.has("catchup_within_ms")).isFalse();
    String onEvent = "{\"trigger\": {\"event_type\": \"x\"}}";
    assertThat(
            made("schedule", "create", bundle, "--schedule-json", onEvent, "--json")
                .at("/missed_policy")
                .asText())
        .isEqualTo("skip");
    assertThat(
            made("run", bundle, "--schedule", "{\"cron\": \"0 2 * * *\"}", "--json")
                .at("/missed_policy")
                .asText())
        .isEqualTo("catchup_one");
  }

  @Test
  void aScheduleIsDeployedByItsName() throws IOException {
    Path manifest = folder.resolve("bundle/manifest.json");
    JsonNode made = made("schedule", "apply", "nightly", bundle, "--cron", "0 2 * * *", "--json");
    assertThat(made.at("/outcome").asText()).isEqualTo("created");
    assertThat(made.at("/schedule/missed_policy").asText()).isEqualTo("catchup_one");
    assertThat(made.at("/next")).hasSize(3);
    String id = made.at("/schedule/schedule_id").asText();
    Files.writeString(manifest, "{\"graph_id\":\"fake\",\"job_name\":\"mended\"}");
    Ended next = shell.run("schedule", "apply", "nightly", bundle, "--reason", "mended");
    assertThat(next.out()).contains("Schedule " + id + ": replaced, version 2");

    JsonNode versions = made("schedule", "versions", id, "--json");
    assertThat(versions.at("/data/0/current").asBoolean()).isTrue();
    assertThat(versions.at("/data/1/source/bundle").asText()).isEqualTo(bundle);
    JsonNode first = made("schedule", "versions", id, "--version", "1", "--json");
    assertThat(first.at("/data/0/manifest/job_name").asText()).isEqualTo("x");
    assertThat(made("schedule", "rollback", id, "--json").at("/version").asInt()).isEqualTo(1);
    assertThat(made("schedule", "update", id, "--bundle", bundle, "--json").at("/outcome").asText())
        .isEqualTo("replaced");
    isRefused("--input is for --bundle", "schedule", "update", id, "--input", "a=1");
    isRefused(
        "--bundle goes with --input and --reason only",
        "schedule",
        "update",
        id,
        "--bundle",
        bundle,
        "--cron",
        "0 1 * * *");

    Ended again = shell.run("schedule", "create", bundle, "--cron", "@daily", "--name", "nightly");
    assertThat(again.out()).contains("Warning: another schedule is called nightly, too (" + id);
    isRefused("2 schedules are called nightly: ", "schedule", "apply", "nightly", bundle);
  }

  @Test
  void theListCountsTimesThatMadeNoJob() {
    made("schedule", "create", bundle, "--cron", "0 2 * * *", "--json");
    assertThat(shell.set("COLUMNS", "300").atTerminal().run("schedule", "list").out())
        .contains("Missed", "Skipped", "Blocked", "Failed");
  }

  @Test
  void whatIsNoTimeIsNamedWithItsOption() {
    isRefused(
        "--at must be an ISO time such as 2026-06-21T02:00:00Z, not \"tomorrow\"",
        "schedule",
        "delay",
        bundle,
        "--at",
        "tomorrow");
    isRefused(
        "--schedule must be a delay such as 30m, a time such as 2026-06-21T02:00:00Z, auto, or a JSON object, not \"tomorrow\"",
        "run",
        bundle,
        "--schedule",
        "tomorrow");
    isRefused(
        "--at and --in both say when; give one of them",
        "schedule",
        "delay",
        bundle,
        "--at",
        "2099-01-01T00:00:00",
        "--in",
        "10m");
    isRefused("has passed: it is", "schedule", "delay", bundle, "--at", "2020-01-01T00:00:00Z");
  }

  @Test
  void aScheduleWithoutTimesSaysWhatToGive() {
    isRefused(
        "neither an option nor the manifest says when: give --cron or --schedule-json",
        "schedule",
        "create",
        bundle);
    Ended empty = shell.run("schedule", "create", bundle, "--cron", "");
    assertThat(empty.err())
        .contains("schedule.crons must be a text that is not empty")
        .doesNotContain("require cron or crons");
  }

  @Test
  void wordsThatNameNoKindAndNoStatusAreRefused() {
    isRefused(
        "--kind must be one of periodic, delayed, event, resource_wait",
        "schedule",
        "list",
        "--kind",
        "cron");
    isRefused(
        "--status must be one of active, paused, completed",
        "schedule",
        "list",
        "--status",
        "running");
  }
}
