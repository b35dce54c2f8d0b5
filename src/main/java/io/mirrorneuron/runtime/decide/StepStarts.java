package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Upstream;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Locale;

/**
 * Starts each step once: when its trigger rule holds and it has a message to start with. If no
 * agent can send a message, the ledger makes it.
 */
final class StepStarts {
  private static final String SENDER = "workflow_ledger";

  private final JobState state;
  private final Turn turn;
  private final Ledger ledger;
  private final StepEndings ends;

  StepStarts(JobState state, Turn turn, LifeCycle life, Ledger ledger) {
    this.state = state;
    this.turn = turn;
    this.ledger = ledger;
    this.ends = new StepEndings(state, turn, life);
  }

  /**
   * Evaluates all queued steps. Agents that need no program have handled all their messages by
   * then, so that a step sees every message of its parents. Returns whether any step was queued.
   */
  boolean evaluateAll() {
    boolean any = state.steps().hasStepsToEvaluate();
    while (state.steps().hasStepsToEvaluate() && !state.status().isTerminal()) {
      evaluate(state.steps().nextToEvaluate());
    }
    return any;
  }

  private void evaluate(StepState step) {
    if (step.isTerminal() || step.isStarted()) {
      return;
    }
    switch (step.verdict()) {
      case WAIT -> step.awaitParents();
      case NEVER ->
          ends.end(
              step,
              StepPhase.SKIPPED,
              StepOutcome.SKIPPED,
              "its trigger rule cannot hold any more");
      case START -> {
        if (step.mailboxes().hasMessage()) {
          start(step);
        } else {
          ready(step);
        }
      }
    }
  }

  private void start(StepState step) {
    List<Mailbox> filled = step.mailboxes().stream().filter(box -> !box.isEmpty()).toList();
    step.start(filled.getFirst().head(), turn.now());
    state.steps().expectNothing(step);
    filled.forEach(state.schedule()::consider);
  }

  /** The step may start but has no message; the ledger makes one when none can come any more. */
  private void ready(StepState step) {
    step.ready();
    state.steps().expectMessage(step);
    boolean onlyAfterFailure =
        !step.declared().incoming().isEmpty() && !step.parents().anySuccess();
    if (onlyAfterFailure) {
      trigger(step);
    }
  }

  /**
   * Called when no mailbox can be handled: gives a message of the ledger to each step that may
   * start and has no message on its way. Returns whether there was such a step.
   */
  boolean startWithoutMessages() {
    List<StepState> lonely =
        state.steps().expecting().stream()
            .filter(step -> !new Upstream(state).isBusy(step))
            .toList();
    lonely.forEach(this::trigger);
    return !lonely.isEmpty();
  }

  private void trigger(StepState step) {
    turn.event("workflow_step_triggered", turn.about(step));
    JsonNode body = step.declared().plain() ? outputs(step) : parents(step);
    ledger.post(message(state, turn, step, "workflow_trigger", body));
  }

  /** The output of a single parent as it is, of several parents by their names. */
  private JsonNode outputs(StepState step) {
    List<StepState> parents = state.steps().parents(step);
    if (step.declared().incoming().size() == 1 && parents.size() == 1) {
      return given(parents.getFirst());
    }
    ObjectNode outputs = Json.object();
    parents.forEach(parent -> outputs.set(parent.id(), given(parent)));
    return outputs;
  }

  private static JsonNode given(StepState parent) {
    return parent.output() == null ? NullNode.getInstance() : parent.output();
  }

  private ObjectNode parents(StepState step) {
    ObjectNode body = Json.object();
    body.put("trigger_rule", step.declared().trigger().rule().name().toLowerCase(Locale.ROOT));
    ArrayNode parents = body.putArray("parents");
    for (StepState parent : state.steps().parents(step)) {
      ObjectNode one = parents.addObject().put("step_id", parent.id());
      one.put("status", parent.status().word());
      one.put("outcome", parent.outcome() == null ? null : parent.outcome().word());
      one.set("output", parent.output());
    }
    return body;
  }

  /** A message of the ledger itself to a step. */
  static Message message(JobState state, Turn turn, StepState step, String type, JsonNode body) {
    String agentId = step.mailboxes().entry().agentId();
    Message.Builder message = Message.builder(state.jobId(), SENDER, agentId, type).body(body);
    message.id(DerivedId.of(state.workflowRun(), type + " " + step.id(), 0));
    message.with("class", "command").with("timestamp", turn.timestamp());
    message.headers(Json.object().put(Message.STEP, step.id()));
    return message.build(state.counters().nextMessage(), agentId);
  }
}
