package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.loop.JobDefinitions.AgentHealth;
import io.mirrorneuron.runtime.loop.JobDefinitions.Running;
import io.mirrorneuron.runtime.machine.EffectRunner;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.runtime.schedule.event.RuntimeEventSink;
import io.mirrorneuron.runtime.state.ProgramStop;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.bundle.VersionManifests;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Makes, changes, checks and ends the jobs of deployments. */
final class DeploymentEffects implements EffectRunner<DeploymentInput, DeploymentEffect> {
  private final JobDefinitions definitions;
  private final JobOrders orders;
  private final Launcher launcher;
  private final VersionManifests texts;
  private final Function<String, Workflow> manifests;
  private final OfferedHealth offered;
  private final JobReplacement succession;
  private final RuntimeEventSink news;

  /** Makes a job with a given id, or finds that it was made. */
  @FunctionalInterface
  interface Launcher {
    CompletionStage<?> make(String jobId, String manifest, String bundle, DeployedBy by);
  }

  /**
   * @param succession makes jobs and switches between them
   * @param news receives the events of deployments
   */
  DeploymentEffects(
      Launcher launcher,
      VersionManifests texts,
      OfferedHealth offered,
      JobReplacement succession,
      RuntimeEventSink news) {
    this.definitions = succession.definitions();
    this.orders = succession.orders();
    this.launcher = launcher;
    this.texts = texts;
    this.manifests = succession.manifests();
    this.offered = offered;
    this.succession = succession;
    this.news = news;
  }

  @Override
  public CompletionStage<DeploymentInput> perform(String key, DeploymentEffect effect) {
    return switch (effect) {
      case DeploymentEffect.Launch launch -> launch(key, launch);
      case DeploymentEffect.Redefine order -> redefine(key, order);
      case DeploymentEffect.Look look ->
          (look.isBack() ? goOn(look.jobId()) : definitions.look(look.jobId()))
              .thenCompose(
                  running ->
                      offered
                          .obstacle(look, running)
                          .thenApply(obstacle -> seen(look, running, obstacle.orElse(null))));
      case DeploymentEffect.Switch change -> succession.take(change);
      case DeploymentEffect.End end -> succession.end(end);
      case DeploymentEffect.Tell(RuntimeEvent happened) ->
          news.tell(happened)
              .thenApply(reported -> new DeploymentInput.EventDelivered(happened.id()));
    };
  }

  private CompletionStage<String> text(String key, String fingerprint) {
    return texts
        .get(key, fingerprint)
        .thenApply(
            found ->
                found.orElseThrow(
                    () -> MnException.precondition("the manifest of the version is gone")));
  }

  private CompletionStage<DeploymentInput> launch(String key, DeploymentEffect.Launch launch) {
    return text(key, launch.version().fingerprint())
        .thenCompose(text -> succession.begin(launch).thenApply(begun -> text))
        .thenCompose(
            text -> launcher.make(launch.jobId(), text, launch.version().bundle(), launch.by()))
        .<DeploymentInput>thenApply(made -> new DeploymentInput.Launched(launch.number()))
        .exceptionally(
            failure ->
                new DeploymentInput.NotLaunched(
                    launch.number(), PermanentFailures.of(failure).getMessage()));
  }

  private CompletionStage<DeploymentInput> redefine(String key, DeploymentEffect.Redefine order) {
    return text(key, order.base())
        .thenCombine(
            text(key, order.version().fingerprint()),
            (base, version) -> redefinition(order, base, version))
        .thenCompose(redefinition -> orders.redefine(order.jobId(), redefinition))
        .thenCompose(
            taken ->
                order.changed().isEmpty()
                    ? goOn(order.jobId())
                    : CompletableFuture.completedFuture(null))
        .<DeploymentInput>thenApply(
            done -> new DeploymentInput.Ordered(order.number(), order.definition()))
        .exceptionallyCompose(failure -> notOrdered(order, PermanentFailures.of(failure)));
  }

  private Redefinition redefinition(DeploymentEffect.Redefine order, String base, String version) {
    String manifest =
        order.isWhole()
            ? version
            : new ManifestContent(base)
                .with(order.changed(), new ManifestContent(version))
                .orElseThrow(() -> MnException.invalid("its manifest cannot be mixed"));
    Workflow workflow = manifests.apply(manifest);
    List<String> serving =
        ServiceDemands.serving(workflow).stream().filter(order.agents()::contains).toList();
    return new Redefinition(
        order.definition(),
        manifest,
        workflow,
        order.version().bundle(),
        order.agents(),
        order.by(),
        new ProgramStop(serving, order.patienceMs(), 0));
  }

  /**
   * Resumes a job that waits for a person because of the reverted version. Programs of that version
   * may still run, and fail later.
   */
  private CompletionStage<Running> goOn(String jobId) {
    return definitions
        .look(jobId)
        .thenCompose(
            running ->
                running.isReviewed()
                    ? orders.resume(jobId).thenCompose(resumed -> definitions.look(jobId))
                    : CompletableFuture.completedFuture(running));
  }

  private CompletionStage<DeploymentInput> notOrdered(
      DeploymentEffect.Redefine order, MnException why) {
    return definitions
        .look(order.jobId())
        .thenApply(DeploymentEffects::number)
        .exceptionally(
            failure -> {
              PermanentFailures.of(failure); // else it is retried
              return -1L;
            })
        .thenApply(
            has ->
                new DeploymentInput.NotOrdered(
                    order.number(), order.definition(), has, why.getMessage()));
  }

  private static long number(Running running) {
    if (running.status().isTerminal()) {
      return -1;
    }
    var pending = running.definition().pending();
    return pending == null ? running.definition().number() : pending.number();
  }

  /**
   * @param obstacle why services do not pass, or null
   */
  private DeploymentInput seen(DeploymentEffect.Look look, Running running, String obstacle) {
    boolean applied =
        running.definition().pending() == null
            && running.definition().number() == look.definition();
    String why = obstacle;
    long breaks = 0;
    for (String agent : look.agents().isEmpty() ? running.agents().keySet() : look.agents()) {
      AgentHealth health = running.agents().get(agent);
      breaks += health == null ? 0 : health.restartedAt();
      if (health != null && health.error() != null) {
        why = "agent %s: %s".formatted(agent, health.error());
      }
    }
    boolean isDone = isDone(running);
    boolean isLost = !isDone && running.status().isTerminal() || running.isReviewed();
    if (!running.status().isActive()) {
      why = isDone ? null : notActive(running);
    } else if (!applied) {
      why = "agents have messages in hand that their former version handles";
    }
    return new DeploymentInput.Seen(
        look.number(), look.look(), applied, why == null, breaks, isLost, why);
  }

  /** Whether it has completed, and is of a kind that ends when all is well. */
  private boolean isDone(Running running) {
    return running.status() == JobStatus.COMPLETED
        && !DeploymentPlanner.isLasting(manifests.apply(running.manifest()));
  }

  /**
   * Why its job is not active. Outranks faults of agents and services: they may be a consequence of
   * this, or be over.
   */
  private static String notActive(Running running) {
    return running.standing() == null
        ? "its job is " + running.status().word()
        : running.standing();
  }
}
