package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deployments of a service with ten agents and real programs while it is looked up and gets
 * messages all the time: no look-up fails, and each message is handled once, by one version. {@code
 * -Ddeployment.resolves=500} and {@code -Ddeployment.messages} say how often in a second.
 */
@Whole
class DeploymentTrafficIT {
  private static final int RESOLVES = Integer.getInteger("deployment.resolves", 50);
  private static final int MESSAGES = Integer.getInteger("deployment.messages", 8);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern HANDLED = Pattern.compile("(\\d) \\{\"n\":(\\d+)}");
  private static final List<String> AGENTS = IntStream.range(0, 10).mapToObj(i -> "w" + i).toList();

  @TempDir Path home;
  private RuntimeFixture node;
  private ServiceTraffic traffic;

  @BeforeEach
  void start() {
    node =
        new RuntimeFixture(
            home.resolve("home"),
            RuntimeFixture.config(home.resolve("home"), Silence.SHORT_VARIABLES));
    deploy(1, "rolling", Map.of(), false);
    until("successful");
    traffic = new ServiceTraffic(node, "pool", AGENTS, RESOLVES, MESSAGES);
    handled(traffic.sent.get() + 5);
  }

  @AfterEach
  void stop() {
    traffic.close();
    node.close();
  }

  private Path log() {
    return home.resolve("handled");
  }

  /**
   * Each program notes its version and its message; version 2 fails while {@code sick} is there.
   */
  private String manifest(int version, boolean isWider) {
    Graph graph =
        new Graph()
            .router("start")
            .with("type", "'service'")
            .with("services", "[{'name':'pool','address':'10.0.0.1','port':80}]");
    for (String agent : AGENTS) {
      graph.agent(agent, "executor", "{}");
      graph.edge("start", agent, "*");
    }
    if (isWider) {
      graph.router("more").edge("start", "more", "*");
    }
    String command =
        "[ %d = 2 ] && [ -e %s ] && exit 1; echo \"%d $(cat \"$MN_INPUT_FILE\")\" >> %s"
            .formatted(version, home.resolve("sick"), version, log());
    String config =
        Json.write(
            Json.object()
                .put("runner_module", "MirrorNeuron.Runner.HostLocal")
                .put("max_attempts", 50)
                .put("retry_backoff_ms", 200)
                .put("command", command));
    return graph
        .toString()
        .replaceAll(
            "(\"agent_type\":\"executor\",\"config\":)\\{}",
            "$1" + Matcher.quoteReplacement(config));
  }

  private void deploy(int version, String strategy, Map<String, Object> more, boolean isWider) {
    Map<String, Object> policy =
        new HashMap<>(
            Map.of(
                "strategy",
                strategy,
                "max_parallel",
                3,
                "min_healthy_ms",
                500,
                "auto_revert",
                true,
                "healthy_deadline_ms",
                60_000));
    policy.putAll(more);
    node.runtime()
        .deployments()
        .deploy(
            new NewDeployment(Submission.of(manifest(version, isWider)), "pool", policy, false));
  }

  private DeploymentView until(String status) {
    String wanted = "\"status\":\"" + status + "\",\"description";
    Eventually.eventually(
        status,
        PATIENCE,
        () -> Json.write(node.runtime().deployments().get("pool")).contains(wanted));
    return node.runtime().deployments().get("pool");
  }

  /** How often each message was handled, and by which versions. */
  private Map<Integer, String> handled() {
    Map<Integer, String> versions = new HashMap<>();
    try {
      for (String line : Files.exists(log()) ? Files.readAllLines(log()) : List.<String>of()) {
        Matcher one = HANDLED.matcher(line);
        if (one.matches()) {
          versions.merge(Integer.parseInt(one.group(2)), one.group(1), String::concat);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions;
  }

  private void handled(int count) {
    Eventually.eventually("messages are handled", PATIENCE, () -> handled().size() >= count);
  }

  /** No look-up has failed; each message that was given was handled once, by one version. */
  private Map<Integer, String> finish() {
    handled(handled().size() + 5);
    traffic.close();
    handled(traffic.sent.get());
    System.out.printf(
        "%d look-ups, %d messages, %d of them given again to another job%n",
        traffic.resolves.get(), traffic.sent.get(), traffic.moved.get());
    assertThat(traffic.failures).isEmpty();
    Map<Integer, String> handled = handled();
    assertThat(handled).hasSize(traffic.sent.get());
    assertThat(handled.values()).allMatch(versions -> versions.length() == 1);
    return handled;
  }

  @Test
  void agentsChangeInBatches() {
    deploy(2, "rolling", Map.of(), false);
    assertThat(until("successful").changedAgentIds()).containsExactlyElementsOf(AGENTS);
    assertThat(finish().values()).contains("1", "2");
  }

  @Test
  void aCanaryThatTurnsUnhealthyGoesBack() throws Exception {
    deploy(2, "canary", Map.of("canary", 2), false);
    until("awaiting_promotion");
    Files.createFile(home.resolve("sick"));
    DeploymentView failed = until("failed");
    assertThat(failed.failure()).startsWith("the canary is not healthy any more: agent w");
    assertThat(failed.currentVersion()).isEqualTo("1");
    assertThat(finish().values()).contains("1");
  }

  @Test
  void aJobWithAnotherGraphTakesThePlaceOfTheOldOne() {
    String old = node.runtime().deployments().get("pool").currentJobId();
    deploy(2, "blue-green", Map.of("auto_promote", true), true);
    DeploymentView done = until("successful");
    assertThat(done.mode()).isEqualTo("blue_green");
    assertThat(done.currentJobId()).isNotEqualTo(old);
    assertThat(node.jobs().get(old).json().at("/job/status").asText()).isEqualTo("cancelled");
    assertThat(finish().values()).contains("1", "2");
  }
}
