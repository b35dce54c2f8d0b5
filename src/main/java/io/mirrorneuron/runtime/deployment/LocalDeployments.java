package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.deployment.DeploymentView;
import io.mirrorneuron.port.deployment.DeploymentView.Result;
import io.mirrorneuron.port.deployment.DeploymentsPort;
import io.mirrorneuron.port.deployment.NewDeployment;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
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
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The deployments of the runtime in this process. Blocking and thread-safe. */
public final class LocalDeployments implements DeploymentsPort {
  private final MachineLoop<DeploymentLine, DeploymentInput, DeploymentDeed> loop;
  private final DeploymentRows rows;
  private final DeploymentPages pages;
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
      DeploymentPages pages,
      VersionTexts texts,
      Jobs jobs,
      Timers timers,
      Supplier<String> suffixes) {
    this.loop = loop;
    this.rows = rows;
    this.pages = pages;
    this.texts = texts;
    this.jobs = jobs;
    this.timers = timers;
    this.suffixes = suffixes;
  }

  @Override
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
    Content next = new Content(text, workflow, kept.bundle());
    return begin(
        key, version, plan(line, version, next, policy), bundle.idempotencyKey(), wanted.waits());
  }

  private DeploymentPlan plan(
      Optional<DeploymentLine> line, DeployedVersion version, Content next, UpdatePolicy policy) {
    Present present = line.filter(one -> one.current() != null).map(this::present).orElse(null);
    String job = JobIds.slug(next.workflow().graphId()) + "-" + suffixes.get();
    return DeploymentPlanner.plan(present, next, version.name(), job, policy);
  }

  private Result begin(
      String key, DeployedVersion version, DeploymentPlan plan, String request, boolean waits) {
    Answers.await(loop.settle(key, new DeploymentInput.Deploy(key, request, version, plan)));
    texts.tidy(key, rows.fingerprints(key), timers.now()); // if not now, then the next time
    boolean isFirst = plan.mode() == DeploymentPlan.Mode.FIRST;
    if (waits || isFirst) { // a first version need only be there, and others may follow
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

  /** Under the policy of the newest deployment, but without a canary. */
  @Override
  public Result rollback(String idOrKey, Target back) {
    DeploymentLine line = rows.found(idOrKey).line();
    boolean isNamed = back.version() != null || back.tag() != null;
    DeployedVersion target =
        line.versions().reversed().stream()
            .filter(one -> back.version() == null || one.name().equals(back.version()))
            .filter(one -> back.tag() == null || back.tag().equals(one.tag()))
            .filter(one -> isNamed || one.stable())
            .filter(one -> !one.name().equals(line.current()))
            .findFirst()
            .orElseThrow(
                () ->
                    MnException.precondition(
                        "no rollback target found for deployment " + line.key()));
    Content next = content(rows.text(line.key(), target), target.bundle());
    UpdatePolicy policy = line.newest().plan().policy().backwards();
    DeploymentPlan plan = plan(Optional.of(line), target, next, policy).because(back.reason());
    return begin(line.key(), target, plan, null, false);
  }

  @Override
  public Result promote(String idOrKey) {
    DeploymentRows.Found found = rows.found(idOrKey);
    Answers.await(loop.settle(found.line().key(), new DeploymentInput.Promote(found.number())));
    return rows.result(found.line().key());
  }

  @Override
  public DeploymentView pause(String idOrKey, String reason) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Pause(found.number(), reason));
  }

  @Override
  public DeploymentView resume(String idOrKey, String reason) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Resume(found.number(), reason));
  }

  @Override
  public DeploymentView fail(String idOrKey, String reason) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Fail(found.number(), reason));
  }

  private DeploymentView given(DeploymentRows.Found found, DeploymentInput command) {
    Answers.await(loop.settle(found.line().key(), command));
    return rows.result(found.line().key()).deployment();
  }

  @Override
  public DeploymentView get(String idOrKey) {
    return rows.get(idOrKey);
  }

  @Override
  public Page list(Query query) {
    return pages.deployments(query);
  }

  @Override
  public VersionPage versions(String idOrKey, String after, int limit) {
    return pages.versions(idOrKey, after, limit);
  }
}
