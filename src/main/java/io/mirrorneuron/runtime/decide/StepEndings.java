package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.StepState;

/** Ends each step once: records the end, writes the event, has the children evaluated. */
final class StepEndings {
  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final Attempts attempts;

  StepEndings(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.attempts = new Attempts(state, turn);
  }

  /** An agent that needs no program has its result, which ends its step, if it has one. */
  void done(Mailbox mailbox, JsonNode output) {
    StepState step = mailbox.step();
    if (step != null && !step.isTerminal()) {
      complete(step, StepPhase.COMPLETED, output, null);
    }
  }

  /**
   * @param warning for the step's author about the output, or null
   */
  void complete(StepState step, StepPhase status, JsonNode output, String warning) {
    step.produce(output);
    StepOutcome outcome =
        switch (status) {
          case PARTIAL -> StepOutcome.PARTIAL;
          case SKIPPED -> StepOutcome.SKIPPED;
          default -> StepOutcome.SUCCESS;
        };
    end(step, status, outcome, warning);
  }

  /** Ends the step, has its children evaluated, and applies a pending completion. */
  void end(StepState step, StepPhase status, StepOutcome outcome, String reason) {
    close(step, status, outcome, reason);
    state.steps().reconsider(state.steps().children(step));
    if (state.steps().areAllTerminal()) {
      life.stepsDone();
    }
  }

  /** Ends the step without evaluating its children: for a job that fails with it. */
  void close(StepState step, StepPhase status, StepOutcome outcome, String reason) {
    attempts.close(step, status.word());
    step.end(status, outcome, reason, turn.now());
    for (Mailbox mailbox : step.mailboxes()) {
      attempts.stop(mailbox);
      state.mailboxes().clear(mailbox);
    }
    state.steps().expectNothing(step);
    tellEnd(step);
    state.steps().ended(step);
  }

  private void tellEnd(StepState step) {
    ObjectNode members = turn.about(step);
    members.put("outcome", step.outcome().word());
    if (step.reason() != null) {
      members.put("reason", step.reason());
    }
    if (step.attempts().error() != null && step.outcome() == StepOutcome.FAILED) {
      members.set("error", step.attempts().error());
    }
    turn.event("workflow_step_" + step.status().word(), members);
  }
}
