package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.GivenReason;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment;
import io.mirrorneuron.runtime.deployment.DeployedVersion.PreparedVersion;
import io.mirrorneuron.runtime.deployment.VersionPreparation.Wish;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.local.OrderedJobs;
import io.mirrorneuron.runtime.local.OrderedJobs.Looked;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.bundle.VersionManifests;
import java.util.Optional;
import java.util.function.Function;

/** The deployments of the runtime in this process. Blocking. Thread-safe. */
public final class LocalDeployments implements DeploymentsPort {
  private final MachineLoop<DeployedKey, DeploymentInput, DeploymentEffect> loop;
  private final DeploymentRows rows;
  private final DeploymentPages pages;
  private final VersionManifests texts;
  private final Jobs jobs;
  private final Timers timers;
  private final VersionPreparation preparation;

  /**
   * Access to jobs.
   *
   * @param manifests parses a manifest
   */
  public record Jobs(
      OrderedJobs derived, JobDefinitions definitions, Function<String, Workflow> manifests) {}

  LocalDeployments(
      MachineLoop<DeployedKey, DeploymentInput, DeploymentEffect> loop,
      DeploymentRows rows,
      DeploymentPages pages,
      VersionManifests texts,
      Jobs jobs,
      Timers timers,
      VersionPreparation preparation) {
    this.loop = loop;
    this.rows = rows;
    this.pages = pages;
    this.texts = texts;
    this.jobs = jobs;
    this.timers = timers;
    this.preparation = preparation;
  }

  @Override
  public PlannedDeployment plan(NewDeployment wanted) {
    Wish wish = preparation.wish(wanted);
    Looked looked = jobs.derived().look(wanted.bundle());
    PreparedVersion prepared = preparation.next(wish, looked.bundle());
    prepared.line().requireFree();
    return new DeploymentPreview(jobs.derived()).of(prepared, wanted.bundle(), looked);
  }

  @Override
  public Result deploy(NewDeployment wanted) {
    Wish wish = preparation.wish(wanted);
    String request = preparation.request(wanted);
    Optional<PlanToken> token =
        Optional.ofNullable(wanted.planToken())
            .map(PlanToken::read)
            .filter(one -> !isRepeated(wish.key(), request));
    token.ifPresent(
        one -> require(one, preparation.next(wish, jobs.derived().look(wanted.bundle()).bundle())));
    OrderedJobs.Kept kept = jobs.derived().keep("dep_" + wish.key(), wanted.bundle());
    PreparedVersion prepared = preparation.next(wish, kept.bundle());
    token.ifPresent(one -> require(one, prepared)); // this call's deployment begins
    keep(wish.key(), wish.text());
    return begin(prepared, request, token.orElse(null), wanted.waits());
  }

  /** Fails before any change if a deployment begun meanwhile has outdated the plan. */
  private void require(PlanToken token, PreparedVersion prepared) {
    rows.line(prepared.line().key()).ifPresent(token::requireLine);
    token.require(prepared);
  }

  /** Whether the caller repeats a request whose answer was lost. */
  private boolean isRepeated(String key, String request) {
    return request != null
        && rows.line(key).filter(line -> request.equals(line.newest().request())).isPresent();
  }

  private void keep(String key, String text) {
    String fingerprint = new ManifestContent(text).fingerprint();
    Answers.await(texts.put(key, fingerprint, text, timers.now()));
  }

  private Result begin(PreparedVersion prepared, String request, PlanToken token, boolean waits) {
    String key = prepared.line().key();
    DeploymentPlan plan = prepared.plan();
    if (prepared.present() != null) {
      keep(key, prepared.present().content().text()); // needed if agents are reverted
    }
    Answers.await(
        loop.settle(
            key, new DeploymentInput.Deploy(key, request, prepared.version(), plan, token)));
    texts.tidy(
        key, rows.fingerprints(key), timers.now()); // if this fails, the next deployment does it
    boolean isFirst = plan.mode() == DeploymentPlan.Mode.FIRST;
    if (waits || isFirst) { // a first version need not be healthy for long, and others may follow
      rows.await(key);
    }
    return rows.result(key);
  }

  /** Uses the policy of the newest deployment, without a canary. */
  @Override
  public Result rollback(String idOrKey, Target back) {
    String reason = GivenReason.checked(back.reason());
    DeployedKey line = rows.found(idOrKey).line();
    DeployedVersion target = line.target(back).orElseThrow(() -> noTarget(line, back));
    line.requireFree();
    UpdatePolicy policy = line.newest().plan().policy().backwards();
    PreparedVersion prepared = preparation.again(line, target, policy).because(reason);
    return begin(prepared, null, null, back.waits());
  }

  private static MnException noTarget(DeployedKey line, Target back) {
    String open =
        line.newest().isOpen()
            ? "; deployment %s is %s".formatted(line.deploymentId(), line.newest().status().word())
            : "";
    return MnException.precondition(
        "no rollback target found for deployment %s%s%s"
            .formatted(line.key(), line.lacks(back), open));
  }

  @Override
  public Result promote(String idOrKey, boolean waits) {
    DeploymentRows.Found found = rows.found(idOrKey);
    Answers.await(loop.settle(found.line().key(), new DeploymentInput.Promote(found.number())));
    if (waits) {
      rows.await(found.line().key());
    }
    return rows.result(found.line().key());
  }

  @Override
  public DeploymentView pause(String idOrKey, String reason) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Pause(found.number(), GivenReason.checked(reason)));
  }

  @Override
  public DeploymentView resume(String idOrKey, String reason) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Resume(found.number(), GivenReason.checked(reason)));
  }

  @Override
  public DeploymentView fail(String idOrKey, String reason) {
    DeploymentRows.Found found = rows.found(idOrKey);
    return given(found, new DeploymentInput.Fail(found.number(), GivenReason.checked(reason)));
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
