package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.LedgerSnapshot;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.runtime.workflow.RestartPolicy.RecoveryStrategy;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** Begins and ends a job: by completion, by failure, by cancellation. */
final class LifeCycle {
  private final JobState state;
  private final Turn turn;
  private final SystemJobCopies copies;

  LifeCycle(JobState state, Turn turn) {
    this.state = state;
    this.turn = turn;
    this.copies = new SystemJobCopies(state, turn);
  }

  /** Whether it is a service or a system job, which end only on command. */
  boolean isLasting() {
    JobType type = state.workflow().jobType();
    return type == JobType.SERVICE || type == JobType.SYSTEM;
  }

  void begin(String nodeName, Input.Start how) {
    String submitter = state.header().subjects().submittedBy();
    turn.event("job_pending", Subjects.put(Json.object(), Subjects.SUBMITTED_BY, submitter));
    turn.event("job_validated");
    if (!state.workflow().warnings().isEmpty()) {
      ObjectNode reported = Json.object();
      reported.set("warnings", Json.MAPPER.valueToTree(state.workflow().warnings()));
      turn.event("job_warnings", reported);
    }
    StrategyNews.tell(state, turn, how.observed());
    turn.event("job_scheduled", Json.object().put("node", nodeName));
    state.header().status(JobStatus.RUNNING, turn.now());
    turn.event("job_running");
    if (!state.steps().isEmpty()) {
      ObjectNode members = Json.object().put("steps", state.steps().all().size());
      turn.event("workflow_graph_compiled", members.put("run_id", state.workflowRun()));
      state.steps().reconsider(state.steps().all());
    }
  }

  // ---- completion

  /** An agent completes the job. With steps, this takes effect once all steps have ended. */
  void complete(Mailbox mailbox, JsonNode output) {
    String agentId = mailbox.agentId();
    if (state.status().isTerminal() || state.status() == JobStatus.CANCELLING) {
      ignore(agentId, "job is " + state.status().word());
      return;
    }
    ObjectNode result = Json.object().put("agent_id", agentId);
    result.set("output", output);
    if (!state.steps().areAllTerminal()) {
      defer(agentId, result);
    } else if (isLasting() && state.steps().isEmpty()) {
      copies.tell(agentId, result);
      new GraphRounds(state, turn, this).schedule(mailbox.owner());
    } else {
      completed(result);
    }
  }

  private void ignore(String agentId, String reason) {
    turn.agentEvent("workflow_completion_ignored", agentId, Json.object().put("reason", reason));
  }

  private void defer(String agentId, ObjectNode result) {
    if (state.header().pendingCompletion() != null) {
      ignore(agentId, "a completion waits already for the open steps");
      return;
    }
    ObjectNode pending = Json.object().put("agent_id", agentId);
    pending.set("result", result);
    state.header().pendingCompletion(pending.put("received_at", turn.timestamp()));
    ObjectNode payload = Json.object().put("reason", "steps are still open");
    turn.agentEvent("workflow_completion_deferred", agentId, payload);
  }

  /** Every step has ended: a pending completion takes effect. */
  void stepsDone() {
    JsonNode pending = state.header().pendingCompletion();
    if (pending != null && !state.status().isTerminal()) {
      turn.agentEvent("workflow_completion_resumed", pending.get("agent_id").asText(), null);
      completed((ObjectNode) pending.get("result"));
    }
  }

  void completed(ObjectNode result) {
    completed(copies.nodeOf(result.path("agent_id").asText(null)), result);
  }

  /** Completes the copy of a node in a system job; after the last copy, the job. */
  void completed(String node, ObjectNode result) {
    if (state.workflow().jobType() != JobType.SYSBATCH || copies.completed(node, result)) {
      finished(result);
    }
  }

  private void finished(ObjectNode result) {
    finish(JobStatus.COMPLETED, result);
    if (!state.steps().isEmpty()) {
      result.set("workflow_state", LedgerSnapshot.outline(state));
    }
    ObjectNode members = Json.object();
    if (result.hasNonNull("agent_id")) {
      members.set("agent_id", result.get("agent_id"));
    }
    members.set("result", result);
    turn.event("job_completed", members);
  }

  void spread(Input.Spread order, Ledger ledger) {
    GraphRounds rounds = new GraphRounds(state, turn, this);
    copies.order(order).forEach(node -> rounds.seed(ledger, node));
    copies.rest().ifPresent(this::finished);
  }

  // ---- other ends

  void fail(Failure failure) {
    String where = failure.agentId() == null ? "job" : failure.agentId();
    ObjectNode error = turn.error(failure, where);
    ObjectNode result = Json.object();
    if (failure.agentId() != null) {
      result.put("agent_id", failure.agentId());
    }
    if (failure.stepId() != null) {
      result.put("step_id", failure.stepId());
    }
    result.set("error", error);
    result.put("reason", failure.desc()).put("status_reason", failure.desc());
    state.header().failure(error);
    finish(JobStatus.FAILED, result);
    turn.event("job_failed", result);
  }

  /** Pauses the job, at once or when its programs have ended. */
  void pause(Input.Pause pause) {
    if (state.isRunning()) {
      ObjectNode members = Json.object().put("drain", pause.drain());
      turn.event("job_pausing", Subjects.put(members, "by", pause.by()));
      state.header().subjects(state.header().subjects().withPausedBy(pause.by()));
      state.header().status(JobStatus.PAUSING, turn.now());
    }
    if (state.status() == JobStatus.PAUSING && !pause.drain()) {
      stop(JobStatus.PAUSING);
    }
  }

  /** All programs of a pausing job have ended. */
  void paused() {
    state.header().status(JobStatus.PAUSED, turn.now());
    String by = state.header().subjects().pausedBy();
    turn.event("job_paused", Subjects.put(Json.object(), "by", by));
  }

  /** Cancels the job as soon as all of its programs have ended. Idempotent. */
  void cancel(Input.Cancel cancel) {
    if (state.status() != JobStatus.CANCELLING) {
      Subjects subjects = state.header().subjects();
      state.header().subjects(subjects.withCancelledBy(cancel.by(), cancel.reason()));
    }
    stop(JobStatus.CANCELLING);
  }

  /** All programs of a job that is being cancelled have ended. */
  void cancelled() {
    Subjects subjects = state.header().subjects();
    finish(JobStatus.CANCELLED, subjects.cancellation());
    turn.event("job_cancelled", subjects.cancelEvent());
  }

  private void finish(JobStatus status, ObjectNode result) {
    for (Mailbox mailbox : state.mailboxes().waiting()) {
      if (mailbox.flight() != null) {
        turn.effect(new Effect.Stop(mailbox.flight().executionId()));
        state.schedule().fly(mailbox, null);
      }
    }
    state.mailboxes().clearAll();
    state.definition().end();
    state.header().result(result);
    state.header().recovery(null);
    state.header().pendingCompletion(null);
    state.header().status(status, turn.now());
  }

  // ---- waiting for a person

  /**
   * Stops the job until a person resumes it.
   *
   * @param agentId that caused it, or null
   */
  void review(String reason, String agentId) {
    ObjectNode recovery = Json.object();
    recovery.put("status", "paused_for_review").put("reason", reason);
    recovery.put("requires_review", true).put("can_resume", true);
    recovery.put("updated_at", turn.timestamp());
    state.header().recovery(recovery);
    ObjectNode members = Json.object();
    if (agentId != null) {
      members.put("agent_id", agentId);
    }
    turn.event("job_paused_for_manual_restart", members.put("reason", reason));
    stop(JobStatus.PAUSING);
  }

  /** The same as a command: a job that is paused or pausing stays so. */
  void review(Input.Review order) {
    if (state.isRunning()) {
      review(order.reason(), null);
    }
  }

  /** Stops running programs; the job has this status until they are gone. */
  void stop(JobStatus meanwhile) {
    state.header().status(meanwhile, turn.now());
    for (Mailbox mailbox : state.mailboxes().waiting()) {
      if (mailbox.isFlying()) {
        turn.effect(new Effect.Stop(mailbox.flight().executionId()));
      }
    }
  }

  /**
   * Records once the recovery strategy that was chosen at submission. Nothing is recorded for a job
   * on a single node unless its author asked for a cluster.
   */
  private static final class StrategyNews {
    /** Members of the event of a job that gets less than it asked for. */
    private record Degraded(String mode, String reason, List<String> observedNodes) {}

    private StrategyNews() {}

    /**
     * @param observed names of the nodes that were alive; empty: nothing was decided now
     */
    public static void tell(JobState state, Turn turn, List<String> observed) {
      boolean moves = state.header().origin().moves();
      RecoveryStrategy strategy = RecoveryStrategy.of(state.workflow(), moves, observed);
      if (observed.size() > 1 || !observed.isEmpty() && strategy.degraded()) {
        turn.event("reliability_strategy_resolved", Json.MAPPER.valueToTree(strategy));
      }
      if (!observed.isEmpty() && strategy.degraded()) {
        Degraded less = new Degraded(strategy.mode(), strategy.reason(), observed);
        turn.event("job_reliability_degraded", Json.MAPPER.valueToTree(less));
      }
    }
  }
}
