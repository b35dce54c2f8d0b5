package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.engine.StepState.Outcome;
import io.mirrorneuron.runtime.engine.StepState.Status;
import io.mirrorneuron.runtime.engine.Tally.Verdict;
import io.mirrorneuron.runtime.manifest.StepGraph.StepEdge;
import io.mirrorneuron.runtime.manifest.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The gate in front of agents that work for steps. A message for a step waits until the step's
 * parents are done; a step starts once, whatever else arrives; what its end means for its children
 * is decided here. {@code runtime.md} section 2.7.
 */
final class Ledger {
  private static final int SHOWN_PARENTS = 25;
  private static final String SENDER = "workflow_ledger";
  private static final String SUPERSEDED = "another message starts the step";

  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;

  Ledger(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
  }

  // ---- messages

  /** Puts the message where it belongs: into a mailbox, or before the gate of a step. */
  void post(Message message) {
    if (state.status().isTerminal()) {
      return; // the end of the step that sends it was the end of the job
    }
    Steps steps = state.steps;
    StepState source = steps.get(message.sourceStepId());
    StepState step = steps.receiver(message.to(), steps.get(message.stepId()), source);
    if (step == null) {
      enqueue(state.agent(message.to()).mailbox, message);
    } else {
      arrive(step, message.forStep(step.id, state.workflowRun()), source == step);
    }
  }

  private void enqueue(Mailbox mailbox, Message message) {
    state.enqueue(mailbox, message);
    new Backlog(state, turn).changed(mailbox);
  }

  private void arrive(StepState step, Message message, boolean fromWithin) {
    if (step.isTerminal()) {
      ignore(step, message, "the step is " + step.status.word());
    } else if (fromWithin || step.isStarted() && collects(step)) {
      state.enqueue(step.mailboxes.get(message.to()), message);
    } else if (step.isStarted()) {
      ignore(step, message, "the step has started");
    } else {
      keep(step, message);
      if (verdict(step) == Verdict.WAIT) {
        block(step, message);
      } else {
        evaluate(step);
      }
    }
  }

  /** Whether the agent of the step wants every message, and not only one to start with. */
  private static boolean collects(StepState step) {
    AgentType type = step.entry().owner.agent.type();
    return type == AgentType.AGGREGATOR || type == AgentType.SENSOR;
  }

  /** Of all that wait for a step, the one stays whose sender comes last in the manifest. */
  private void keep(StepState step, Message message) {
    if (!collects(step)) {
      for (Mailbox mailbox : step.mailboxes.values()) {
        Message other = mailbox.messages.peekFirst();
        if (other != null && rank(other) > rank(message)) {
          ignore(step, message, SUPERSEDED);
          return;
        }
        if (other != null) {
          ignore(step, other, SUPERSEDED);
          state.clear(mailbox);
        }
      }
    }
    state.enqueue(step.mailboxes.get(message.to()), message);
  }

  private long rank(Message message) {
    StepState source = state.steps.get(message.sourceStepId());
    boolean succeeded = source != null && source.outcome != Outcome.FAILED;
    return succeeded ? ((long) source.order << 32) + source.mapIndex + 1 : -1;
  }

  private void block(StepState step, Message message) {
    status(step, Status.BLOCKED);
    if (step.blockedAt == 0) {
      step.blockedAt = turn.now();
      ObjectNode members = fields(step).put("message_id", message.id());
      members.put("reason", "the message came before the parents of the step were done");
      members.set("blocked_on", unfinishedParents(step));
      turn.event("workflow_step_blocked", members);
    }
  }

  private ArrayNode unfinishedParents(StepState step) {
    ArrayNode parents = Json.MAPPER.createArrayNode();
    for (StepEdge edge : step.step.incoming()) {
      StepState parent = state.steps.get(edge.from());
      if (!parent.isTerminal() && parents.size() < SHOWN_PARENTS) {
        ObjectNode one = parents.addObject().put("from", parent.id);
        one.put("status", parent.status.word());
        edge.accepts().stream().sorted().forEach(one.putArray("accepts")::add);
      }
    }
    return parents;
  }

  private void ignore(StepState step, Message message, String reason) {
    ObjectNode members = fields(step).put("reason", reason).put("message_id", message.id());
    members.put("step_status", step.status.word());
    turn.event("workflow_step_duplicate_message_ignored", members);
  }

  // ---- starting

  /** Has it looked at whether the step may start now, or never can. */
  void evaluate(StepState step) {
    state.steps.unsettled().add(step);
  }

  /**
   * Evaluates what is to be evaluated. Agents that need no program have handled all they had by
   * then, so that a step sees every message that its parents have sent. Answers whether there was
   * anything.
   */
  boolean evaluateAll() {
    Set<StepState> unsettled = state.steps.unsettled();
    boolean any = !unsettled.isEmpty();
    while (!unsettled.isEmpty() && !state.status().isTerminal()) {
      StepState next = unsettled.iterator().next();
      unsettled.remove(next);
      evaluateNow(next);
    }
    return any;
  }

  private static Verdict verdict(StepState step) {
    return step.parents.verdict(step.step.trigger());
  }

  private void evaluateNow(StepState step) {
    if (step.isTerminal() || step.isStarted()) {
      return;
    }
    boolean hasMessage = step.hasMessage();
    switch (verdict(step)) {
      case WAIT -> status(step, hasMessage ? Status.BLOCKED : Status.PENDING);
      case NEVER ->
          end(step, Status.SKIPPED, Outcome.SKIPPED, "its trigger rule cannot hold any more");
      case START -> {
        if (hasMessage) {
          start(step);
        } else {
          ready(step);
        }
      }
    }
  }

  private void status(StepState step, Status status) {
    if (step.status != status) {
      step.status = status;
      state.changes.touch(step);
    }
  }

  private void start(StepState step) {
    List<Mailbox> filled =
        step.mailboxes.values().stream().filter(box -> !box.messages.isEmpty()).toList();
    step.input = filled.getFirst().messages.getFirst();
    step.attempt = 1;
    step.startedAt = turn.now();
    state.steps.expecting().remove(step);
    status(step, Status.QUEUED);
    filled.forEach(state.schedule::consider);
  }

  /** It may start but has nothing to start with; a message is made when none can come any more. */
  private void ready(StepState step) {
    status(step, Status.READY);
    state.steps.expecting().add(step);
    boolean onlyAfterFailure = !step.step.incoming().isEmpty() && !step.parents.anySuccess();
    if (onlyAfterFailure) {
      trigger(step);
    }
  }

  /**
   * Nothing can be handled now: steps that may start and to which no message is on its way get one
   * from the ledger. Answers whether there was such a step.
   */
  boolean atRest() {
    List<StepState> lonely =
        state.steps.expecting().stream().filter(step -> !new Upstream(state).isBusy(step)).toList();
    lonely.forEach(this::trigger);
    return !lonely.isEmpty();
  }

  private void trigger(StepState step) {
    ObjectNode body = Json.object();
    body.put("trigger_rule", step.step.trigger().rule().name().toLowerCase(java.util.Locale.ROOT));
    ArrayNode parents = body.putArray("parents");
    for (StepState parent : state.steps.parents(step)) {
      ObjectNode one = parents.addObject().put("step_id", parent.id);
      one.put("status", parent.status.word());
      one.put("outcome", parent.outcome == null ? null : parent.outcome.word());
      one.set("output", parent.output);
    }
    turn.event("workflow_step_triggered", fields(step));
    post(message(step, "workflow_trigger", body));
  }

  private Message message(StepState step, String type, ObjectNode body) {
    String agentId = step.entry().owner.agent.id();
    Message.Builder message = Message.builder(state.jobId, SENDER, agentId, type).body(body);
    message.id(Message.deriveId(state.workflowRun(), type + " " + step.id, 0));
    message.with("class", "command").with("timestamp", turn.timestamp());
    message.headers(Json.object().put(Message.STEP, step.id));
    return message.build(state.counters.nextMessage(), agentId);
  }

  // ---- the end of a step

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
    state.steps.children(step).forEach(this::evaluate);
    if (state.steps.areAllTerminal()) {
      life.stepsDone();
    }
  }

  private void close(StepState step, Status status, Outcome outcome, String reason) {
    step.reason = reason;
    step.outcome = outcome;
    closeAttempt(step, status.word());
    status(step, status);
    step.endedAt = turn.now();
    for (Mailbox mailbox : step.mailboxes.values()) {
      if (mailbox.flight != null) {
        turn.effect(new Effect.Stop(mailbox.flight.executionId()));
        state.fly(mailbox, null);
      }
      state.clear(mailbox);
    }
    state.steps.expecting().remove(step);
    tellEnd(step);
    state.steps.ended(step);
  }

  private void tellEnd(StepState step) {
    ObjectNode members = fields(step);
    members.put("outcome", step.outcome.word());
    if (step.reason != null) {
      members.put("reason", step.reason);
    }
    if (step.error != null && step.outcome == Outcome.FAILED) {
      members.set("error", step.error);
    }
    turn.event("workflow_step_" + step.status.word(), members);
  }

  private void closeAttempt(StepState step, String word) {
    if (step.attempt == 0 || step.status == Status.RETRY_WAIT) {
      return;
    }
    ObjectNode attempt = LedgerDocument.attempt(step, state.workflowRun());
    attempt.put("status", word).put("ended_at", turn.timestamp());
    step.attempts.add(attempt);
    if (step.attempts.size() > StepState.ATTEMPTS_KEPT) {
      step.attempts.removeFirst();
    }
    if (word.equals("completed")) {
      turn.event("workflow_step_attempt_completed", fields(step));
    }
  }

  // ---- failures

  /** The program ended well and printed that it failed, or asked for what cannot be. */
  void reportedFailure(StepState step, String reason) {
    failed(step, StepFailures.reported(step, reason));
  }

  void attemptFailed(StepState step, Executions.Outcome outcome, boolean mayRetry) {
    Failure failure = StepFailures.of(step, outcome, mayRetry);
    if (failure.category().equals("timeout")) {
      ObjectNode members = fields(step).put("reason", failure.desc());
      members.set("error", turn.error(failure, step.id));
      turn.event("workflow_step_attempt_timed_out", members);
    }
    failed(step, failure);
  }

  /** The attempt has failed: another one, or what the step's policy says. */
  private void failed(StepState step, Failure failure) {
    ObjectNode error = turn.error(failure, step.id);
    step.error = error;
    closeAttempt(step, "failed");
    if (failure.retryable() && step.attempt < step.step.retry().maxAttempts()) {
      retry(step, failure);
      return;
    }
    switch (step.step.required() ? step.step.failurePolicy() : null) {
      case FAIL_WORKFLOW -> {
        close(step, Status.FAILED, Outcome.FAILED, failure.desc());
        life.fail(failure);
      }
      case SKIP -> end(step, Status.SKIPPED, Outcome.FAILED, failure.desc());
      case CONTINUE, CONTINUE_PARTIAL -> end(step, Status.PARTIAL, Outcome.FAILED, failure.desc());
      case null -> end(step, Status.PARTIAL, Outcome.FAILED, failure.desc());
    }
  }

  private void retry(StepState step, Failure failure) {
    long at = turn.now() + Math.max(1, step.step.retry().delayAfter(step.attempt));
    ObjectNode members = fields(step).put("reason", failure.desc());
    members.set("error", step.error.deepCopy().put("severity", "WARN"));
    members.put("retry_at", Json.timestamp(java.time.Instant.ofEpochMilli(at)));
    members.put("next_attempt", step.attempt + 1);
    members.put("max_attempts", step.step.retry().maxAttempts());
    for (Mailbox mailbox : step.mailboxes.values()) {
      if (mailbox.flight != null) {
        turn.effect(new Effect.Stop(mailbox.flight.executionId()));
        state.fly(mailbox, null);
      }
      if (!mailbox.messages.isEmpty() && !step.isInput(mailbox.messages.getFirst())) {
        state.clear(mailbox);
      }
    }
    step.attempt++;
    step.deadlineAt = 0;
    status(step, Status.RETRY_WAIT);
    if (step.inputConsumed) {
      state.requeueInput(step);
    }
    Mailbox mailbox = step.inputMailbox();
    mailbox.attempt = step.attempt;
    mailbox.notBefore = at;
    turn.effect(new Effect.Wake(mailbox.address(), at));
    turn.event("workflow_step_attempt_retry_scheduled", members);
  }

  // ---- what programs ask for

  /** Of the children, only the named ones go on. */
  void branch(StepState step, List<String> chosen) {
    ObjectNode members = fields(step);
    chosen.forEach(members.putArray("branches")::add);
    turn.event("workflow_branch_selected", members);
    for (StepState child : state.steps.children(step)) {
      boolean open = !child.isTerminal() && !child.isStarted();
      if (open && !chosen.contains(child.step.id()) && !chosen.contains(child.id)) {
        end(child, Status.SKIPPED, Outcome.SKIPPED, "step " + step.id + " took another branch");
      }
    }
  }

  /** Everything that would come after the step and has not started is skipped. */
  void skipDownstream(StepState step) {
    Deque<StepState> next = new ArrayDeque<>(state.steps.children(step));
    StepState one;
    while ((one = next.pollFirst()) != null) {
      if (!one.isTerminal() && !one.isStarted()) {
        next.addAll(state.steps.children(one));
        end(one, Status.SKIPPED, Outcome.SKIPPED, "step " + step.id + " skipped what follows it");
      }
    }
  }

  /**
   * Has the targets done once for each item; see {@link Scatter}. The instances start when the
   * parents of their template are done.
   */
  void scatter(StepState step, Scatter scatter) {
    for (Scatter.Share share : scatter.shares()) {
      StepState template = share.template();
      template.status = Status.SKIPPED;
      template.outcome = Outcome.MAPPED;
      template.endedAt = turn.now();
      template.mailboxes.values().forEach(state::clear);
      state.changes.touch(template);
      List<StepState> instances = state.steps.scatter(template, share.items().size());
      state.steps.ended(template);
      turn.event("workflow_step_skipped", fields(template).put("outcome", "mapped"));
      for (int i = 0; i < instances.size(); i++) {
        StepState instance = instances.get(i);
        Message item = message(instance, "workflow_scatter_item", share.items().get(i));
        state.enqueue(instance.entry(), item.forStep(instance.id, state.workflowRun()));
        state.changes.touch(instance);
      }
    }
    ObjectNode members = fields(step).put("items", scatter.count());
    ArrayNode targets = members.putArray("targets");
    scatter.shares().forEach(share -> targets.add(share.template().id));
    turn.event("workflow_step_scattered", members);
    scatter.shares().stream()
        .filter(share -> share.items().isEmpty())
        .forEach(share -> state.steps.children(share.template()).forEach(this::evaluate));
  }

  // ---- attempts

  /** Its program, or its next agent, waits for its turn or its slots: that has no limit. */
  void queued(StepState step) {
    step.deadlineAt = 0;
    status(step, Status.QUEUED);
  }

  /**
   * Whether the mailbox's step may be worked on now; if only not yet, it will be looked at again.
   */
  boolean admits(Mailbox mailbox) {
    StepState step = mailbox.step;
    int most = state.steps.graph().maxParallel();
    if (most > 0 && state.schedule.flyingSteps() >= most) {
      state.schedule.lineUp(mailbox);
      return false;
    }
    boolean open = step.isStarted() && !step.isTerminal();
    boolean busy = !step.isInstance() && mailbox.owner.flying > 0;
    if (open && busy) {
      mailbox.owner.inLine.add(mailbox);
    }
    if (!open || busy) {
      state.schedule.passOn(mailbox);
    }
    return open && !busy;
  }

  /** What works for the step is no program, which has its own limit, and has taken too long. */
  void expire(Mailbox mailbox) {
    StepState step = mailbox.step;
    boolean overdue = step.deadlineAt != 0 && step.deadlineAt <= turn.now();
    if (overdue && step.status == Status.RUNNING && !step.isFlying()) {
      failed(step, StepFailures.overdue(step));
    }
  }

  /** The attempt begins: its program has its slots, or its agent needs none. */
  void begun(Mailbox mailbox, long at) {
    StepState step = mailbox.step;
    if (step == null || step.isTerminal()) {
      return;
    }
    step.attemptStartedAt = at;
    step.lastBeaconAt = 0;
    step.deadlineAt = step.step.timeoutMs() == 0 ? 0 : at + step.step.timeoutMs();
    status(step, Status.RUNNING);
    state.changes.touch(step);
    ObjectNode members = fields(step).put("message_id", step.input.id());
    ObjectNode attempt = LedgerDocument.attempt(step, state.workflowRun());
    for (String member : new String[] {"deadline_at", "heartbeat_deadline_at", "idempotency_key"}) {
      members.set(member, attempt.get(member));
    }
    if (mailbox.flight != null && mailbox.flight.delivery() > 1) {
      members.put("delivery", mailbox.flight.delivery());
    }
    turn.event("workflow_step_attempt_started", members);
  }

  void beacon(StepState step, ObjectNode payload) {
    step.lastBeaconAt = turn.now();
    step.lastEventAt = turn.now();
    state.changes.touch(step);
    ObjectNode members = fields(step);
    for (String member : new String[] {"message", "source", "status", "sequence"}) {
      if (payload.hasNonNull(member)) {
        members.set("status".equals(member) ? "beacon_status" : member, payload.get(member));
      }
    }
    turn.event("workflow_step_beacon", members);
  }

  /** Who is meant, in every event about a step. */
  ObjectNode fields(StepState step) {
    step.lastEventAt = turn.now();
    ObjectNode fields = Json.object().put("step", step.id).put("step_id", step.id);
    fields.put("agent_id", step.entry().owner.agent.id());
    if (step.attempt > 0) {
      fields.put("attempt_id", step.attemptId()).put("attempt", step.attempt);
    }
    return fields.put("status", step.status.word());
  }
}
