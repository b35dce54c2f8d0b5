package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.ParentOutcomes.Verdict;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Steps;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;

/**
 * The gate in front of agents that work for steps: a message for a step waits until the step's
 * parents are done, and exactly one message starts the step. {@code runtime.md} section 2.7.
 */
public final class Ledger {
  private static final int SHOWN_PARENTS = 25;
  private static final String SUPERSEDED = "another message starts the step";

  private final JobState state;
  private final Turn turn;

  Ledger(JobState state, Turn turn) {
    this.state = state;
    this.turn = turn;
  }

  /** Puts the message into a mailbox, or before the gate of a step. */
  public void post(Message message) {
    if (state.isOver(message.to())) {
      return; // the job ended with the step that sends it
    }
    Steps steps = state.steps();
    StepState source = steps.get(message.sourceStepId());
    StepState step = steps.receiver(message.to(), steps.get(message.stepId()), source);
    if (step == null) {
      enqueue(state.agent(message.to()).mailbox(), message);
    } else {
      arrive(step, message.forStep(step.id(), state.workflowRun()), source == step);
    }
  }

  private void enqueue(Mailbox mailbox, Message message) {
    state.mailboxes().enqueue(mailbox, message);
    new Backlog(state, turn).changed(mailbox);
  }

  private void arrive(StepState step, Message message, boolean fromWithin) {
    if (step.isTerminal()) {
      ignore(step, message, "the step is " + step.status().word());
    } else if (fromWithin || step.isStarted() && collects(step)) {
      state.mailboxes().enqueue(step.mailboxes().of(message.to()), message);
    } else if (step.isStarted()) {
      ignore(step, message, "the step has started");
    } else {
      keep(step, message);
      if (step.verdict() == Verdict.WAIT) {
        block(step, message);
      } else {
        state.steps().reconsider(step);
      }
    }
  }

  /** Whether the agent of the step collects every message, not only the one that starts it. */
  private static boolean collects(StepState step) {
    AgentType type = step.mailboxes().entry().owner().declared().type();
    return type == AgentType.AGGREGATOR || type == AgentType.SENSOR;
  }

  /**
   * Of the messages that wait before the gate, keeps only the one whose sender comes last in the
   * manifest.
   */
  private void keep(StepState step, Message message) {
    if (!collects(step)) {
      for (Mailbox mailbox : step.mailboxes()) {
        Message other = mailbox.isEmpty() ? null : mailbox.head();
        if (other != null && rank(other) > rank(message)) {
          ignore(step, message, SUPERSEDED);
          return;
        }
        if (other != null) {
          ignore(step, other, SUPERSEDED);
          state.mailboxes().clear(mailbox);
        }
      }
    }
    state.mailboxes().enqueue(step.mailboxes().of(message.to()), message);
  }

  private long rank(Message message) {
    StepState source = state.steps().get(message.sourceStepId());
    boolean succeeded = source != null && source.outcome() != StepOutcome.FAILED;
    return succeeded ? ((long) source.order() << 32) + source.mapIndex() + 1 : -1;
  }

  private void block(StepState step, Message message) {
    if (step.block(turn.now())) {
      ObjectNode members = turn.about(step).put("message_id", message.id());
      members.put("reason", "its message came before its parents were done");
      members.set("blocked_on", unfinishedParents(step));
      turn.event("workflow_step_blocked", members);
    }
  }

  private ArrayNode unfinishedParents(StepState step) {
    ArrayNode parents = Json.MAPPER.createArrayNode();
    for (StepEdge edge : step.declared().incoming()) {
      StepState parent = state.steps().get(edge.from());
      if (!parent.isTerminal() && parents.size() < SHOWN_PARENTS) {
        ObjectNode one = parents.addObject().put("from", parent.id());
        one.put("status", parent.status().word());
        edge.accepts().stream().sorted().forEach(one.putArray("accepts")::add);
      }
    }
    return parents;
  }

  private void ignore(StepState step, Message message, String reason) {
    ObjectNode members = turn.about(step).put("reason", reason).put("message_id", message.id());
    members.put("step_status", step.status().word());
    turn.event("workflow_step_duplicate_message_ignored", members);
  }
}
