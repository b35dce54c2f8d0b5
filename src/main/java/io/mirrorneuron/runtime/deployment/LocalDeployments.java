package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
import io.mirrorneuron.runtime.deployment.DeploymentView.Result;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.local.DerivedJobs;
import io.mirrorneuron.runtime.local.JobIds;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.loop.JobDefinitions.Running;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.manifest.blend.DeploymentRequest;
import io.mirrorneuron.runtime.manifest.blend.ManifestContent;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The deployments of the runtime in this process. Blocking and thread-safe. */
public final class LocalDeployments {
  private final MachineLoop<DeploymentLine, DeploymentInput, DeploymentDeed> loop;
  private final DeploymentRows rows;
  private final VersionTexts texts;
  private final Jobs jobs;
  private final Timers timers;
  private final Supplier<String> suffixes;

  /**
   * What deployments need of jobs.
   *
   * @param manifests understands a manifest
   */
  public record Jobs(
      DerivedJobs derived, JobDefinitions definitions, Function<String, Workflow> manifests) {}

  /**
   * @param suffixes ends of the ids of jobs, never the same twice
   */
  LocalDeployments(
      MachineLoop<DeploymentLine, DeploymentInput, DeploymentDeed> loop,
      DeploymentRows rows,
      VersionTexts texts,
      Jobs jobs,
      Timers timers,
      Supplier<String> suffixes) {
    this.loop = loop;
    this.rows = rows;
    this.texts = texts;
    this.jobs = jobs;
    this.timers = timers;
    this.suffixes = suffixes;
  }

  /** Begins to deploy a first or a further version. */
  public Result deploy(NewDeployment wanted) {
    Submission bundle = wanted.bundle();
    String text = ManifestContent.withoutRun(bundle.manifestJson());
    Workflow workflow = jobs.manifests().apply(text);
    String key = DeploymentRequest.key(wanted.key(), workflow);
    UpdatePolicy policy = DeploymentRequest.policy(wanted.policy(), workflow);
    DerivedJobs.Kept kept = jobs.derived().keep("dep_" + key, bundle);
    Optional<DeploymentLine> line = rows.line(key);
    int number = line.map(DeploymentLine::lastVersion).orElse(0) + 1;
    String fingerprint = new ManifestContent(text).fingerprint();
    DeployedVersion version =
        new DeployedVersion(
            "" + number,
            line.map(DeploymentLine::currentJob).orElse(null),
            fingerprint,
            kept.bundle(),
            timers.now(),
            false,
            DeploymentRequest.tag(workflow));
    Answers.await(texts.put(key, fingerprint, text, timers.now()));
    return begin(
        key,
        line,
        version,
        new Content(text, workflow, kept.bundle()),
        policy,
        bundle.idempotencyKey(),
        wanted.waits());
  }

  private Result begin(
      String key,
      Optional<DeploymentLine> line,
      DeployedVersion version,
      Content next,
      UpdatePolicy policy,
      String request,
      boolean waits) {
    Present present = line.filter(one -> one.current() != null).map(this::present).orElse(null);
    String job = JobIds.slug(next.workflow().graphId()) + "-" + suffixes.get();
    DeploymentPlan plan = DeploymentPlanner.plan(present, next, version.name(), job, policy);
    Answers.await(loop.settle(key, new DeploymentInput.Deploy(key, request, version, plan)));
    texts.tidy(key, rows.fingerprints(key), timers.now()); // if not now, then the next time
    if (waits || present == null) { // a first version need only be there, and others may follow
      rows.await(key);
    }
    return rows.result(key);
  }

  /** What runs; kept, so that agents can become again what they are. */
  private Present present(DeploymentLine line) {
    Running running;
    try {
      running = Answers.await(jobs.definitions().look(line.currentJob()));
    } catch (MnException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
      DeployedVersion version = line.version(line.current()).orElseThrow();
      String text = rows.text(line.key(), version);
      return new Present(version.name(), line.currentJob(), content(text, version.bundle()), false);
    }
    String fingerprint = new ManifestContent(running.manifest()).fingerprint();
    Answers.await(texts.put(line.key(), fingerprint, running.manifest(), timers.now()));
    return new Present(
        line.current(),
        line.currentJob(),
        content(running.manifest(), running.bundle()),
        !running.status().isTerminal());
  }

  private Content content(String text, String bundle) {
    return new Content(text, jobs.manifests().apply(text), bundle);
  }

  /**
   * Deploys an earlier version again, under the policy of the newest deployment but without a
   * canary.
   *
   * @param version its name, or blank
   * @param tag its tag, or blank; without either it is the newest stable one that is not current
   */
  public Result rollback(String idOrKey, String version, String tag) {
    DeploymentLine line = rows.found(idOrKey).line();
    DeployedVersion target =
        line.versions().reversed().stream()
            .filter(one -> version.isBlank() || one.name().equals(version))
            .filter(one -> tag.isBlank() || tag.equals(one.tag()))
            .filter(one -> !version.isBlank() || !tag.isBlank() || one.stable())
            .filter(one -> !one.name().equals(line.current()))
            .findFirst()
            .orElseThrow(
                () ->
                    MnException.precondition(
                        "no rollback target found for deployment " + line.key()));
    Content next = content(rows.text(line.key(), target), target.bundle());
    UpdatePolicy policy = line.newest().plan().policy().backwards();
    return begin(line.key(), Optional.of(line), target, next, policy, null, false);
  }

  public Result promote(String idOrKey) {
    DeploymentRows.Found found = rows.found(idOrKey);
    Answers.await(loop.settle(found.line().key(), new DeploymentInput.Promote(found.number())));
    return rows.result(found.line().key());
  }

  public DeploymentView pause(String idOrKey) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Pause(found.number()));
  }

  public DeploymentView resume(String idOrKey) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Resume(found.number()));
  }

  /**
   * @param reason in the caller's words, or blank
   */
  public DeploymentView fail(String idOrKey, String reason) {
    DeploymentRows.Found found = rows.found(idOrKey);
    String words = reason.isBlank() ? null : reason;
    return given(found, new DeploymentInput.Fail(found.number(), words));
  }

  private DeploymentView given(DeploymentRows.Found found, DeploymentInput command) {
    Answers.await(loop.settle(found.line().key(), command));
    return rows.result(found.line().key()).deployment();
  }

  /** One deployment, or the newest of a key, with the versions of its key. */
  public DeploymentView get(String idOrKey) {
    return rows.get(idOrKey);
  }

  /**
   * The newest deployment of each key.
   *
   * @param key the only key, or blank
   * @param status that they have, or blank
   */
  public List<DeploymentView> list(String key, String status) {
    return rows.list(key, status);
  }
}
