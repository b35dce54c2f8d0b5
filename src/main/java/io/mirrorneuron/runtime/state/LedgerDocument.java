package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Locale;

/** The step ledger as readers get it: {@code workflow_state}, {@code grpc.md} section 5.4. */
public final class LedgerDocument {
  private static final int SCHEMA_VERSION = 1;

  private LedgerDocument() {}

  /** The whole ledger; of a workflow without steps that there is none. */
  public static ObjectNode of(JobState state) {
    ObjectNode ledger = Json.object().put("schema_version", SCHEMA_VERSION);
    if (state.steps().isEmpty()) {
      return ledger.put("enabled", false);
    }
    ledger.put("enabled", true).put("job_id", state.jobId()).put("run_id", state.workflowRun());
    ledger.put("created_at", time(state.header().origin().submittedAt()));
    long updated =
        state.steps().all().stream().mapToLong(step -> step.times().lastEventAt()).max().orElse(0);
    ledger.put("updated_at", time(Math.max(updated, state.header().origin().submittedAt())));
    ledger.put("status", status(state));
    ArrayNode order = ledger.putArray("step_order");
    ObjectNode agents = ledger.putObject("agent_to_step");
    ArrayNode edges = ledger.putArray("edges");
    ObjectNode steps = ledger.putObject("steps");
    ObjectNode messages = ledger.putObject("messages");
    for (StepState step : state.steps().all()) {
      order.add(step.id());
      if (!step.isInstance()) {
        step.declared()
            .agentIds()
            .forEach(id -> agents.putIfAbsent(id, agents.textNode(step.id())));
        step.declared().outgoing().forEach(edge -> edges.add(edge(edge)));
      }
      steps.set(step.id(), step(state, step));
      messages(step, messages);
    }
    return ledger;
  }

  /** Only how each step has ended; what a result carries along. */
  public static ObjectNode outline(JobState state) {
    ObjectNode outline = Json.object().put("schema_version", SCHEMA_VERSION).put("enabled", true);
    outline.put("run_id", state.workflowRun()).put("status", status(state));
    ObjectNode steps = outline.putObject("steps");
    for (StepState step : state.steps().all()) {
      ObjectNode one = steps.putObject(step.id()).put("status", step.status().word());
      one.put("terminal_outcome", step.outcome() == null ? null : step.outcome().word());
      one.put("attempt_count", step.attempt());
    }
    return outline;
  }

  private static String status(JobState state) {
    return switch (state.status()) {
      case VALIDATED, SCHEDULED -> "pending";
      case PAUSING, CANCELLING -> "running";
      default -> state.status().word();
    };
  }

  private static ObjectNode edge(StepEdge edge) {
    ObjectNode json = Json.object().put("id", edge.id());
    json.put("from", edge.from()).put("to", edge.to()).put("required", edge.required());
    edge.accepts().stream().sorted().forEach(json.putArray("accepts")::add);
    return json;
  }

  private static ObjectNode step(JobState state, StepState step) {
    Step declared = step.declared();
    ObjectNode json = Json.object().put("id", step.id()).put("label", declared.label());
    json.put("run", declared.run());
    declared.agentIds().forEach(json.putArray("agent_ids")::add);
    json.put("required", declared.required());
    json.put("failure_policy", word(declared.failurePolicy()));
    ObjectNode rule = json.putObject("trigger_rule").put("rule", word(declared.trigger().rule()));
    if (declared.trigger().quorum() > 0) {
      rule.put("quorum", declared.trigger().quorum());
    }
    json.put("max_attempts", declared.retry().maxAttempts());
    json.put("retry_backoff_ms", declared.retry().backoffMs());
    json.put("retry_backoff_multiplier", declared.retry().multiplier());
    json.put("timeout_seconds", declared.timeoutMs() / 1000.0);
    json.put("beacon_timeout_ms", declared.beaconTimeoutMs());
    if (step.isInstance()) {
      json.put("template", declared.id()).put("map_index", step.mapIndex());
    }
    json.put("status", step.status().word()).put("attempt_count", step.attempt());
    json.putArray("attempts").addAll(step.attempts().finished());
    boolean open = step.attempt() > 0 && !step.isTerminal();
    json.set("current_attempt", open ? attempt(step, state.workflowRun()) : null);
    json.put("deadline_at", time(step.times().deadlineAt()));
    json.put("heartbeat_deadline_at", heartbeatDeadline(step));
    boolean waits = step.status() == StepPhase.RETRY_WAIT;
    json.put("retry_at", waits ? time(step.inputMailbox().notBefore()) : null);
    json.put("started_at", time(step.times().startedAt()))
        .put("ended_at", time(step.times().endedAt()));
    json.put("last_event_at", time(step.times().lastEventAt()))
        .put("terminal_reason", step.reason());
    boolean failed = step.outcome() == StepOutcome.FAILED;
    json.set("terminal_error", failed ? step.attempts().error() : null);
    json.set("last_error", step.attempts().error());
    json.put("terminal_outcome", step.outcome() == null ? null : step.outcome().word());
    json.set("last_message", step.input() == null ? null : step.input().summary());
    json.set("output", step.output());
    return json;
  }

  /** The present attempt, {@code grpc.md} section 5.4. */
  public static ObjectNode attempt(StepState step, String workflowRun) {
    ObjectNode json = Json.object().put("attempt_id", step.attemptId());
    json.put("attempt", step.attempt()).put("agent_id", step.mailboxes().entry().agentId());
    if (step.input() != null) {
      json.put("message_id", step.input().id());
      json.put("idempotency_key", idempotencyKey(step, workflowRun));
    }
    json.put("started_at", time(step.times().attemptStartedAt()))
        .put("deadline_at", time(step.times().deadlineAt()));
    json.put("heartbeat_deadline_at", heartbeatDeadline(step));
    json.put("last_beacon_at", time(step.times().lastBeaconAt()))
        .put("status", step.status().word());
    return json;
  }

  /**
   * What the program of a step is told of its attempt; empty without a step. Deadlines are added
   * when it has its slots.
   */
  public static ObjectNode context(JobState state, StepState step) {
    ObjectNode context = Json.object();
    if (step == null) {
      return context;
    }
    context.put("run_id", state.workflowRun()).put("step_id", step.id());
    context.put("attempt_id", step.attemptId()).put("attempt", step.attempt());
    context.put("idempotency_key", idempotencyKey(step, state.workflowRun()));
    context.put("timeout_ms", step.declared().timeoutMs());
    context.put("beacon_timeout_ms", step.declared().beaconTimeoutMs());
    context.set("inputs", state.steps().inputs(step));
    return context;
  }

  static String idempotencyKey(StepState step, String workflowRun) {
    return workflowRun + ":" + step.id() + ":" + step.attempt() + ":" + step.input().id();
  }

  private static String heartbeatDeadline(StepState step) {
    long last = Math.max(step.times().attemptStartedAt(), step.times().lastBeaconAt());
    boolean running = step.status() == StepPhase.RUNNING;
    return running ? time(last + step.declared().beaconTimeoutMs()) : null;
  }

  private static void messages(StepState step, ObjectNode messages) {
    if (step.input() != null) {
      String status = step.isTerminal() ? endOfInput(step) : "running";
      message(messages, step, step.input(), status);
    }
    for (Mailbox mailbox : step.mailboxes()) {
      for (Message message : mailbox.messages()) {
        if (!step.isInput(message)) {
          message(messages, step, message, step.isStarted() ? "running" : "blocked");
        }
      }
    }
  }

  /** What became of the message that the step was started with. */
  private static String endOfInput(StepState step) {
    return step.outcome() == StepOutcome.FAILED ? "failed" : "acked";
  }

  private static void message(ObjectNode all, StepState step, Message message, String status) {
    ObjectNode json = all.putObject(message.id()).put("message_id", message.id());
    json.put("step_id", step.id()).put("status", status);
    json.put("updated_at", time(step.times().lastEventAt()));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String time(long millis) {
    return millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis));
  }
}
