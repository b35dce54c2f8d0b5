package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.deployment.Deployment.Clocks;
import io.mirrorneuron.runtime.deployment.Deployment.Phase;
import io.mirrorneuron.runtime.deployment.Deployment.Status;
import io.mirrorneuron.runtime.deployment.Deployment.Watch;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import java.util.List;
import java.util.Map;

/** Moves a deployment on: to the next batch, to its end, or back. */
final class DeploymentTurn {
  private final DeploymentDraft draft;
  private final DeploymentPlan plan;

  DeploymentTurn(DeploymentDraft draft) {
    this.draft = draft;
    this.plan = draft.plan;
  }

  void begin() {
    draft.tell("deployment_created", Map.of("version", plan.to(), "why", plan.why()));
    if (plan.mode() == Mode.NOOP) {
      draft.change(version -> draft.isBaseStable() ? version.proven() : version);
      draft.current = plan.to();
      draft.tell("deployment_noop");
      over(Status.SUCCESSFUL);
      return;
    }
    draft.tell("deployment_started", Map.of("mode", plan.mode().word()));
    if (plan.mode() == Mode.AGENT_LEVEL) {
      change(0);
    } else {
      draft.phase = Phase.LAUNCHING;
    }
  }

  private void change(int batch) {
    draft.batch = batch;
    draft.phase = Phase.CHANGING;
    draft.definition++;
    draft.clocks = new Clocks(draft.now, draft.clocks.progressAt(), 0);
    draft.watch = new Watch(draft.watch.look(), false, 0, 0, 0, null);
  }

  // ---- outcomes of effects

  void launched() {
    draft.change(version -> version.in(plan.targetJob()));
    if (draft.failure != null) {
      draft.phase = Phase.STOPPING;
      return;
    }
    if (plan.mode() == Mode.RERUN) {
      follow();
      draft.tell("deployment_version_recorded", Map.of("job_id", plan.targetJob()));
      over(Status.VERSION_RECORDED);
      return;
    }
    if (plan.mode() == Mode.FIRST) {
      follow();
    }
    draft.clocks = new Clocks(draft.now, draft.now, draft.clocks.pausedAt());
    watch();
  }

  private void follow() {
    draft.current = plan.to();
    if (plan.mode() != Mode.AGENT_LEVEL) {
      draft.currentJob = plan.targetJob();
      draft.definition = 0;
    }
  }

  void notLaunched(String why) {
    draft.failure = draft.failure == null ? "its job could not be made: " + why : draft.failure;
    failed();
  }

  void ordered() {
    if (draft.phase == Phase.REVERTING) {
      draft.phase = Phase.RETURNING;
      draft.watch = DeploymentChecks.next(draft, 0, 0, null);
    } else if (draft.failure != null) {
      fail(draft.failure);
    } else {
      watch();
    }
  }

  private void watch() {
    draft.phase = Phase.WATCHING;
    draft.watch = DeploymentChecks.next(draft, 0, 0, null);
  }

  void notOrdered(long has, String why) {
    draft.definition = Math.max(0, has);
    if (draft.phase == Phase.REVERTING) {
      draft.failure = draft.failure + "; its agents could not be changed back: " + why;
      failed();
    } else {
      fail("agents could not be changed: " + why);
    }
  }

  // ---- going on

  /** The change has been healthy for long enough. */
  void healthy() {
    draft.clocks = new Clocks(draft.clocks.batchAt(), draft.now, draft.clocks.pausedAt());
    boolean isCanary = draft.batch == 0 && plan.awaitsPromotion();
    draft.phase = Phase.HOLDING;
    if (isCanary) {
      draft.tell("deployment_canary_ready", agents(plan.before(1)));
      draft.watch =
          DeploymentChecks.next(draft, draft.watch.healthySince(), draft.watch.breaks(), null);
      if (draft.status == Status.RUNNING) {
        draft.status = Status.AWAITING_PROMOTION;
      }
    } else if (draft.status == Status.RUNNING) {
      goOn();
    }
  }

  private static Map<String, Object> agents(List<String> agents) {
    return agents.isEmpty() ? Map.of() : Map.of("agents", agents);
  }

  /** Continues a held deployment. */
  void goOn() {
    if (plan.mode() == Mode.AGENT_LEVEL && !plan.isLast(draft.batch)) {
      change(draft.batch + 1);
    } else if (plan.mode() == Mode.BLUE_GREEN || plan.awaitsPromotion() && draft.batch == 0) {
      draft.phase = Phase.SWITCHING;
    } else {
      succeed();
    }
  }

  void switched() {
    if (plan.mode() == Mode.AGENT_LEVEL) {
      succeed(); // all agents were on trial
      return;
    }
    follow();
    draft.clocks = new Clocks(draft.now, draft.now, 0);
    draft.phase = Phase.RETIRING;
    draft.tell("deployment_switched", Map.of("job_id", plan.targetJob()));
  }

  void succeed() {
    follow();
    String job = plan.mode() == Mode.AGENT_LEVEL ? plan.sourceJob() : plan.targetJob();
    draft.change(version -> version.in(job).proven());
    draft.tell("deployment_successful", Map.of("version", plan.to(), "job_id", job));
    over(Status.SUCCESSFUL);
  }

  private void over(Status end) {
    draft.phase = Phase.OVER;
    draft.status = end;
    draft.clocks = Clocks.NONE;
    draft.watch = new Watch(draft.watch.look(), false, 0, 0, 0, draft.watch.why());
  }

  // ---- reverting

  /** Whether the change is reverted: to a version that was healthy once, or to nothing. */
  boolean reverts() {
    return plan.policy().autoRevert() && (plan.from() == null || draft.isBaseStable());
  }

  /** Fails on command, once the outcome of the running effect is known. */
  void failOnceKnown(String why) {
    if (draft.phase == Phase.LAUNCHING || draft.phase == Phase.CHANGING) {
      draft.failure = draft.failure == null ? why : draft.failure;
    } else {
      fail(why);
    }
  }

  /** Stops, and reverts if the policy says so. */
  void fail(String why) {
    draft.failure = why;
    draft.status = Status.RUNNING;
    if (plan.mode() == Mode.AGENT_LEVEL) {
      if (reverts()) {
        draft.definition++;
        draft.phase = Phase.REVERTING;
      } else {
        leave("agents %s stay as they are of version %s", plan.before(draft.batch + 1));
      }
    } else if (reverts()) {
      draft.phase = Phase.STOPPING;
    } else {
      leave("job %s of version %s stays", List.of(plan.targetJob()));
    }
  }

  private void leave(String words, List<String> what) {
    draft.failure = draft.failure + "; " + words.formatted(String.join(", ", what), plan.to());
    failed();
  }

  /** The revert is complete. */
  void failed() {
    boolean isBack = draft.phase == Phase.RETURNING || draft.phase == Phase.STOPPING;
    draft.tell("deployment_failed", Map.of("reason", draft.failure, "reverted", isBack));
    over(Status.FAILED);
  }
}
