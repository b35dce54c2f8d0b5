package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.engine.StepState.Outcome;
import io.mirrorneuron.runtime.engine.StepState.Status;

/** Ends steps, which happens once to each: records it, tells it, and has the children looked at. */
final class StepEnds {
  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final Attempts attempts;

  StepEnds(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.attempts = new Attempts(state, turn);
  }

  /** An agent that needs no program has its result; that is the end of its step, if it has one. */
  void done(Mailbox mailbox, JsonNode output) {
    StepState step = mailbox.step;
    if (step != null && !step.isTerminal()) {
      complete(step, Status.COMPLETED, output);
    }
  }

  void complete(StepState step, Status status, JsonNode output) {
    state.output(step, output);
    Outcome outcome =
        switch (status) {
          case PARTIAL -> Outcome.PARTIAL;
          case SKIPPED -> Outcome.SKIPPED;
          default -> Outcome.SUCCESS;
        };
    end(step, status, outcome, null);
  }

  /** Ends the step for good, tells its children, and goes on with a completion that waited. */
  void end(StepState step, Status status, Outcome outcome, String reason) {
    close(step, status, outcome, reason);
    state.steps.unsettled().addAll(state.steps.children(step));
    if (state.steps.areAllTerminal()) {
      life.stepsDone();
    }
  }

  /** Ends the step alone, without a word to its children: for a job that fails with it. */
  void close(StepState step, Status status, Outcome outcome, String reason) {
    step.reason = reason;
    step.outcome = outcome;
    attempts.close(step, status.word());
    state.status(step, status);
    step.endedAt = turn.now();
    for (Mailbox mailbox : step.mailboxes.values()) {
      attempts.stop(mailbox);
      state.clear(mailbox);
    }
    state.steps.expecting().remove(step);
    tellEnd(step);
    state.steps.ended(step);
  }

  private void tellEnd(StepState step) {
    ObjectNode members = turn.about(step);
    members.put("outcome", step.outcome.word());
    if (step.reason != null) {
      members.put("reason", step.reason);
    }
    if (step.error != null && step.outcome == Outcome.FAILED) {
      members.set("error", step.error);
    }
    turn.event("workflow_step_" + step.status.word(), members);
  }
}
