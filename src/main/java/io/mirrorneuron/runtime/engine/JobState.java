package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.DerivedId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The whole state of one job, confined to its lane: its agents, its steps and its mail. How it is
 * stored: {@link StoredFields}.
 */
final class JobState {
  final String jobId;
  final Workflow workflow;
  final JobHeader header;
  final Counters counters;
  final Receipts receipts = new Receipts();
  final Schedule schedule = new Schedule();
  final Changes changes;

  /** How many agents of the graph run programs. */
  final int executorCount;

  /** The step ledger of the present round. */
  Steps steps;

  private final Map<String, AgentState> agents = new LinkedHashMap<>();
  private final LinkedHashSet<Mailbox> waiting = new LinkedHashSet<>();
  private final Blobs blobs;

  /**
   * A job that has just begun.
   *
   * @param workflow as its author wrote it; of a system job the copy for the job's target is used
   * @param inlineLimit see {@link Blobs}
   */
  JobState(String jobId, Workflow workflow, JobHeader header, int inlineLimit) {
    this(jobId, workflow, header, new Counters(), Blobs.of(inlineLimit, Map.of()));
  }

  /** A job of which {@link StateReader} knows more. */
  JobState(String jobId, Workflow workflow, JobHeader header, Counters counters, Blobs blobs) {
    this.blobs = blobs;
    this.jobId = jobId;
    this.workflow = header.target() == null ? workflow : workflow.onTarget(header.target());
    this.header = header;
    this.counters = counters;
    this.changes = new Changes(blobs);
    this.steps = new Steps(this.workflow.steps(), this::agent);
    this.executorCount =
        (int)
            workflow.agents().values().stream()
                .filter(agent -> agent.type() == AgentType.EXECUTOR)
                .count();
  }

  // ---- reading

  JobStatus status() {
    return header.status();
  }

  boolean isRunning() {
    return status() == JobStatus.RUNNING;
  }

  /** Names one pass through all steps; a service makes many. */
  String workflowRun() {
    return workflowRun(jobId, header.round());
  }

  static String workflowRun(String jobId, int round) {
    return "wfr-" + DerivedId.of(jobId, "workflow run", round);
  }

  /** Agents that got at least one message. */
  Iterable<AgentState> agents() {
    return agents.values();
  }

  Stream<AgentState> streamAgents() {
    return agents.values().stream();
  }

  /** The agent's state, or null when no message has reached it yet. */
  AgentState peek(String id) {
    return agents.get(id);
  }

  AgentState agent(String id) {
    return agents.computeIfAbsent(id, key -> new AgentState(declared(key)));
  }

  private Workflow.Agent declared(String id) {
    Workflow.Agent agent = workflow.agents().get(id);
    if (agent == null) {
      throw new IllegalStateException("the workflow of job " + jobId + " has no agent " + id);
    }
    return agent;
  }

  /** The mailbox, or null when there is no such agent or step. */
  Mailbox mailbox(Address address) {
    if (address.stepId() == null) {
      return agent(address.agentId()).mailbox;
    }
    StepState step = steps.get(address.stepId());
    return step == null ? null : step.mailboxes.get(address.agentId());
  }

  /** Mailboxes that hold something, in the order in which it came. */
  Set<Mailbox> waiting() {
    return waiting;
  }

  /** Whether there is something to look at that needs no waiting. */
  boolean hasCandidates() {
    return !schedule.isEmpty() || !steps.unsettled().isEmpty();
  }

  /** Names of the blobs that the state holds. */
  Set<String> blobs() {
    return blobs.names();
  }

  // ---- mail

  void enqueue(Mailbox mailbox, Message message) {
    place(mailbox, message);
    changes.added(message);
  }

  /** Puts a message that is stored already into its mailbox. */
  void place(Mailbox mailbox, Message message) {
    mailbox.messages.addLast(message);
    waiting.add(mailbox);
    schedule.consider(mailbox);
  }

  /** Takes the head of the mailbox for good. */
  Message consume(Mailbox mailbox) {
    Message message = mailbox.messages.removeFirst();
    forget(mailbox, message);
    mailbox.owner.processed++;
    mailbox.rewind();
    changes.touch(mailbox);
    changes.touch(mailbox.owner);
    if (mailbox.messages.isEmpty()) {
      waiting.remove(mailbox);
    } else {
      schedule.consider(mailbox);
    }
    return message;
  }

  /** Drops what waits in the mailbox: it will not be handled any more. */
  void clear(Mailbox mailbox) {
    mailbox.messages.forEach(message -> forget(mailbox, message));
    mailbox.messages.clear();
    mailbox.rewind();
    waiting.remove(mailbox);
    changes.touch(mailbox);
  }

  /** Drops every waiting message. */
  void clearMailboxes() {
    List.copyOf(waiting).forEach(this::clear);
  }

  /** The input of a step stays stored: it may have to be worked on again. */
  private void forget(Mailbox mailbox, Message message) {
    if (mailbox.step != null && mailbox.step.isInput(message)) {
      mailbox.step.inputConsumed = true;
    } else {
      changes.removed(message);
    }
  }

  void pressure(Mailbox mailbox, Pressure next) {
    schedule.pressure(mailbox, next);
    changes.touch(mailbox);
  }

  /**
   * @param flight null when the mailbox's execution has ended
   */
  void fly(Mailbox mailbox, Mailbox.Flight flight) {
    schedule.fly(mailbox, flight);
    changes.touch(mailbox);
  }

  // ---- steps

  void status(StepState step, StepState.Status status) {
    if (step.status != status) {
      step.status = status;
      changes.touch(step);
    }
  }

  void output(StepState step, JsonNode output) {
    step.output = output;
    changes.output(step);
  }

  /** Notes what a step that has ended was started with. */
  void keepInput(StepState step, Message input) {
    step.input = input;
    step.inputConsumed = true;
    changes.added(input);
    changes.touch(step);
  }

  /** Puts the input of a step back in front of its mailbox. */
  void requeueInput(StepState step) {
    step.inputConsumed = false;
    Mailbox mailbox = step.inputMailbox();
    mailbox.messages.addFirst(step.input);
    waiting.add(mailbox);
    changes.touch(step);
  }

  /** Another round begins: steps are open again, and joins empty. */
  void forgetRound() {
    for (StepState step : steps.all()) {
      step.mailboxes.values().forEach(this::clear);
      changes.forget(step);
    }
    for (AgentState agent : agents.values()) {
      changes.forgetCollected(agent);
      agent.forgetRound();
    }
    steps = new Steps(workflow.steps(), this::agent);
  }

  // ---- committing

  boolean hasChanges() {
    return header.isChanged() || !changes.isEmpty() || receipts.isChanged();
  }

  /** What is to be written since the last call. */
  Changes.Delta takeDelta() {
    return changes.take(header, counters, receipts);
  }
}
