package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans on two servers with one Redis. */
@Whole
class TwoPlanningServersIT {
  private static final Map<String, Object> QUICK =
      Map.of("min_healthy_ms", 0, "healthy_deadline_ms", 60_000);

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture other;
  private List<GrpcRuntime> endpoints;

  @BeforeEach
  void start() throws Exception {
    one = new RuntimeFixture(Files.createDirectory(folder.resolve("one")));
    other = RuntimeFixture.beside(one, Files.createDirectory(folder.resolve("other")));
    endpoints = List.of(GrpcRuntime.before(one), GrpcRuntime.before(other));
  }

  @AfterEach
  void stop() {
    endpoints.forEach(GrpcRuntime::close);
    other.close();
    one.close();
  }

  private static NewDeployment version(int version, String file) {
    Graph graph =
        new Graph()
            .router("start")
            .with("type", "'service'")
            .agent(
                "a",
                "executor",
                "{'v':%d,'command':['true'],'runner_module':'MirrorNeuron.Runner.HostLocal'}"
                    .formatted(version))
            .edge("start", "a", "*");
    Payloads files = new Payloads.Inline(Map.of("data/x", file.getBytes(StandardCharsets.UTF_8)));
    Submission bundle = new Submission(graph.toString(), files, null, null);
    return new NewDeployment(bundle, "web", QUICK, true);
  }

  private static PlannedDeployment plan(RuntimeFixture node, NewDeployment wanted) {
    return node.runtime().deployments().plan(wanted);
  }

  /** Where the files are elsewhere, a plan does not bring them here to compare them. */
  @Test
  void bothPlanTheSameAndOneOfThemKnowsTheFiles() {
    one.runtime().deployments().deploy(version(1, "one"));
    PlannedDeployment near = plan(one, version(2, "two"));
    PlannedDeployment remote = plan(other, version(2, "two"));
    assertThat(remote.planToken()).isEqualTo(near.planToken());
    assertThat(near.differences().files().changed()).containsExactly("data/x");
    assertThat(near.warnings()).noneMatch(warning -> warning.contains("payload files"));
    assertThat(remote.differences().files()).isNull();
    assertThat(remote.warnings())
        .contains(
            "payload files differ, but those of the running version are not on this server: which"
                + " of them do is not told");
    assertThat(folder.resolve("other/bundles"))
        .satisfiesAnyOf(
            bundles -> assertThat(bundles).doesNotExist(),
            bundles -> assertThat(bundles).isEmptyDirectory());
  }

  @Test
  void aTokenBeginsOneDeploymentWhicheverServersAreAsked() {
    for (int round = 1; round <= 4; round++) {
      NewDeployment wanted = version(round, "one");
      NewDeployment planned = wanted.planned(plan(one, wanted).planToken());
      List<String> said = atOnce(planned);
      String id = "dep_web_" + round;
      assertThat(said)
          .containsExactlyInAnyOrder(
              id,
              "the plan does not hold any more: it was not made for what is deployed under web"
                  + " now, of which %s is the newest deployment; plan again".formatted(id));
      Eventually.eventually(
          "its end", () -> one.runtime().deployments().get("web").status(), "successful"::equals);
    }
    assertThat(one.runtime().deployments().get("web").versions()).hasSize(4);
  }

  private List<String> atOnce(NewDeployment planned) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return Stream.of(one, other)
          .map(
              node ->
                  CompletableFuture.supplyAsync(
                      () -> node.runtime().deployments().deploy(planned).deploymentId(), threads))
          .toList()
          .stream()
          .map(TwoPlanningServersIT::said)
          .toList();
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
