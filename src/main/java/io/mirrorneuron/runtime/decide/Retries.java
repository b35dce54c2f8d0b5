package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.wire.Json;
import java.time.Instant;

/** What follows a failed attempt of a step: another attempt, or the failure policy of the step. */
final class Retries {
  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final StepEndings ends;
  private final Attempts attempts;

  Retries(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.ends = new StepEndings(state, turn, life);
    this.attempts = new Attempts(state, turn);
  }

  /** The program ended well but reported a failure, or asked for something impossible. */
  void reported(StepState step, String reason) {
    failed(step, StepFailures.reported(step, reason));
  }

  /** People have decided that the step has failed, or did not decide in time. */
  void decided(StepState step, Failure failure) {
    failed(step, failure);
  }

  void failed(StepState step, Executions.Outcome outcome, boolean mayRetry) {
    Failure failure = StepFailures.of(step, outcome, mayRetry);
    if (failure.category().equals("timeout")) {
      ObjectNode members = turn.about(step).put("reason", failure.desc());
      members.set("error", turn.error(failure, step.id()));
      turn.event("workflow_step_attempt_timed_out", members);
    }
    failed(step, failure);
  }

  /**
   * The attempt of a step whose agent runs no program has exceeded its deadline; programs have a
   * limit of their own.
   */
  void expire(Mailbox mailbox) {
    StepState step = mailbox.step();
    boolean overdue = step.times().deadlineAt() != 0 && step.times().deadlineAt() <= turn.now();
    if (overdue && step.status() == StepPhase.RUNNING && !step.mailboxes().isAnyFlying()) {
      failed(step, StepFailures.overdue(step));
    }
  }

  private void failed(StepState step, Failure failure) {
    ObjectNode error = turn.error(failure, step.id());
    step.failAttempt(error);
    attempts.close(step, "failed");
    if (failure.retryable() && step.attempt() < step.declared().retry().maxAttempts()) {
      retry(step, failure);
      return;
    }
    switch (step.declared().required() ? step.declared().failurePolicy() : null) {
      case FAIL_WORKFLOW -> {
        ends.close(step, StepPhase.FAILED, StepOutcome.FAILED, failure.desc());
        life.fail(failure);
      }
      case SKIP -> ends.end(step, StepPhase.SKIPPED, StepOutcome.FAILED, failure.desc());
      case CONTINUE, CONTINUE_PARTIAL ->
          ends.end(step, StepPhase.PARTIAL, StepOutcome.FAILED, failure.desc());
      case null -> ends.end(step, StepPhase.PARTIAL, StepOutcome.FAILED, failure.desc());
    }
  }

  private void retry(StepState step, Failure failure) {
    long at = turn.now() + Math.max(1, step.declared().retry().delayAfter(step.attempt()));
    ObjectNode members = turn.about(step).put("reason", failure.desc());
    members.set("error", step.attempts().error().deepCopy().put("severity", "WARN"));
    members.put("retry_at", Json.timestamp(Instant.ofEpochMilli(at)));
    members.put("next_attempt", step.attempt() + 1);
    members.put("max_attempts", step.declared().retry().maxAttempts());
    for (Mailbox mailbox : step.mailboxes()) {
      attempts.stop(mailbox);
      if (!mailbox.isEmpty() && !step.isInput(mailbox.head())) {
        state.mailboxes().clear(mailbox);
      }
    }
    step.scheduleRetry();
    if (step.isInputConsumed()) {
      state.mailboxes().requeueInput(step);
    }
    Mailbox mailbox = step.inputMailbox();
    mailbox.followStep();
    turn.postpone(mailbox, at);
    turn.event("workflow_step_attempt_retry_scheduled", members);
  }
}
