package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn deployment} before a server. */
@Timeout(120)
@Whole
class DeploymentCommandsIT {
  @TempDir static Path home;
  private static WholeServer server;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    server = WholeServer.start(home, Silence.SHORT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A service under that key, whose first agent has the version in its configuration. */
  private static String bundle(String key, int version) {
    ObjectNode manifest = Json.parseObject(SampleManifests.routers(key, 2), "manifest");
    manifest.put("type", "service");
    ((ObjectNode) manifest.get("nodes").get(0)).putObject("config").put("v", version);
    manifest.putObject("policies").putObject("update").put("min_healthy_ms", 0);
    manifest.putObject("metadata").put("deployment_key", key).put("deployment_tag", "t" + version);
    Path file = home.resolve(key + version + ".json");
    try {
      Files.writeString(file, Json.write(manifest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toString();
  }

  private String run(String... command) {
    Ended ended = shell.run(command);
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    return ended.out();
  }

  private JsonNode status(String key) {
    return shell.run("deployment", "get", key, "--json").json();
  }

  @Test
  void aServiceIsDeployedUpdatedAndRolledBack() {
    String first = run("deployment", "deploy", bundle("web", 1), "--wait");
    assertThat(first).contains("dep_web_1", "web", "successful", "nothing runs under the key yet");
    assertThat(first).contains("Warning", "health_check is checks, but no service of the version");
    JsonNode second =
        Json.parseObject(
            run("deployment", "deploy", bundle("web", 2), "--wait", "--json"), "answer");
    assertThat(second.path("deployment_id").asText()).isEqualTo("dep_web_2");
    assertThat(second.path("deployment_key").asText()).isEqualTo("web");
    assertThat(second.path("status").asText()).isEqualTo("successful");
    assertThat(second.at("/deployment/description").asText()).isEqualTo("agents r1 differ");

    String back =
        run("deployment", "rollback", "web", "--tag", "t1", "--reason", "orders lost", "--wait");
    assertThat(back).contains("dep_web_3", "agents r1 differ; orders lost");
    assertThat(status("web").path("current_version").asText()).isEqualTo("1");
    Shell person =
        new Shell(Main::commandLine, home).atTerminal().set("NO_COLOR", "1").set("COLUMNS", "120");
    assertThat(person.run("deployment", "versions", "web").out().lines().skip(1))
        .anySatisfy(line -> assertThat(line).contains("2", "yes", "t2"))
        .anySatisfy(line -> assertThat(line).contains("1", "yes", "t1"));
    assertThat(person.run("deployment", "versions", "web", "--limit", "1").out())
        .contains("There are more: mn deployment versions web --after 2");
    assertThat(shell.run("deployment", "rollback", "web", "--version", "99").err())
        .contains("no rollback target found for deployment web: there is no version 99; there are")
        .contains("2 (t2), 1 (t1)");
    assertThat(shell.run("deployment", "rollback", "web", "--tag", "t1").err())
        .contains("no rollback target found for deployment web: tag t1 is the current one");
    JsonNode page = shell.run("deployment", "list", "--key", "web").json();
    assertThat(page.at("/data/0/deployment_id").asText()).isEqualTo("dep_web_3");
  }

  @Test
  void aCanaryIsPausedResumedPromotedAndAnotherFails() {
    run("deployment", "deploy", bundle("mail", 1), "--wait");
    String canary =
        run("deployment", "deploy", bundle("mail", 2), "--strategy", "canary", "--wait");
    assertThat(canary).contains("awaiting_promotion", "mn deployment promote mail");
    assertThat(run("deployment", "pause", "mail", "--reason", "lunch"))
        .isEqualToIgnoringNewLines("Deployment dep_mail_2: paused");
    assertThat(status("mail").path("events").toString()).contains("\"reason\":\"lunch\"");
    Ended early = shell.run("deployment", "promote", "mail");
    assertThat(early.exitCode()).isEqualTo(1);
    assertThat(early.err()).contains("deployment is paused, expected awaiting_promotion");
    run("deployment", "resume", "mail");
    assertThat(run("deployment", "promote", "mail", "--wait")).contains("successful");

    run(
        "deployment",
        "deploy",
        bundle("mail", 3),
        "--policy-json",
        "{\"strategy\":\"canary\"}",
        "--canary",
        "1",
        "--auto-revert",
        "--wait");
    assertThat(run("deployment", "fail", "dep_mail_3", "--reason", "complaints"))
        .startsWith("Deployment dep_mail_3: ");
    Eventually.eventually(
        "it is back", () -> status("mail").path("status").asText().equals("failed"));
    assertThat(status("mail").path("current_version").asText()).isEqualTo("2");
  }

  /** Else a script takes what is half done for done. */
  @Test
  void whoWaitsIsNotAnsweredByAPause() throws Exception {
    run("deployment", "deploy", bundle("calm", 1), "--wait");
    String slow = "{\"min_healthy_ms\":200000}";
    run("deployment", "deploy", bundle("calm", 2), "--policy-json", slow);
    run("deployment", "pause", "calm");
    CompletableFuture<Ended> waiting =
        CompletableFuture.supplyAsync(
            () ->
                new Shell(Main::commandLine, home)
                    .run(
                        "deployment",
                        "deploy",
                        bundle("calm", 2),
                        "--policy-json",
                        slow,
                        "--wait"));
    assertThatThrownBy(() -> waiting.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    run("deployment", "resume", "calm");
    run("deployment", "fail", "calm", "--reason", "enough");
    Ended ended = waiting.get(30, TimeUnit.SECONDS);
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out()).contains("failed", "enough");
    assertThat(ended.err())
        .containsOnlyOnce("dep_calm_2: paused; to let it go on: mn deployment resume calm");
  }

  /** How long a job takes does not say whether its first version is well. */
  @Test
  void theFirstVersionOfAShortBatchJobIsSuccessful() throws IOException {
    Path file = home.resolve("tick.json");
    Files.writeString(file, SampleManifests.routers("tick", 1));
    String first = run("deployment", "deploy", file.toString(), "--key", "tick", "--wait");
    assertThat(first).contains("dep_tick_1", "successful").doesNotContain("Failure");
    assertThat(status("tick").at("/versions/0/stable").asBoolean()).isTrue();
    assertThat(run("deployment", "deploy", file.toString(), "--key", "tick", "--wait"))
        .contains("dep_tick_2", "version_recorded");
  }

  @Test
  void badInputIsReported() {
    Ended unknown = shell.run("deployment", "status", "none");
    assertThat(unknown.exitCode()).isEqualTo(5);
    assertThat(unknown.err()).contains("none");
    Ended strategy = shell.run("deployment", "deploy", bundle("bad", 1), "--strategy", "slow");
    assertThat(strategy.exitCode()).isEqualTo(2);
    assertThat(strategy.err()).contains("--strategy must be one of rolling, canary, blue-green");
    Ended canary = shell.run("deployment", "deploy", bundle("bad", 1), "--canary", "1");
    assertThat(canary.exitCode()).isEqualTo(1);
    assertThat(canary.err()).contains("canary must be 0 with strategy rolling: choose canary");
    Ended list = shell.run("deployment", "list", "--status", "done");
    assertThat(list.err()).contains("--status must be one of running, awaiting_promotion");
  }

  @Test
  void whatIsPlannedIsDeployedIfNothingHasMoved() {
    run("deployment", "deploy", bundle("plan", 1), "--wait");
    JsonNode plan = shell.run("deployment", "plan", bundle("plan", 2)).json();
    assertThat(plan.path("way").asText()).isEqualTo("agents");
    String token = plan.path("plan_token").asText();
    Ended shown =
        new Shell(Main::commandLine, home)
            .atTerminal()
            .run("deployment", "plan", bundle("plan", 2));
    assertThat(shown.out())
        .contains("agents r1 differ", "2, after 1", "config.v", "--plan " + token)
        .contains("agents change within job " + plan.path("job_id").asText());
    assertThat(run("deployment", "deploy", bundle("plan", 2), "--wait", "--plan", token))
        .contains("dep_plan_2", "successful");
    Ended late = shell.run("deployment", "deploy", bundle("plan", 3), "--plan", token);
    assertThat(late.exitCode()).isEqualTo(1);
    assertThat(late.err())
        .contains("the plan does not hold any more", "dep_plan_2 is the newest deployment");
    Ended none = shell.run("deployment", "plan", "nowhere/");
    assertThat(none.exitCode()).isEqualTo(5);
  }
}
