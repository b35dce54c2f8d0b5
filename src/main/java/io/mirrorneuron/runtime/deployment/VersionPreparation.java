package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.runtime.deployment.DeployedVersion.PreparedVersion;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.local.JobIds;
import io.mirrorneuron.runtime.loop.JobDefinitions.Running;
import io.mirrorneuron.runtime.manifest.shorthand.DeploymentRequest;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.function.Supplier;

/** Plans a version to be deployed. Stores nothing. Blocking. Thread-safe. */
final class VersionPreparation {
  private final DeploymentRows rows;
  private final LocalDeployments.Jobs jobs;
  private final Timers timers;
  private final Supplier<String> suffixes;

  /**
   * @param suffixes gives unique ends of job ids
   */
  VersionPreparation(
      DeploymentRows rows, LocalDeployments.Jobs jobs, Timers timers, Supplier<String> suffixes) {
    this.rows = rows;
    this.jobs = jobs;
    this.timers = timers;
    this.suffixes = suffixes;
  }

  /**
   * A parsed request.
   *
   * @param text of the manifest, without run-specific members
   */
  record Wish(String key, String text, Workflow workflow, UpdatePolicy policy) {}

  /**
   * @throws MnException INVALID for faults of manifest, key or policy
   */
  Wish wish(NewDeployment wanted) {
    String text = ManifestContent.withoutRun(wanted.bundle().manifestJson());
    Workflow workflow = jobs.manifests().apply(text);
    return new Wish(
        DeploymentRequest.key(wanted.key(), workflow),
        text,
        workflow,
        DeploymentRequest.policy(wanted.policy(), workflow));
  }

  /**
   * The next version of its key.
   *
   * @param bundle fingerprint of its payload files, or null
   */
  PreparedVersion next(Wish wish, String bundle) {
    DeployedKey line = rows.line(wish.key()).orElse(DeployedKey.of(wish.key()));
    DeployedVersion version =
        new DeployedVersion(
            "" + (line.lastVersion() + 1),
            line.currentJob(),
            new ManifestContent(wish.text()).fingerprint(),
            bundle,
            timers.now(),
            false,
            DeploymentRequest.tag(wish.workflow()));
    Content next = new Content(wish.text(), wish.workflow(), bundle);
    return prepared(line, version, next, wish.policy());
  }

  /** Prepares a version of the line for another deployment. */
  PreparedVersion again(DeployedKey line, DeployedVersion version, UpdatePolicy policy) {
    return prepared(
        line, version, content(rows.text(line.key(), version), version.bundle()), policy);
  }

  private PreparedVersion prepared(
      DeployedKey line, DeployedVersion version, Content next, UpdatePolicy policy) {
    Present present = line.current() == null ? null : present(line);
    String job = JobIds.slug(next.workflow().graphId()) + "-" + suffixes.get();
    DeploymentPlan plan = DeploymentPlanner.plan(present, next, version.name(), job, policy);
    boolean orphans =
        plan.mode() == DeploymentPlan.Mode.RERUN
            && present.isActive()
            && DeploymentPlanner.isLasting(present.content().workflow());
    if (orphans) {
      throw MnException.precondition(
          "job %s of %s is a service and runs; what runs to its end cannot take its place: cancel it, or deploy under another key"
              .formatted(present.jobId(), line.key()));
    }
    return new PreparedVersion(line, version, present, next, plan);
  }

  private Present present(DeployedKey line) {
    try {
      Running running = Answers.await(jobs.definitions().look(line.currentJob()));
      return new Present(
          line.current(),
          line.currentJob(),
          content(running.manifest(), running.bundle()),
          !running.status().isTerminal());
    } catch (MnException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
      DeployedVersion version = line.version(line.current()).orElseThrow();
      String text = rows.text(line.key(), version);
      return new Present(version.name(), line.currentJob(), content(text, version.bundle()), false);
    }
  }

  private Content content(String text, String bundle) {
    return new Content(text, jobs.manifests().apply(text), bundle);
  }

  /** The caller's idempotency key, else a unique one. */
  String request(NewDeployment wanted) {
    String given = wanted.bundle().idempotencyKey();
    return given != null || wanted.planToken() == null ? given : "planned-" + suffixes.get();
  }
}
