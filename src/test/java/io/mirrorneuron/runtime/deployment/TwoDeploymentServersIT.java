package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments on two servers: whichever is asked changes jobs wherever they are open. */
@Whole
class TwoDeploymentServersIT {
  private static final Map<String, Object> QUICK =
      Map.of("max_parallel", 2, "min_healthy_ms", 0, "healthy_deadline_ms", 60_000);

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture other;
  private final List<GrpcRuntime> endpoints = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    one = new RuntimeFixture(Files.createDirectory(folder.resolve("one")));
    other = RuntimeFixture.beside(one, Files.createDirectory(folder.resolve("other")));
    endpoints.add(GrpcRuntime.before(one));
    endpoints.add(GrpcRuntime.before(other));
  }

  @AfterEach
  void stop() {
    endpoints.forEach(GrpcRuntime::close);
    other.close();
    one.close();
  }

  private static String manifest(int version) {
    Graph graph =
        new Graph()
            .router("start")
            .with("type", "'service'")
            .with("services", "[{'name':'shop','address':'10.0.0.1','port':80}]");
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

  private static Result deploy(RuntimeFixture node, int version, Map<String, Object> policy) {
    return node.runtime()
        .deployments()
        .deploy(new NewDeployment(Submission.of(manifest(version)), "web", policy, false));
  }

  private DeploymentView until(RuntimeFixture node, String status) {
    Eventually.eventually(
        status,
        () -> Json.write(node.runtime().deployments().get("web")),
        text -> text.contains("\"status\":\"" + status + "\",\"description"));
    return node.runtime().deployments().get("web");
  }

  /** The leader is the one that was first, and not the one on which the job is. */
  private void assertIsElsewhere(String job) {
    Keys keys = new Keys(RuntimeFixture.config(folder).redis().namespace());
    Vertx vertx = Vertx.vertx();
    try {
      Request owner = Request.cmd(Command.HGET).arg(keys.state(job)).arg("owner");
      assertThat(Redis.createClient(vertx, one.redisUri()).send(owner).await().toString())
          .contains("#other-");
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void agentsOfAJobOnTheOtherServerChange() {
    String job = deploy(other, 1, QUICK).jobId();
    until(other, "successful");
    assertIsElsewhere(job);
    deploy(one, 2, QUICK);
    DeploymentView done = until(one, "successful");
    assertThat(done.mode()).isEqualTo("agent_level");
    assertThat(done.currentJobId()).isEqualTo(job);
    assertThat(Json.write(other.jobs().get(job).json()))
        .contains("\"v\":2")
        .doesNotContain("\"v\":1");
  }

  @Test
  void aJobOnTheOtherServerIsReplacedAndEnds() {
    String old = deploy(other, 1, QUICK).jobId();
    until(other, "successful");
    assertIsElsewhere(old);
    Map<String, Object> policy = Map.of("strategy", "blue-green", "min_healthy_ms", 0);
    String next = deploy(one, 2, policy).jobId();
    until(one, "awaiting_promotion");
    assertThat(other.runtime().services().resolve("shop", all(null)).services())
        .extracting(service -> service.jobId())
        .containsExactly(old);
    assertThat(other.runtime().services().resolve("shop", all("candidate")).services())
        .extracting(service -> service.jobId())
        .containsExactly(next);
    one.runtime().deployments().promote("web", false);
    until(one, "successful");
    assertThat(one.runtime().services().resolve("shop", all(null)).services())
        .extracting(service -> service.jobId() + " " + service.deploymentRole())
        .containsExactly(next + " primary");
    assertThat(one.jobs().get(old).json().at("/job/status").asText()).isEqualTo("cancelled");
  }

  private static ServiceFilter all(String role) {
    return new ServiceFilter(null, null, null, null, null, List.of(), true, role);
  }

  /** Also the very first ones: one is made, the other is refused and has changed nothing. */
  @Test
  void ofTwoThatDeployAtOnceOneDoes() {
    for (int version = 1; version < 9; version += 2) {
      List<String> said = atOnce(version, version + 1);
      assertThat(said.stream().filter(one -> one.startsWith("dep_"))).as("%s", said).hasSize(1);
      assertThat(said.stream().filter(one -> !one.startsWith("dep_")).findFirst().orElseThrow())
          .matches(
              "deployment dep_web_\\d is (running|successful)"
                  + "|what is deployed under web has changed meanwhile; try again");
      DeploymentView done = until(one, "successful");
      assertThat(done.deploymentId()).isIn(said);
      assertThat(done.versions()).hasSize((version + 1) / 2);
      Map<String, Object> deployed = done.versions().getLast().manifest();
      String runs = Json.write(other.jobs().get(done.currentJobId()).json());
      assertThat(runs).containsPattern("\"v\":(%d|%d)".formatted(version, version + 1));
      assertThat(Json.write(deployed))
          .contains(
              runs.contains("\"v\":" + version + ",")
                  ? "\"v\":" + version
                  : "\"v\":" + (version + 1));
    }
    assertThat(one.jobs().list(10, true).data()).hasSize(1);
  }

  private List<String> atOnce(int first, int second) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<String>> both =
          List.of(
              CompletableFuture.supplyAsync(
                  () -> deploy(one, first, QUICK).deploymentId(), threads),
              CompletableFuture.supplyAsync(
                  () -> deploy(other, second, QUICK).deploymentId(), threads));
      return both.stream().map(TwoDeploymentServersIT::said).toList();
    }
  }

  private static String said(CompletableFuture<String> asked) {
    try {
      return asked.join();
    } catch (CompletionException e) {
      return ((MnException) e.getCause()).getMessage();
    }
  }
}
