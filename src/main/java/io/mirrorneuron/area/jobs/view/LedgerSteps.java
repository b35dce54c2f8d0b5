package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mirrorneuron.port.LedgerView;
import java.util.Map;

/** Shows the steps of a job as its ledger says. */
final class LedgerSteps {
  private LedgerSteps() {}

  /**
   * @param shown steps by id; changed
   */
  static void show(LedgerView ledger, Map<String, ShownStep> shown) {
    for (LedgerView.Step tracked : ledger.steps().values()) {
      ShownStep template =
          tracked.instance() == null ? null : shown.get(tracked.instance().template());
      ShownStep step = shown.get(tracked.id());
      if (template != null) {
        copy(tracked, template.instance(tracked.id()));
      } else if (step != null) {
        copy(tracked, step.own);
        if (!step.isScattered()) {
          follow(step, tracked);
        }
      }
    }
    shown.values().stream().filter(ShownStep::isScattered).forEach(ShownStep::followWorkers);
  }

  /** Who works alone for a step is as far as the step; of several, those end that have not yet. */
  private static void follow(ShownStep step, LedgerView.Step tracked) {
    boolean alone = step.workers().size() == 1;
    for (WorkState worker : step.workers()) {
      if (alone) {
        copy(tracked, worker);
      } else if (step.own.status.isOver()) {
        worker.close(step.own.status, step.own.endedAt);
      } else if (step.own.status == StepStatus.PENDING) {
        worker.status = StepStatus.PENDING;
      }
    }
  }

  private static void copy(LedgerView.Step tracked, WorkState to) {
    LedgerView.Times times = tracked.times();
    LedgerView.Attempt attempt = tracked.attempts().latest();
    to.status = tracked.phase() == null ? to.status : StepStatus.of(tracked.phase());
    to.startedAt = times.startedAt();
    to.endedAt = times.endedAt();
    to.lastEventAt = Math.max(to.lastEventAt, times.lastEventAt());
    to.retryAt = times.retryAt();
    to.deadlineAt = times.deadlineAt();
    to.heartbeatDeadlineAt = times.heartbeatDeadlineAt();
    to.attempt = tracked.attempts().count();
    to.attemptId = attempt == null ? null : attempt.id();
    to.failure = null;
    to.reason = tracked.result().reason();
    switch (to.status) {
      case FAILED, PARTIAL, RETRY_WAIT -> explain(tracked, to);
      case DONE -> to.progress = 1;
      case PENDING -> to.progress = 0;
      default -> {
        // as far as its events say
      }
    }
  }

  private static void explain(LedgerView.Step tracked, WorkState to) {
    JsonNode last = tracked.result().error();
    JsonNode told = last == null ? tracked.attempts().lastError() : last;
    to.failure =
        Errors.of(
            told == null ? MissingNode.getInstance() : told,
            new Errors.Origin("runtime.failure", to.lastEventAt, 0, null, null));
    if (to.reason == null && to.failure != null) {
      to.reason = Texts.of(to.failure, "desc");
    }
  }
}
