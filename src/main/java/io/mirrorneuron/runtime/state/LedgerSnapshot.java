package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The present step ledger of a job, for readers, results and programs. */
public final class LedgerSnapshot {
  private static final int SCHEMA_VERSION = 1;

  private LedgerSnapshot() {}

  /** The whole ledger; {@link LedgerView#NONE} of a workflow without steps. */
  public static LedgerView of(JobState state) {
    if (state.steps().isEmpty()) {
      return LedgerView.NONE;
    }
    Map<String, String> agents = new LinkedHashMap<>();
    List<LedgerView.Edge> edges = new ArrayList<>();
    Map<String, LedgerView.Step> steps = new LinkedHashMap<>();
    Map<String, LedgerView.Delivery> messages = new LinkedHashMap<>();
    for (StepState step : state.steps().all()) {
      if (!step.isInstance()) {
        step.declared().agentIds().forEach(id -> agents.putIfAbsent(id, step.id()));
        step.declared().outgoing().forEach(edge -> edges.add(edge(edge)));
      }
      steps.put(step.id(), step(state, step));
      messages(step, messages);
    }
    return new LedgerView(head(state), agents, edges, steps, List.copyOf(messages.values()));
  }

  private static LedgerView.Head head(JobState state) {
    long submitted = state.header().origin().submittedAt();
    long updated =
        state.steps().all().stream().mapToLong(step -> step.times().lastEventAt()).max().orElse(0);
    return new LedgerView.Head(
        state.jobId(), state.workflowRun(), submitted, Math.max(updated, submitted), status(state));
  }

  /** Only how each step has ended; part of a result. */
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

  private static LedgerView.Edge edge(StepEdge edge) {
    return new LedgerView.Edge(
        edge.id(),
        edge.from(),
        edge.to(),
        edge.required(),
        edge.accepts().stream().sorted().toList());
  }

  private static LedgerView.Step step(JobState state, StepState step) {
    boolean open = step.attempt() > 0 && !step.isTerminal();
    boolean waits = step.status() == StepPhase.RETRY_WAIT;
    boolean failed = step.outcome() == StepOutcome.FAILED;
    AttemptLog.Times times = step.times();
    return new LedgerView.Step(
        step.id(),
        declared(step.declared()),
        step.isInstance() ? new LedgerView.Instance(step.declared().id(), step.mapIndex()) : null,
        step.status(),
        new LedgerView.Attempts(
            step.attempt(),
            step.attempts().finished(),
            open ? attempt(step, state.workflowRun()) : null,
            step.attempts().error()),
        new LedgerView.Times(
            times.deadlineAt(),
            heartbeatDeadline(step),
            waits ? step.inputMailbox().notBefore() : 0,
            times.startedAt(),
            times.endedAt(),
            times.lastEventAt()),
        new LedgerView.Result(
            step.outcome(),
            step.reason(),
            failed ? step.attempts().error() : null,
            step.input() == null ? null : step.input().summary(),
            step.output()));
  }

  private static LedgerView.Declared declared(Step step) {
    return new LedgerView.Declared(
        step.label(),
        step.run(),
        step.agentIds(),
        step.required(),
        word(step.failurePolicy()),
        new LedgerView.Trigger(word(step.trigger().rule()), step.trigger().quorum()),
        new LedgerView.Limits(
            step.retry().maxAttempts(),
            step.retry().backoffMs(),
            step.retry().multiplier(),
            step.timeoutMs() / 1000.0,
            step.beaconTimeoutMs()));
  }

  public static LedgerView.Attempt attempt(StepState step, String workflowRun) {
    AttemptLog.Times times = step.times();
    return new LedgerView.Attempt(
        step.attemptId(),
        step.attempt(),
        step.mailboxes().entry().agentId(),
        step.input() == null
            ? null
            : new LedgerView.Input(step.input().id(), idempotencyKey(step, workflowRun)),
        new LedgerView.AttemptTimes(
            times.attemptStartedAt(),
            times.deadlineAt(),
            heartbeatDeadline(step),
            times.lastBeaconAt(),
            0),
        step.status().word());
  }

  /**
   * The context of an attempt for its program; empty without a step. Deadlines are added when it
   * has its slots.
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

  /** Outputs of the parents of the step by their ids; empty without a step. */
  public static ObjectNode inputs(JobState state, StepState step) {
    return step == null ? Json.object() : state.steps().inputs(step);
  }

  static String idempotencyKey(StepState step, String workflowRun) {
    return workflowRun + ":" + step.id() + ":" + step.attempt() + ":" + step.input().id();
  }

  /** 0 when no attempt is under way. */
  private static long heartbeatDeadline(StepState step) {
    long last = Math.max(step.times().attemptStartedAt(), step.times().lastBeaconAt());
    long timeout = step.declared().beaconTimeoutMs(); // 0 where no program runs
    boolean running = step.status() == StepPhase.RUNNING && timeout > 0;
    return running ? last + timeout : 0;
  }

  private static void messages(StepState step, Map<String, LedgerView.Delivery> all) {
    if (step.input() != null) {
      add(all, step, step.input(), step.isTerminal() ? endOfInput(step) : "running");
    }
    for (Mailbox mailbox : step.mailboxes()) {
      for (Message message : mailbox.messages()) {
        if (!step.isInput(message)) {
          add(all, step, message, step.isStarted() ? "running" : "blocked");
        }
      }
    }
  }

  /** What became of the step's input message. */
  private static String endOfInput(StepState step) {
    return step.outcome() == StepOutcome.FAILED ? "failed" : "acked";
  }

  private static void add(
      Map<String, LedgerView.Delivery> all, StepState step, Message message, String status) {
    all.put(
        message.id(),
        new LedgerView.Delivery(message.id(), step.id(), status, step.times().lastEventAt()));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
