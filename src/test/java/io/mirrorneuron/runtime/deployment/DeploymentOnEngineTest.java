package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.deployment.Deployment.Status;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.bundle.VersionManifests;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.InMemoryServiceRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Deployments of a service with ten agents on the real engine, by a clock that the test turns,
 * while messages come all the time: none is lost, none is handled twice, or by another version than
 * that of its agent.
 */
class DeploymentOnEngineTest {
  private static final List<String> AGENTS = IntStream.range(0, 10).mapToObj(i -> "w" + i).toList();
  private static final long TICK_MS = 250;

  private final DeploymentMachine machine = new DeploymentMachine();
  private final InMemoryServiceRegistry registry = new InMemoryServiceRegistry();
  private final Stage stage = new Stage();
  private final VersionManifests texts =
      new VersionManifests(new InMemoryRecordStore(), "deployment-manifests");
  private Optional<DeployedKey> state = Optional.empty();
  private long now = 1_000_000;

  /** Versions whose programs fail. */
  private int sick = -1;

  private boolean sends = true;

  /** Whether programs that fail are tried again by themselves; else their agents are restarted. */
  private String maxAttempts = ",'max_attempts':50,'retry_backoff_ms':100";

  /** Whether what programs have in common is written once. */
  private boolean hasDefaults;

  private String policies = "{'job_type':'service'}";

  private final Map<String, Integer> sent = new HashMap<>();

  private String manifest(int version) {
    Graph graph = new Graph().router("start").with("policies", policies);
    String config = "{'v':%d%s}".formatted(version, maxAttempts);
    if (hasDefaults) {
      graph.with("defaults", config);
    }
    for (String agent : AGENTS) {
      graph.program(agent, hasDefaults ? "{}" : config);
      graph.edge("start", agent, "*");
    }
    return graph.toString();
  }

  private Content content(String text) {
    return new Content(text, stage.manifests.apply(text), null);
  }

  private DeploymentEffects effects() {
    return new DeploymentEffects(
        (jobId, text, bundle, by) ->
            stage
                .engine()
                .creation()
                .submit(
                    new JobStore.NewJob(jobId, "mirror_neuron@stage", text, null, null, null),
                    stage.manifests.apply(text),
                    bundle,
                    null,
                    by,
                    List.of()),
        texts,
        new OfferedHealth(registry, text -> stage.manifests.apply(text)),
        new JobReplacement(
            registry,
            stage.engine().definitions(),
            new EngineOrders(stage.engine()),
            text -> stage.manifests.apply(text),
            () -> now),
        event -> CompletableFuture.completedFuture(null));
  }

  /** The jobs are all of this engine. */
  private record EngineOrders(Engine engine) implements JobOrders {
    @Override
    public CompletionStage<?> redefine(String jobId, Redefinition order) {
      return engine.definitions().redefine(jobId, order);
    }

    @Override
    public CompletionStage<?> play(String jobId, String role) {
      return engine.definitions().play(jobId, role);
    }

    @Override
    public CompletionStage<?> resume(String jobId) {
      return engine.commands().resume(jobId, null);
    }

    @Override
    public CompletionStage<?> retire(String jobId, Set<String> spared, String reason) {
      return engine.definitions().retire(jobId, spared, reason);
    }

    @Override
    public CompletionStage<?> cancel(String jobId, String reason) {
      return engine.commands().cancel(jobId, null, reason);
    }
  }

  private <T> T await(CompletionStage<T> asked) {
    stage.ask(engine -> CompletableFuture.completedFuture(null)); // what it waits for happens
    return asked.toCompletableFuture().join();
  }

  private void give(DeploymentInput input) {
    state = machine.decide(state, input, now);
    List<DeploymentEffect> unsettled;
    for (int i = 0; i < 20 && !(unsettled = machine.pending(state.orElseThrow())).isEmpty(); i++) {
      CompletionStage<DeploymentInput> done = effects().perform("web", unsettled.getFirst());
      stage.ask(engine -> CompletableFuture.completedFuture(null));
      if (done.toCompletableFuture().isCompletedExceptionally()) {
        return; // it is tried again
      }
      state = machine.decide(state, done.toCompletableFuture().join(), now);
    }
  }

  private JobDefinitions.Running look(String job) {
    return await(stage.engine().definitions().look(job));
  }

  private void deploy(int version, UpdatePolicy policy) {
    Content next = content(manifest(version));
    Present present = null;
    if (state.isPresent()) {
      JobDefinitions.Running running = look(state.get().currentJob());
      put(running.manifest());
      present =
          new Present(
              state.get().current(),
              state.get().currentJob(),
              content(running.manifest()),
              !running.status().isTerminal());
    }
    put(next.text());
    String name = "" + (state.map(DeployedKey::lastVersion).orElse(0) + 1);
    DeploymentPlan plan = DeploymentPlanner.plan(present, next, name, "job-" + name, policy);
    String fingerprint = new ManifestContent(next.text()).fingerprint();
    give(
        new DeploymentInput.Deploy(
            "web",
            null,
            new DeployedVersion(
                name,
                state.map(DeployedKey::currentJob).orElse(null),
                fingerprint,
                null,
                now,
                false,
                null),
            plan));
  }

  private void put(String text) {
    await(texts.put("web", new ManifestContent(text).fingerprint(), text, now));
  }

  private static UpdatePolicy policy(UpdateStrategy strategy, int canary) {
    return new UpdatePolicy(
        strategy, 3, canary, 5_000, 20_000, 60_000, HealthSource.AGENT_STATES, false, true);
  }

  /** Time passes, in which each agent gets messages and most programs end. */
  private void run(long millis) {
    for (long until = now + millis; now < until; ) {
      now += TICK_MS;
      stage.advance(TICK_MS);
      for (String agent : List.copyOf(stage.running())) {
        boolean takesLonger = (now / TICK_MS + agent.hashCode()) % 3 == 0;
        if (!takesLonger) {
          end(agent);
        }
      }
      send();
      OptionalLong at = machine.wakeAt(state.orElseThrow());
      if (at.isPresent() && at.getAsLong() <= now || !machine.pending(state.get()).isEmpty()) {
        give(new DeploymentInput.Wake());
      }
    }
  }

  private void end(String agent) {
    int version = stage.execution(agent).config().path("v").asInt();
    if (version == sick) {
      stage.fail(agent, 1);
    } else {
      stage.succeed(agent, "{'events':[{'type':'handled','payload':{'v':%d}}]}".formatted(version));
    }
  }

  private void send() {
    if (!sends) {
      return;
    }
    for (String agent : AGENTS) {
      if ((now / TICK_MS + agent.hashCode()) % 2 == 0) {
        int n = sent.merge(agent, 1, Integer::sum);
        String letter = "{'envelope':{'message_id':'%s-%d'}}".formatted(agent, n);
        stage.ask(
            engine -> engine.commands().deliver(Stage.JOB, agent, (ObjectNode) Stage.json(letter)));
      }
    }
  }

  /** All messages are worked off. */
  private void finish() {
    for (int i = 0; i < 1000 && !stage.running().isEmpty(); i++) {
      List.copyOf(stage.running()).forEach(this::end);
      stage.advance(200);
    }
  }

  private Status status() {
    return state.orElseThrow().newest().status();
  }

  private Map<String, Integer> versionsOf(String job) {
    Map<String, Integer> versions = new HashMap<>();
    content(look(job).manifest())
        .workflow()
        .agents()
        .forEach((id, agent) -> versions.put(id, agent.config().path("v").asInt()));
    versions.remove("start");
    return versions;
  }

  /** Each message was handled once, by the version that its agent had. */
  private void assertHandled(Map<Integer, Integer> versionOfDeployment) {
    Map<String, Integer> now = new HashMap<>();
    Map<String, Integer> handled = new HashMap<>();
    AGENTS.forEach(agent -> now.put(agent, 1));
    for (JsonNode event : stage.events()) {
      String agent = event.path("agent_id").asText();
      switch (event.path("type").asText()) {
        case "handled" -> {
          handled.merge(agent, 1, Integer::sum);
          assertThat(event.at("/payload/v").asInt()).as("%s", event).isEqualTo(now.get(agent));
        }
        case "deployment_agent_update_completed" -> {
          int version = versionOfDeployment.get(event.path("deployment_version").asInt());
          event.path("affected_agents").forEach(one -> now.put(one.asText(), version));
        }
        default -> {}
      }
    }
    sent.forEach(
        (agent, n) -> assertThat(handled.get(agent)).as(agent).isEqualTo(n + 1)); // and the seed
    assertThat(stage.events("dead_letter")).isEmpty();
  }

  private void deployed() {
    deploy(1, policy(UpdateStrategy.ROLLING, 0));
    run(3_000);
    assertThat(status()).isEqualTo(Status.SUCCESSFUL);
    assertThat(state.orElseThrow().currentJob()).isEqualTo(Stage.JOB);
  }

  @Test
  void tenAgentsChangeInBatchesWhileMessagesCome() {
    deployed();
    deploy(2, policy(UpdateStrategy.ROLLING, 0));
    assertThat(state.orElseThrow().newest().plan().batches()).hasSize(4);
    run(60_000);
    assertThat(status()).as(state.toString()).isEqualTo(Status.SUCCESSFUL);
    assertThat(versionsOf(Stage.JOB).values()).containsOnly(2);
    assertThat(look(Stage.JOB).manifest()).isEqualTo(manifest(2));
    assertThat(stage.events("deployment_agent_update_completed")).hasSize(4);
    finish();
    assertHandled(Map.of(2, 2));
  }

  @Test
  void agentsThatHaveDefaultsChangeInBatchesToo() {
    hasDefaults = true;
    deployed();
    deploy(2, policy(UpdateStrategy.ROLLING, 0));
    assertThat(state.orElseThrow().newest().plan().mode()).isEqualTo(Mode.AGENT_LEVEL);
    assertThat(state.orElseThrow().newest().plan().batches()).hasSize(4);
    run(8_000);
    give(new DeploymentInput.Fail(2, "for now"));
    run(20_000);
    assertThat(status()).as(state.toString()).isEqualTo(Status.FAILED);
    assertThat(versionsOf(Stage.JOB).values()).containsOnly(1);
    deploy(2, policy(UpdateStrategy.ROLLING, 0));
    run(60_000);
    assertThat(status()).as(state.toString()).isEqualTo(Status.SUCCESSFUL);
    assertThat(versionsOf(Stage.JOB).values()).containsOnly(2);
    assertThat(look(Stage.JOB).manifest()).isEqualTo(manifest(2));
    finish();
    assertHandled(Map.of(1, 1, 2, 2, 3, 2));
  }

  @Test
  void theFailureNamesWhatEndedTheJobAndNotWhatItsAgentsHadBefore() {
    deployed();
    sick = 1;
    run(3_000);
    sick = -1;
    deploy(2, policy(UpdateStrategy.ROLLING, 0));
    stage.ask(engine -> engine.commands().cancel(Stage.JOB, null, "oops"));
    stage.letStop();
    run(10_000);
    assertThat(look(Stage.JOB).status().word()).isEqualTo("cancelled");
    assertThat(status()).isEqualTo(Status.FAILED);
    assertThat(state.orElseThrow().newest().failure())
        .startsWith("an operator cancelled the job (oops)")
        .doesNotContain("agent w", "code");
  }

  @Test
  void aCanaryThatTurnsUnhealthyIsChangedBackWithinOneCheck() {
    deployed();
    deploy(2, policy(UpdateStrategy.CANARY, 1));
    run(10_000);
    assertThat(status()).as(state.toString()).isEqualTo(Status.AWAITING_PROMOTION);
    assertThat(versionsOf(Stage.JOB)).containsEntry("w0", 2).containsEntry("w1", 1);
    sick = 2;
    run(DeploymentChecks.CALM_CHECK_MS + 3_000);
    assertThat(status()).isEqualTo(Status.FAILED);
    assertThat(state.orElseThrow().newest().failure())
        .startsWith("the canary is not healthy any more: agent w0: ");
    assertThat(versionsOf(Stage.JOB).values()).containsOnly(1);
    assertThat(look(Stage.JOB).manifest()).isEqualTo(manifest(1));
    finish();
    assertHandled(Map.of(1, 1, 2, 2));
  }

  @Test
  void aServerThatDiesMeanwhileChangesNothingOfThat() {
    deployed();
    deploy(2, policy(UpdateStrategy.ROLLING, 0));
    for (int i = 0; i < 30; i++) {
      run(2_000);
      stage.crash();
    }
    assertThat(status()).as(state.toString()).isEqualTo(Status.SUCCESSFUL);
    assertThat(versionsOf(Stage.JOB).values()).containsOnly(2);
    finish();
    assertHandled(Map.of(2, 2));
  }

  @Test
  void anotherJobTakesThePlaceOfTheOldOneWhichEndsItsWorkFirst() {
    deployed();
    finish();
    deploy(2, policy(UpdateStrategy.BLUE_GREEN, 0));
    assertThat(state.orElseThrow().newest().plan().mode()).isEqualTo(Mode.BLUE_GREEN);
    sends = false;
    run(8_000);
    assertThat(status()).isEqualTo(Status.AWAITING_PROMOTION);
    assertThat(look(Stage.JOB).status().word()).isEqualTo("running");
    String letter = "{'envelope':{'message_id':'late'}}";
    stage.ask(
        engine -> engine.commands().deliver(Stage.JOB, "w3", (ObjectNode) Stage.json(letter)));
    give(new DeploymentInput.Promote(2));
    assertThat(status()).as("it still has work").isEqualTo(Status.RUNNING);
    assertThat(look(Stage.JOB).status().word()).isEqualTo("running");
    run(2_000);
    assertThat(status()).isEqualTo(Status.SUCCESSFUL);
    assertThat(look(Stage.JOB).status().word()).isEqualTo("cancelled");
    assertThat(look("job-2").status().word()).isEqualTo("running");
    assertThat(stage.look(Stage.JOB).events("handled").getLast().path("agent_id").asText())
        .isEqualTo("w3");
    assertThat(state.orElseThrow().currentJob()).isEqualTo("job-2");
  }

  @Test
  void aJobThatWaitsForAPersonBecauseOfTheNewVersionGoesOnWithTheOldOne() {
    maxAttempts = "";
    policies =
        "{'job_type':'service','restart':{'attempts':1,'interval_ms':1000000,'delay_ms':50,"
            + "'delay_function':'constant','mode':'fail'}}";
    deployed();
    sick = 2;
    deploy(2, policy(UpdateStrategy.ROLLING, 0));
    run(60_000);
    assertThat(status()).as(state.toString()).isEqualTo(Status.FAILED);
    assertThat(stage.events("job_paused_for_manual_restart")).isNotEmpty();
    assertThat(versionsOf(Stage.JOB).values()).containsOnly(1);
    assertThat(look(Stage.JOB).status().word()).isEqualTo("running");
  }

  @Test
  void aProgramOfTheNewVersionThatFailsAfterItWasTakenBackDoesNotHoldTheJob() {
    maxAttempts = "";
    policies =
        "{'job_type':'service','restart':{'attempts':0,'interval_ms':1000000,'mode':'fail'}}";
    deployed();
    deploy(2, policy(UpdateStrategy.ROLLING, 0));
    run(3_000);
    give(new DeploymentInput.Fail(2, "for now"));
    assertThat(state.orElseThrow().newest().phase()).isEqualTo(Deployment.Phase.RETURNING);
    assertThat(look(Stage.JOB).definition().pending()).isNotNull();
    sick = 2;
    List.copyOf(stage.running()).forEach(this::end);
    assertThat(look(Stage.JOB).isReviewed()).isTrue();
    run(60_000);
    assertThat(status()).as(state.toString()).isEqualTo(Status.FAILED);
    assertThat(versionsOf(Stage.JOB).values()).containsOnly(1);
    assertThat(look(Stage.JOB).status().word()).isEqualTo("running");
  }
}
