package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.HealthView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.VersionView;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds the API views of deployments and versions. */
final class DeploymentViews {
  private DeploymentViews() {}

  /**
   * @param now one of the line's deployments
   * @param jobStatus of the running job, or null
   */
  static DeploymentView of(DeployedKey line, Deployment now, String jobStatus) {
    DeploymentPlan plan = now.plan();
    boolean inJob = plan.mode() == Mode.AGENT_LEVEL;
    boolean replaces = inJob || plan.mode() == Mode.BLUE_GREEN;
    Optional<DeployedVersion> stable =
        line.versions().reversed().stream().filter(DeployedVersion::stable).findFirst();
    List<String> all = plan.before(plan.batches().size());
    boolean isDone = now.status() == Deployment.Status.SUCCESSFUL;
    List<String> changed = inJob ? plan.before(isDone ? all.size() : now.batch() + 1) : null;
    return new DeploymentView(
        line.deploymentId(now.number()),
        line.key(),
        now.status().word(),
        plan.why(),
        plan.policy().strategy().word(),
        plan.policy().reported(),
        replaces ? plan.mode().word() : null,
        plan.targetJob() == null ? plan.sourceJob() : plan.targetJob(),
        line.currentJob(),
        stable.map(DeployedVersion::jobId).orElse(null),
        plan.sourceJob(),
        plan.targetJob(),
        line.current(),
        stable.map(DeployedVersion::name).orElse(null),
        plan.to(),
        plan.to(),
        plan.from(),
        changed,
        inJob ? all.subList(changed.size(), all.size()) : null,
        inJob && plan.awaitsPromotion() ? plan.before(1) : null,
        health(now, jobStatus),
        now.failure(),
        plan.warning() == null ? List.of() : List.of(plan.warning()),
        now.events().stream().map(DeploymentViews::event).toList(),
        null,
        time(now.createdAt()),
        time(now.updatedAt()));
  }

  private static HealthView health(Deployment now, String jobStatus) {
    Deployment.Watch watch = now.watch();
    String since = watch.healthySince() == 0 ? null : time(watch.healthySince());
    return new HealthView(jobStatus, since, watch.why(), time(now.updatedAt()));
  }

  private static String time(long at) {
    return Json.timestamp(Instant.ofEpochMilli(at));
  }

  private static Map<String, Object> event(Deployment.Happened happened) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("type", happened.type());
    event.put("timestamp", time(happened.at()));
    event.putAll(happened.members());
    return event;
  }

  /**
   * @param manifest as stored, or null to leave it out
   */
  static VersionView version(String key, DeployedVersion version, String manifest) {
    Map<String, Object> ref = new LinkedHashMap<>();
    ref.put("fingerprint", version.fingerprint());
    if (version.bundle() != null) {
      ref.put("bundle_fingerprint", version.bundle());
    }
    return new VersionView(
        key,
        version.name(),
        version.jobId(),
        manifest == null ? null : shown(manifest),
        ref,
        time(version.submittedAt()),
        version.stable(),
        version.tag());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> shown(String manifest) {
    var tree = Json.parseObject(manifest, "manifest_json");
    return Json.MAPPER.convertValue(MarkedSecrets.of(tree).hideIn(tree), Map.class);
  }
}
