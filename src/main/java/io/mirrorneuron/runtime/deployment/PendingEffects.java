package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.deployment.Deployment.Phase;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import java.util.List;
import java.util.stream.Stream;

/** Derives the pending effects of deployments from their phase. */
final class PendingEffects {
  /** Longest wait for programs that offer services, and may never end. */
  private static final long PATIENCE_MS = 30_000;

  private PendingEffects() {}

  /** Events come last and one by one, so that all consumers receive them in order. */
  static List<DeploymentEffect> of(DeployedKey line) {
    return Stream.concat(
            ofPhase(line).stream(),
            line.news().unreported().stream().limit(1).map(DeploymentEffect.Tell::new))
        .toList();
  }

  private static List<DeploymentEffect> ofPhase(DeployedKey line) {
    Deployment now = line.newest();
    DeploymentPlan plan = now.plan();
    return switch (now.phase()) {
      case LAUNCHING -> List.of(launch(line, now));
      case CHANGING -> List.of(redefine(line, now));
      case REVERTING -> List.of(redefineBack(line, now));
      case SWITCHING ->
          List.of(
              plan.mode() == Mode.AGENT_LEVEL
                  ? new DeploymentEffect.Switch(now.number(), null, plan.sourceJob())
                  : new DeploymentEffect.Switch(now.number(), plan.sourceJob(), plan.targetJob()));
      case RETIRING ->
          List.of(
              new DeploymentEffect.End(
                  now.number(),
                  plan.sourceJob(),
                  true,
                  now.clocks().batchAt() + plan.policy().progressDeadlineMs(),
                  "a newer version has taken its place"));
      case STOPPING ->
          List.of(
              new DeploymentEffect.End(
                  now.number(), plan.targetJob(), false, 0, "its deployment has failed"));
      case WATCHING, HOLDING, RETURNING ->
          now.watch().isDue() ? List.of(look(line, now)) : List.of();
      case OVER -> List.of();
    };
  }

  private static DeploymentEffect launch(DeployedKey line, Deployment now) {
    String role = now.plan().mode() == Mode.BLUE_GREEN ? DeployedBy.CANDIDATE : DeployedBy.PRIMARY;
    String version = now.plan().to();
    return new DeploymentEffect.Launch(
        now.number(), now.plan().targetJob(), version(line, version), by(line, version, role));
  }

  private static DeploymentEffect redefine(DeployedKey line, Deployment now) {
    DeploymentPlan plan = now.plan();
    return new DeploymentEffect.Redefine(
        now.number(),
        plan.sourceJob(),
        line.definition(),
        plan.base(),
        version(line, plan.to()),
        plan.before(now.batch() + 1),
        plan.batches().get(now.batch()),
        plan.isLast(now.batch()),
        patience(plan),
        by(
            line,
            plan.to(),
            now.batch() == 0 && plan.awaitsPromotion() ? DeployedBy.CANARY : DeployedBy.PRIMARY));
  }

  /** Half of the deadline is left for the new programs to become healthy. */
  private static long patience(DeploymentPlan plan) {
    return Math.min(PATIENCE_MS, plan.policy().healthyDeadlineMs() / 2);
  }

  private static DeploymentEffect redefineBack(DeployedKey line, Deployment now) {
    DeploymentPlan plan = now.plan();
    return new DeploymentEffect.Redefine(
        now.number(),
        plan.sourceJob(),
        line.definition(),
        plan.base(),
        version(line, plan.from()),
        List.of(),
        plan.before(now.batch() + 1),
        false,
        patience(plan),
        by(line, plan.from(), DeployedBy.PRIMARY));
  }

  private static DeploymentEffect look(DeployedKey line, Deployment now) {
    DeploymentPlan plan = now.plan();
    boolean inJob = plan.mode() == Mode.AGENT_LEVEL;
    return new DeploymentEffect.Look(
        now.number(),
        now.watch().look(),
        inJob ? plan.sourceJob() : plan.targetJob(),
        inJob ? line.definition() : 0,
        inJob ? plan.before(now.batch() + 1) : List.of(),
        plan.policy().healthCheck(),
        now.phase() == Phase.RETURNING);
  }

  private static DeployedBy by(DeployedKey line, String version, String role) {
    return new DeployedBy(
        line.deploymentId(), line.key(), version, role, line.newest().plan().policy());
  }

  private static DeployedVersion version(DeployedKey line, String name) {
    return line.version(name).orElseThrow();
  }
}
