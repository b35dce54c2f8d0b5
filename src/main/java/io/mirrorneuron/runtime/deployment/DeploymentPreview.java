package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment.ChangedAgent;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment.Differences;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment.Files;
import io.mirrorneuron.runtime.deployment.DeployedVersion.PreparedVersion;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.local.OrderedJobs;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestDifferences;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.store.bundle.FileDifferences;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Shows what a deployment would do. Blocking. Thread-safe.
 *
 * @param jobs knows payload files and services
 */
record DeploymentPreview(OrderedJobs jobs) {
  /** Most file paths shown. */
  private static final int MOST_FILES = 1000;

  /**
   * @param looked result of the bundle's check
   */
  PlannedDeployment of(PreparedVersion prepared, Submission sent, OrderedJobs.Looked looked) {
    DeploymentPlan plan = prepared.plan();
    List<String> warnings = new ArrayList<>();
    if (plan.warning() != null) {
      warnings.add(plan.warning());
    }
    warnings.addAll(looked.warnings());
    if (plan.targetJob() != null) {
      jobs.missing(prepared.next().workflow())
          .ifPresent(why -> warnings.add("the new job could not begin now: " + why));
    }
    Differences differences =
        prepared.present() == null ? null : differences(prepared, sent, warnings);
    return new PlannedDeployment(
        prepared.line().key(),
        word(plan.mode()),
        plan.why(),
        plan.policy().strategy().word(),
        plan.policy().reported(),
        plan.awaitsPromotion(),
        plan.to(),
        plan.from(),
        plan.sourceJob(),
        plan.targetJob() != null,
        plan.batches(),
        differences,
        warnings,
        PlanToken.of(prepared).text());
  }

  private static String word(Mode mode) {
    return switch (mode) {
      case FIRST -> "new";
      case NOOP -> "no_op";
      case RERUN -> "version_recorded";
      case AGENT_LEVEL -> "agents";
      case BLUE_GREEN -> "blue_green";
    };
  }

  private Differences differences(
      PreparedVersion prepared, Submission sent, List<String> warnings) {
    ManifestDifferences manifests =
        new ManifestDifferences(
            new ManifestContent(prepared.present().content().text()),
            new ManifestContent(prepared.next().text()));
    Map<String, List<String>> changed = new LinkedHashMap<>(manifests.agentsChanged());
    prepared.plan().batches().stream()
        .flatMap(List::stream)
        .forEach(agent -> changed.putIfAbsent(agent, List.of()));
    return new Differences(
        manifests.agentsAdded(),
        manifests.agentsRemoved(),
        changed.entrySet().stream()
            .map(agent -> new ChangedAgent(agent.getKey(), agent.getValue()))
            .toList(),
        files(prepared, sent, warnings),
        Stream.concat(
                manifests.policies().stream(),
                updates(prepared.line().newest().plan().policy(), prepared.plan().policy()))
            .toList(),
        manifests.members());
  }

  private static Stream<String> updates(UpdatePolicy before, UpdatePolicy after) {
    Map<String, Object> old = before.reported();
    return after.reported().entrySet().stream()
        .filter(member -> !member.getValue().equals(old.get(member.getKey())))
        .map(member -> "policies.update." + member.getKey());
  }

  /** Null when they cannot be compared. */
  private Files files(PreparedVersion prepared, Submission sent, List<String> warnings) {
    String before = prepared.present().content().bundle();
    if (Objects.equals(before, prepared.next().bundle())) {
      return new Files(List.of(), List.of(), List.of(), 0);
    }
    Optional<FileDifferences> found = jobs.differences(before, sent);
    if (found.isEmpty()) {
      warnings.add(
          "payload files differ, but those of the running version are not on this server: which of"
              + " them do is not told");
      return null;
    }
    FileDifferences files = found.get();
    int all = files.added().size() + files.removed().size() + files.changed().size();
    List<String> added = first(files.added(), MOST_FILES);
    List<String> removed = first(files.removed(), MOST_FILES - added.size());
    List<String> changed = first(files.changed(), MOST_FILES - added.size() - removed.size());
    int reported = added.size() + removed.size() + changed.size();
    return new Files(added, removed, changed, all - reported);
  }

  private static List<String> first(List<String> paths, int most) {
    return paths.subList(0, Math.min(most, paths.size()));
  }
}
