package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment.ChangedAgent;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans of deployments, and deployments that want their plan to hold. */
@Whole
class PlannedDeploymentIT {
  private static final Map<String, Object> QUICK =
      Map.of("max_parallel", 2, "min_healthy_ms", 0, "healthy_deadline_ms", 60_000);

  /** Between two steps of what is under way less time goes by, even on a busy machine. */
  private static final Duration REST = Duration.ofMillis(500);

  @TempDir Path home;
  private RuntimeFixture node;

  @BeforeEach
  void start() {
    node = new RuntimeFixture(home, RuntimeFixture.config(home, Silence.SHORT_VARIABLES));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private DeploymentsPort deployments() {
    return node.runtime().deployments();
  }

  private static Graph graph(int version, String... agents) {
    Graph graph = new Graph().router("start").with("type", "'service'");
    for (String agent : agents) {
      graph.agent(
          agent,
          "executor",
          "{'v':%d,'command':['true'],'runner_module':'MirrorNeuron.Runner.HostLocal'}"
              .formatted(version));
      graph.edge("start", agent, "*");
    }
    return graph;
  }

  private static NewDeployment wanted(Graph graph, Map<String, Object> policy, String... files) {
    Map<String, byte[]> contents = new HashMap<>();
    for (int i = 0; i < files.length; i += 2) {
      contents.put(files[i], files[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    Submission bundle = new Submission(graph.toString(), new Payloads.Inline(contents), null, null);
    return new NewDeployment(bundle, "web", policy, true);
  }

  private static NewDeployment version(int version) {
    return wanted(graph(version, "a", "b", "c"), QUICK, "data/x", "one", "data/y", "one");
  }

  private static Map<String, Object> policy(String strategy, int canary) {
    Map<String, Object> policy = new HashMap<>(QUICK);
    policy.put("strategy", strategy);
    policy.put("canary", canary);
    return policy;
  }

  private void deployed(NewDeployment wanted) {
    deployments().deploy(wanted);
    Eventually.eventually(
        "its end", () -> deployments().get("web").status(), status -> !status.equals("running"));
  }

  /** Each with what is deployed after the first version of a service with the agents a, b and c. */
  private enum Way {
    NEW("new", null, version(1)),
    NO_OP("no_op", version(1), version(1).planned(null)),
    VERSION_RECORDED(
        "version_recorded",
        wanted(graph(1, "a").with("type", "'batch'"), QUICK),
        wanted(graph(2, "a").with("type", "'batch'"), QUICK)),
    ROLLING("agents", version(1), version(2)),
    CANARY("agents", version(1), wanted(graph(2, "a", "b", "c"), policy("canary", 1))),
    FILES("agents", version(1), wanted(graph(1, "a", "b", "c"), QUICK, "data/x", "two")),
    BLUE_GREEN("blue_green", version(1), wanted(graph(1, "a", "b", "c", "d"), QUICK)),
    WANTED_BLUE_GREEN(
        "blue_green",
        version(1),
        wanted(graph(2, "a", "b", "c"), policy("blue-green", 0), "data/x", "one"));

    private final String word;
    private final NewDeployment before;
    private final NewDeployment next;

    Way(String word, NewDeployment before, NewDeployment next) {
      this.word = word;
      this.before = before;
      this.next = next;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsPlannedIsWhatIsDoneThen(Way way) throws Exception {
    if (way.before != null) {
      deployed(way.before);
    }
    Map<String, String> stored = atRest();
    PlannedDeployment plan = deployments().plan(way.next);
    assertThat(deployments().plan(way.next))
        .as("the same, as often as it is asked")
        .isEqualTo(plan);
    assertThat(stored()).as("nothing is stored").isEqualTo(stored);
    assertThat(plan.way()).isEqualTo(way.word);

    Result done = deployments().deploy(way.next.planned(plan.planToken()));
    DeploymentView real = done.deployment();
    assertThat(real.description()).isEqualTo(plan.description());
    assertThat(real.strategy()).isEqualTo(plan.strategy());
    assertThat(real.policy()).isEqualTo(plan.policy());
    assertThat(real.targetVersion()).isEqualTo(plan.version());
    assertThat(real.previousVersion()).isEqualTo(plan.previousVersion());
    assertThat(real.sourceJobId()).isEqualTo(plan.jobId());
    assertThat(real.targetJobId() != null).isEqualTo(plan.makesJob());
    assertThat(plan.warnings()).isEqualTo(real.warnings());
    assertThat(mode(plan.way())).isEqualTo(real.mode());
    List<String> agents = new ArrayList<>();
    if (real.changedAgentIds() != null) {
      agents.addAll(real.changedAgentIds());
      agents.addAll(real.remainingAgentIds());
    }
    assertThat(plan.batches().stream().flatMap(List::stream).toList()).isEqualTo(agents);
    assertThat(real.status().equals("awaiting_promotion"))
        .as(real.status())
        .isEqualTo(plan.awaitsPromotion());
  }

  private static String mode(String way) {
    return switch (way) {
      case "agents" -> "agent_level";
      case "blue_green" -> "blue_green";
      default -> null;
    };
  }

  /** All of Redis but for who leads, and the payload files. */
  private Map<String, String> stored() throws IOException {
    Map<String, String> all = new HashMap<>(new RedisContents(node.redisUri()).all());
    // Heartbeats come when they come.
    all.keySet().removeIf(key -> key.matches(".*(lead|lease|:nodes:).*"));
    Path bundles = home.resolve("bundles");
    if (Files.isDirectory(bundles)) {
      try (Stream<Path> files = Files.walk(bundles)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          all.put(file.toString(), Files.getLastModifiedTime(file).toString());
        }
      }
    }
    return all;
  }

  /** The same, once what was done before has come to rest. */
  private Map<String, String> atRest() throws IOException {
    AtomicReference<Map<String, String>> last = new AtomicReference<>(stored());
    AtomicLong since = new AtomicLong(System.nanoTime());
    Eventually.eventually(
        "nothing is written any more",
        () -> {
          try {
            Map<String, String> now = stored();
            if (!now.equals(last.getAndSet(now))) {
              since.set(System.nanoTime());
            }
            return System.nanoTime() - since.get() > REST.toNanos();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return last.get();
  }

  @Test
  void whatDiffersIsToldByName() {
    deployed(version(1));
    Graph graph =
        graph(2, "a", "c", "d")
            .with("policies", "{'recovery_mode':'manual_recover'}")
            .with("metadata", "{'token':'s3cret'}");
    PlannedDeployment plan =
        deployments().plan(wanted(graph, policy("canary", 1), "data/x", "two", "data/z", "new"));
    PlannedDeployment.Differences found = plan.differences();
    assertThat(found.agentsAdded()).containsExactly("d");
    assertThat(found.agentsRemoved()).containsExactly("b");
    assertThat(found.agentsChanged())
        .containsExactly(
            new ChangedAgent("a", List.of("config.v")), new ChangedAgent("c", List.of("config.v")));
    assertThat(found.files().added()).containsExactly("data/z");
    assertThat(found.files().removed()).containsExactly("data/y");
    assertThat(found.files().changed()).containsExactly("data/x");
    assertThat(found.files().omitted()).isZero();
    assertThat(found.policies())
        .containsExactly(
            "policies.recovery_mode", "policies.update.strategy", "policies.update.canary");
    assertThat(found.members()).contains("metadata", "edges");
    assertThat(plan.version()).isEqualTo("2");
    assertThat(Json.write(plan)).doesNotContain("s3cret");
  }

  @Test
  void aPlanFailsAsTheDeploymentWould() {
    deployed(version(1));
    assertSame(wanted(graph(2, "a"), Map.of("canary", 1)));
    assertSame(wanted(graph(2, "a").with("resources", "{'gpu':'many'}"), Map.of("x", 1)));
    assertSame(new NewDeployment(Submission.of(graph(2, "a").toString()), "no key", QUICK, false));
    deployed(wanted(graph(2, "a", "b", "c"), policy("canary", 1)));
    assertThat(deployments().get("web").status()).isEqualTo("awaiting_promotion");
    assertSame(version(3));
  }

  private void assertSame(NewDeployment wanted) {
    MnException real = refusal(() -> deployments().deploy(wanted));
    MnException planned = refusal(() -> deployments().plan(wanted));
    assertThat(planned.getMessage()).isEqualTo(real.getMessage());
    assertThat(planned.code()).isEqualTo(real.code());
    assertThat(planned.error()).isEqualTo(real.error());
  }

  private static MnException refusal(Runnable asked) {
    try {
      asked.run();
    } catch (MnException e) {
      return e;
    }
    throw new AssertionError("it is accepted");
  }

  private void assertOutdated(NewDeployment wanted, String token, String why) throws IOException {
    Map<String, String> stored = atRest();
    assertThatThrownBy(() -> deployments().deploy(wanted.planned(token)))
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT);
              assertThat(e.error()).isEqualTo("plan_outdated");
            })
        .hasMessage("the plan does not hold any more: " + why + "; plan again");
    assertThat(stored()).as("nothing is changed").isEqualTo(stored);
  }

  @Test
  void aPlanDoesNotHoldOnceAnotherVersionWasDeployed() throws IOException {
    String early = deployments().plan(version(1)).planToken();
    deployed(version(1));
    String line = "it was not made for what is deployed under web now, of which %s";
    assertOutdated(version(1), early, line.formatted("dep_web_1 is the newest deployment"));
    String token = deployments().plan(version(2)).planToken();
    deployed(version(3));
    assertOutdated(version(2), token, line.formatted("dep_web_2 is the newest deployment"));
    NewDeployment elsewhere =
        new NewDeployment(version(2).bundle(), "shop", QUICK, false); // under another key
    assertOutdated(
        elsewhere,
        token,
        "it was not made for what is deployed under shop now, of which there is nothing");
    deployments().deploy(version(2).planned(deployments().plan(version(2)).planToken()));
  }

  @Test
  void aPlanIsOfOneContent() throws IOException {
    deployed(version(1));
    String token = deployments().plan(version(2)).planToken();
    String other = "it is of another manifest, other payload files or another policy";
    assertOutdated(version(3), token, other);
    assertOutdated(
        wanted(graph(2, "a", "b", "c"), QUICK, "data/x", "two", "data/y", "one"), token, other);
    NewDeployment careful =
        new NewDeployment(version(2).bundle(), "web", policy("canary", 1), true);
    assertOutdated(careful, token, other);
    deployments().deploy(version(2).planned(token));
  }

  @Test
  void aPlanDoesNotHoldOnceTheJobHasEnded() throws IOException {
    deployed(version(1));
    PlannedDeployment plan = deployments().plan(version(2));
    assertThat(plan.way()).isEqualTo("agents");
    node.jobs().cancel(plan.jobId(), null, "over");
    node.awaitEnd(plan.jobId());
    assertOutdated(version(2), plan.planToken(), "job %s has ended since".formatted(plan.jobId()));
    PlannedDeployment again = deployments().plan(version(2));
    assertThat(again.way()).isEqualTo("blue_green");
    assertThat(again.description()).isEqualTo("job %s has ended".formatted(plan.jobId()));
  }

  @Test
  void whatIsNoTokenIsRefused() {
    assertThatThrownBy(() -> deployments().deploy(version(1).planned("yes")))
        .hasMessage("plan_token must be what a plan of a deployment has answered as plan_token");
    assertThat(deployments().list(DeploymentsPort.Query.ALL).data()).isEmpty();
  }

  @Test
  void ofTwoWithTheSameTokenAtOnceOneDoes() {
    for (int round = 1; round <= 4; round++) {
      NewDeployment wanted = version(round);
      NewDeployment planned = wanted.planned(deployments().plan(wanted).planToken());
      List<String> said = atOnce(planned, planned);
      String id = "dep_web_" + round;
      assertThat(said)
          .containsExactlyInAnyOrder(
              id,
              "the plan does not hold any more: it was not made for what is deployed under web"
                  + " now, of which %s is the newest deployment; plan again".formatted(id));
      Eventually.eventually(
          "its end", () -> deployments().get("web").status(), "successful"::equals);
    }
    assertThat(deployments().get("web").versions()).hasSize(4);
  }

  private List<String> atOnce(NewDeployment one, NewDeployment other) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return Stream.of(one, other)
          .map(
              wanted ->
                  CompletableFuture.supplyAsync(
                      () -> deployments().deploy(wanted).deploymentId(), threads))
          .toList()
          .stream()
          .map(PlannedDeploymentIT::said)
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

  /** Who did not hear the answer asks again with the same idempotency key. */
  @Test
  void aRepeatedCallIsAnsweredAsItStands() {
    NewDeployment wanted = version(1);
    Submission bundle =
        new Submission(wanted.bundle().manifestJson(), wanted.bundle().payloads(), "try-1", null);
    NewDeployment planned =
        new NewDeployment(bundle, "web", QUICK, true, deployments().plan(wanted).planToken());
    String id = deployments().deploy(planned).deploymentId();
    assertThat(deployments().deploy(planned).deploymentId()).isEqualTo(id);
  }
}
