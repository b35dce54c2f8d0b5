package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.LedgerSnapshot;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.wire.Timestamps;

/**
 * Attempts of a step: whether an attempt may begin, its beginning, its signs of life and its
 * record.
 */
final class Attempts {
  private final JobState state;
  private final Turn turn;

  Attempts(JobState state, Turn turn) {
    this.state = state;
    this.turn = turn;
  }

  /**
   * Whether work on the mailbox's step may begin now. If only later, the mailbox is queued for
   * another look.
   */
  boolean admits(Mailbox mailbox) {
    StepState step = mailbox.step();
    int most = state.steps().graph().maxParallel();
    if (most > 0 && state.schedule().flyingSteps() >= most) {
      state.schedule().waitForStepSlot(mailbox);
      return false;
    }
    boolean open = step.isStarted() && !step.isTerminal();
    boolean busy = !step.isInstance() && mailbox.owner().flying() > 0;
    if (open && busy) {
      state.schedule().waitForAgent(mailbox);
    }
    if (!open || busy) {
      state.schedule().passOn(mailbox);
    }
    return open && !busy;
  }

  /** The attempt begins: its program has its slots, or its agent needs none. */
  void begun(Mailbox mailbox, long at) {
    StepState step = mailbox.step();
    if (step == null || step.isTerminal()) {
      return;
    }
    step.beginAttempt(at);
    ObjectNode members = turn.about(step).put("message_id", step.input().id());
    LedgerView.Attempt attempt = LedgerSnapshot.attempt(step, state.workflowRun());
    members.put("deadline_at", Timestamps.text(attempt.times().deadlineAt()));
    members.put("heartbeat_deadline_at", Timestamps.text(attempt.times().heartbeatDeadlineAt()));
    members.put("idempotency_key", attempt.input().idempotencyKey());
    if (mailbox.flight() != null && mailbox.flight().delivery() > 1) {
      members.put("delivery", mailbox.flight().delivery());
    }
    turn.event("workflow_step_attempt_started", members);
  }

  void beacon(StepState step, ObjectNode payload) {
    step.beacon(turn.now());
    ObjectNode members = turn.about(step);
    for (String member :
        new String[] {
          "message", "source", "status", "sequence", Executions.Signal.Beacon.DROPPED
        }) {
      if (payload.hasNonNull(member)) {
        members.set("status".equals(member) ? "beacon_status" : member, payload.get(member));
      }
    }
    turn.event("workflow_step_beacon", members);
  }

  /** Stops the step's program in this mailbox, if one runs. */
  void stop(Mailbox mailbox) {
    if (mailbox.flight() != null) {
      turn.effect(new Effect.Stop(mailbox.flight().executionId()));
      state.schedule().fly(mailbox, null);
    }
  }

  /**
   * Records the end of the attempt, if an attempt was under way.
   *
   * @param word how it has ended
   */
  void close(StepState step, String word) {
    if (step.attempt() == 0 || step.status() == StepPhase.RETRY_WAIT) {
      return;
    }
    step.recordAttempt(LedgerSnapshot.attempt(step, state.workflowRun()).ended(word, turn.now()));
    if (word.equals("completed")) {
      turn.event("workflow_step_attempt_completed", turn.about(step));
    }
  }
}
