package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.deployment.Deployment.Phase;
import io.mirrorneuron.runtime.deployment.Deployment.Status;
import io.mirrorneuron.runtime.deployment.Deployment.Watch;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;

/**
 * Checks a change until it has been healthy for long enough without a break, or its deadline has
 * passed. Breaks between two checks count, too: jobs count them.
 */
final class DeploymentChecks {
  static final long CHECK_MS = 1_000;

  /** The interval while a person is awaited, which may take days. */
  static final long CALM_CHECK_MS = 5_000;

  private final DeploymentDraft draft;
  private final DeploymentPlan plan;
  private final DeploymentTurn turn;

  DeploymentChecks(DeploymentDraft draft) {
    this.draft = draft;
    this.plan = draft.plan;
    this.turn = new DeploymentTurn(draft);
  }

  void seen(DeploymentInput.Seen seen) {
    boolean isBroken = !seen.healthy() || draft.watch.breaks() != seen.breaks();
    boolean isFirst = draft.watch.healthySince() == 0;
    boolean isWell = seen.applied() && seen.healthy() && (isFirst || !isBroken);
    long since = isWell ? isFirst ? draft.now : draft.watch.healthySince() : 0;
    if (!isWell && seen.applied() && seen.healthy()) {
      since = draft.now; // it has failed between two checks: the healthy period starts again
    }
    draft.watch = next(draft, since, seen.breaks(), seen.why());
    if (draft.phase == Phase.RETURNING) {
      if (seen.applied() || seen.isLost()) {
        turn.failed();
      }
    } else if (seen.isLost()) {
      turn.fail(seen.why());
    } else if (draft.phase == Phase.HOLDING) {
      if (since == 0 && draft.status == Status.AWAITING_PROMOTION && turn.reverts()) {
        turn.fail("the canary is not healthy any more: " + seen.why());
      }
    } else if (since != 0 && draft.now - since >= patience()) {
      turn.healthy();
    } else {
      checkDeadlines();
    }
  }

  /** The first version need not stay healthy for a while. */
  private long patience() {
    return plan.mode() == Mode.FIRST ? 0 : plan.policy().minHealthyMs();
  }

  static Watch next(DeploymentDraft draft, long since, long breaks, String why) {
    long pause = draft.phase == Phase.HOLDING ? CALM_CHECK_MS : CHECK_MS;
    return new Watch(
        draft.watch.look(), false, draft.now + pause, since, breaks, since == 0 ? why : null);
  }

  void wake() {
    Watch watch = draft.watch;
    if (draft.phase.looksAgain(draft.status) && !watch.isDue() && watch.next() <= draft.now) {
      draft.watch =
          new Watch(
              watch.look() + 1,
              true,
              watch.next(),
              watch.healthySince(),
              watch.breaks(),
              watch.why());
    }
    checkDeadlines();
  }

  private void checkDeadlines() {
    if (draft.phase != Phase.WATCHING || draft.clocks.pausedAt() != 0) {
      return;
    }
    String why = draft.watch.why() == null ? "" : ": " + draft.watch.why();
    long healthy = plan.policy().healthyDeadlineMs();
    long progress = plan.policy().progressDeadlineMs();
    if (draft.now - draft.clocks.batchAt() >= healthy) {
      turn.fail("it was not healthy within healthy_deadline_ms %d%s".formatted(healthy, why));
    } else if (draft.now - draft.clocks.progressAt() >= progress) {
      turn.fail("it made no progress within progress_deadline_ms %d%s".formatted(progress, why));
    }
  }
}
