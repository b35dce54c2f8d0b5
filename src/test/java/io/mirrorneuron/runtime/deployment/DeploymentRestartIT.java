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
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is started anew in the middle of a deployment goes on with it. */
@Whole
class DeploymentRestartIT {
  private static final Map<String, Object> POLICY =
      Map.of("max_parallel", 1, "min_healthy_ms", 1_500, "healthy_deadline_ms", 60_000);

  private static String manifest(int version) {
    Graph graph = new Graph().router("start").with("type", "'service'");
    for (String agent : new String[] {"a", "b", "c"}) {
      graph.agent(
          agent,
          "executor",
          "{'v':%d,'command':['true'],'runner_module':'MirrorNeuron.Runner.HostLocal'}"
              .formatted(version));
      graph.edge("start", agent, "*");
    }
    return graph.toString();
  }

  private static void deploy(RuntimeFixture node, int version) {
    node.runtime()
        .deployments()
        .deploy(new NewDeployment(Submission.of(manifest(version)), "web", POLICY, false));
  }

  private static DeploymentView until(RuntimeFixture node, String what, String text) {
    Eventually.eventually(
        what,
        () -> Json.write(node.runtime().deployments().get("web")),
        reported -> reported.contains(text));
    return node.runtime().deployments().get("web");
  }

  @Test
  void whatWasUnderWayGoesOnToItsEnd(@TempDir Path home) {
    try (RuntimeFixture node =
        new RuntimeFixture(home, RuntimeFixture.config(home, Silence.SHORT_VARIABLES))) {
      deploy(node, 1);
      until(node, "the first", "\"status\":\"successful\"");
      deploy(node, 2);
      until(node, "the first batch", "\"changed_agent_ids\":[\"a\"");
      node.restart();
      until(node, "the second batch", "\"changed_agent_ids\":[\"a\",\"b\"");
      node.restart();
      DeploymentView done = until(node, "its end", "\"status\":\"successful\"");
      assertThat(done.currentVersion()).isEqualTo("2");
      assertThat(done.changedAgentIds()).containsExactly("a", "b", "c");
      String job = Json.write(node.jobs().get(done.currentJobId()).json());
      assertThat(job).contains("\"v\":2").doesNotContain("\"v\":1");
    }
  }
}
