package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that listen on ports of their own, and never end, become others within their job: one
 * after the other, so that somebody is found at any time.
 */
@Whole
class ServingDeploymentIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String PROGRAM =
      """
      import http.server, sys
      class Page(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              self.send_response(200 if sys.argv[2] != "sick" else 500)
              self.end_headers()
              self.wfile.write(sys.argv[2].encode())
          def log_message(self, *_):
              pass
      http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
      """;

  @TempDir Path home;
  private RuntimeFixture node;
  private final Map<String, Integer> ports = new LinkedHashMap<>();

  @BeforeEach
  void start() {
    node = new RuntimeFixture(home, RuntimeFixture.config(home, Silence.SHORT_VARIABLES));
    ports.put("w0", FreePort.at("127.0.0.1"));
    ports.put("w1", FreePort.at("127.0.0.1"));
    deploy("one");
    until("successful");
    Eventually.eventually(
        "both serve", PATIENCE, () -> "oneone".equals(answer("w0") + answer("w1")));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private void deploy(String version) {
    Graph graph = new Graph().router("start").with("type", "'service'");
    ports.forEach(
        (agent, port) -> {
          String command =
              Json.write(new String[] {"python3", "-c", PROGRAM, port.toString(), version});
          graph.agent(
              agent,
              "executor",
              "{\"runner_module\":\"MirrorNeuron.Runner.HostLocal\",\"command\":%s}"
                  .formatted(command));
          graph.edge("start", agent, "*");
        });
    String manifest = graph.toString();
    for (Map.Entry<String, Integer> one : ports.entrySet()) {
      manifest =
          manifest.replace(
              "{\"node_id\":\"%s\",".formatted(one.getKey()),
              """
              {"node_id":"%s","services":[{"name":"page","port":%d,"checks":[{"type":"http",
               "path":"/","interval_ms":200,"failures_before_critical":1}]}],"""
                  .formatted(one.getKey(), one.getValue()));
    }
    Map<String, Object> policy =
        Map.of(
            "min_healthy_ms",
            500,
            "healthy_deadline_ms",
            version.equals("sick") ? 10_000 : 20_000, // half of it is for programs to end
            "auto_revert",
            true);
    node.runtime()
        .deployments()
        .deploy(new NewDeployment(Submission.of(manifest), "pages", policy, false));
  }

  private DeploymentView until(String status) {
    Eventually.eventually(
        status, PATIENCE, () -> status.equals(node.runtime().deployments().get("pages").status()));
    return node.runtime().deployments().get("pages");
  }

  private String answer(String agent) {
    try (var body = URI.create("http://127.0.0.1:" + ports.get(agent)).toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "-";
    }
  }

  @Test
  void eachIsStoppedAndTheNextOneBeginsWhereItListened() {
    try (ServiceTraffic traffic = new ServiceTraffic(node, "page", List.of(), 50, 0)) {
      deploy("two");
      DeploymentView done = until("successful");
      assertThat(done.changedAgentIds()).containsExactly("w0", "w1");
      assertThat(answer("w0") + answer("w1")).isEqualTo("twotwo");
      assertThat(traffic.resolves).hasPositiveValue();
      assertThat(traffic.failures).isEmpty();
    }
  }

  @Test
  void aSickOneGoesBack() {
    deploy("sick");
    DeploymentView failed = until("failed");
    assertThat(failed.currentVersion()).isEqualTo("1");
    Eventually.eventually(
        "the former serves again", PATIENCE, () -> "oneone".equals(answer("w0") + answer("w1")));
  }
}
