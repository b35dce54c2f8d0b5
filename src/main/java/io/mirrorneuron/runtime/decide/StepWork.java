package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.wire.Json;

/**
 * Applies the outcome of a program that worked for a step and ended well; {@code runtime.md}
 * sections 2.6 and 2.7.
 */
final class StepWork {
  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final StepEndings ends;
  private final Emissions emissions;

  StepWork(JobState state, Turn turn, LifeCycle life, Emissions emissions) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.emissions = emissions;
    this.ends = new StepEndings(state, turn, life);
  }

  void finished(Mailbox mailbox, Structured answer, ObjectNode payload) {
    StepState step = mailbox.step();
    StepReport report = StepReport.of(answer.events());
    WorkerEvents.record(turn, mailbox.agentId(), report.told());
    JsonNode otherwise = step.declared().plain() ? payload.get("output") : payload;
    JsonNode completion = completion(mailbox, answer, otherwise);
    Scatter scatter =
        report.scatter() == null ? null : Scatter.parse(report.scatter(), state.steps());
    String refusal = refusal(step, report, completion, scatter);
    if (refusal != null) {
      new Retries(state, turn, life).reported(step, refusal);
      return;
    }
    Message message = state.mailboxes().consume(mailbox);
    mailbox.owner().succeeded(answer.nextState());
    boolean explicit = answer.completeStep() != null || completion != null;
    boolean chain = !explicit && mayGoOnWithin(step);
    JsonNode output = Processes.completed(answer.completeStep(), otherwise);
    if (!chain) {
      complete(step, report, scatter, completion == null ? output : completion);
    }
    if (completion != null) {
      life.complete(mailbox, completion);
    }
    if (!state.status().isTerminal()) {
      emissions.send(mailbox, message, payload, answer);
      if (chain && step.mailboxes().areQuiet()) {
        complete(step, report, scatter, output);
      } else if (chain && !step.mailboxes().isAnyFlying()) {
        step.enqueue();
      }
    }
  }

  /** The output with which the program, or the node's configuration, ends the run; or null. */
  private static JsonNode completion(Mailbox mailbox, Structured answer, JsonNode otherwise) {
    if (answer.completeRun() != null) {
      return Processes.completed(answer.completeRun(), otherwise);
    }
    return mailbox.owner().declared().settings().completion().run()
        ? Processes.completed(answer.completeStep(), otherwise)
        : null;
  }

  private String refusal(StepState step, StepReport report, JsonNode completion, Scatter scatter) {
    if (report.failure() != null) {
      return report.failure();
    }
    if (completion != null && !mayEndTheRun(step)) {
      String reason = "step " + step.id() + " is not the last one and cannot complete the run";
      tell("workflow_run_completion_rejected", step, reason);
      return reason;
    }
    if (scatter != null && scatter.refusal() != null) {
      tell("workflow_step_scatter_rejected", step, scatter.refusal());
      return "scatter was rejected: " + scatter.refusal();
    }
    if (report.branches() != null) {
      String reason = new Downstream(state, turn, ends).refusal(step, report.branches());
      return reason == null ? null : "branch was rejected: " + reason;
    }
    return null;
  }

  private boolean mayEndTheRun(StepState step) {
    return step.declared().outgoing().isEmpty()
        || step.declared().id().equals(state.steps().graph().sink());
  }

  private void tell(String type, StepState step, String reason) {
    ObjectNode payload = Json.object().put("step_id", step.id()).put("reason", reason);
    turn.agentEvent(type, step.mailboxes().entry().agentId(), payload);
  }

  /** Whether the agents of the step may hand the work on among themselves. */
  private static boolean mayGoOnWithin(StepState step) {
    return step.mailboxes().stream()
        .flatMap(mailbox -> mailbox.owner().declared().outgoing().stream())
        .anyMatch(edge -> step.mailboxes().has(edge.to()));
  }

  private void complete(StepState step, StepReport report, Scatter scatter, JsonNode output) {
    Downstream downstream = new Downstream(state, turn, ends);
    if (scatter != null) {
      downstream.scatter(step, scatter);
    }
    if (report.branches() != null) {
      downstream.branch(step, report.branches());
    }
    if (report.skipDownstream()) {
      downstream.skip(step);
    }
    ends.complete(step, report.status(), output, report.warning());
  }
}
