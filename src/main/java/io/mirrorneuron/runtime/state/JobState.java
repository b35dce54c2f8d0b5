package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.DerivedId;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The whole state of one job: agents, steps and messages. Runs on the job's event loop. Storage:
 * {@link StoredFields}.
 */
public final class JobState {
  private final String jobId;
  private final JobDefinition definition;
  private final JobHeader header;
  private final Counters counters;
  private final Receipts receipts = new Receipts();
  private final MailboxSchedule schedule = new MailboxSchedule();
  private final Blobs blobs;
  private final Changes changes;
  private final Mailboxes mailboxes;
  private final Map<String, AgentState> agents = new LinkedHashMap<>();
  private Steps steps;
  private AskedQuestions questions = new AskedQuestions();

  /**
   * A new job.
   *
   * @param workflow as its author wrote it; of a system job the copy for the job's target is used
   * @param inlineLimit see {@link Blobs}
   */
  public JobState(String jobId, Workflow workflow, JobHeader header, int inlineLimit) {
    this(jobId, workflow, header, new Counters(), Blobs.of(inlineLimit, Map.of()));
  }

  /** A stored job, whose agents and steps {@link StateReader} fills in. */
  public JobState(
      String jobId, Workflow workflow, JobHeader header, Counters counters, Blobs blobs) {
    this.blobs = blobs;
    this.jobId = jobId;
    this.definition = header.origin().definition(workflow);
    this.header = header;
    this.counters = counters;
    this.changes = new Changes(blobs);
    this.mailboxes = new Mailboxes(schedule, changes);
    this.steps = new Steps(workflow().steps(), changes, this::agent);
  }

  // ---- reading

  public String jobId() {
    return jobId;
  }

  /** What the job runs; of a system job the copies for its targets. */
  public Workflow workflow() {
    return definition.workflow();
  }

  /** What it runs, with the pending redefinition. */
  public JobDefinition definition() {
    return definition;
  }

  public JobHeader header() {
    return header;
  }

  public Counters counters() {
    return counters;
  }

  /** Accepted messages from outside. */
  public Receipts receipts() {
    return receipts;
  }

  /** Questions of steps and agents to people. */
  public AskedQuestions questions() {
    return questions;
  }

  /** Where its agents run; null for a job of an earlier build. */
  public StoredPlan plan() {
    return definition.plan();
  }

  public MailboxSchedule schedule() {
    return schedule;
  }

  public Changes changes() {
    return changes;
  }

  public Mailboxes mailboxes() {
    return mailboxes;
  }

  /** The step ledger of the present round. */
  public Steps steps() {
    return steps;
  }

  public JobStatus status() {
    return header.status();
  }

  public boolean isRunning() {
    return status().isActive();
  }

  /** Whether the job, or the copy of it that the agent belongs to, has ended. */
  public boolean isOver(String agentId) {
    Targets targets = header.origin().targets();
    return status().isTerminal() || !targets.of(agentId).map(Target::isOpen).orElse(true);
  }

  /** Whether an agent has handled a message that takes time, or a program has started. */
  public boolean hasBegun() {
    return agents.values().stream().anyMatch(agent -> takesTime(agent) && agent.processed() > 0)
        || mailboxes.waiting().stream()
            .map(Mailbox::flight)
            .anyMatch(flight -> flight != null && flight.lease() != null);
  }

  private static boolean takesTime(AgentState agent) {
    AgentType type = agent.declared().type();
    return type == AgentType.EXECUTOR || type == AgentType.HUMAN;
  }

  /** Id of one round through all steps; a service makes many. */
  public String workflowRun() {
    return workflowRun(jobId, header.round());
  }

  public static String workflowRun(String jobId, int round) {
    return "wfr-" + DerivedId.of(jobId, "workflow run", round);
  }

  /** Agents that got at least one message. */
  public Iterable<AgentState> agents() {
    return agents.values();
  }

  public Stream<AgentState> streamAgents() {
    return agents.values().stream();
  }

  /** The agent's state, or null when it has got no message yet. */
  public AgentState peek(String id) {
    return agents.get(id);
  }

  public AgentState agent(String id) {
    return agents.computeIfAbsent(id, key -> new AgentState(declared(key), changes));
  }

  /** The agent's state, for reading only: does not create the agent in the job. */
  public AgentState view(String id) {
    AgentState known = agents.get(id);
    return known == null ? new AgentState(declared(id), changes) : known;
  }

  private Workflow.Agent declared(String id) {
    Workflow.Agent agent = workflow().agents().get(id);
    if (agent == null) {
      throw new IllegalStateException("the workflow of job " + jobId + " has no agent " + id);
    }
    return agent;
  }

  /** The mailbox, or null when there is no such agent or step. */
  public Mailbox mailbox(Mailbox.Address address) {
    if (address.stepId() == null) {
      return agent(address.agentId()).mailbox();
    }
    StepState step = steps.get(address.stepId());
    return step == null ? null : step.mailboxes().of(address.agentId());
  }

  /** Whether a mailbox or step can be looked at now, without waiting. */
  public boolean hasCandidates() {
    return !schedule.isEmpty() || steps.hasStepsToEvaluate();
  }

  /** Names of the blobs that the state holds. */
  public Set<String> blobs() {
    return blobs.names();
  }

  // ---- transitions

  public void plan(StoredPlan next) {
    definition.plan(next);
  }

  /** Updates the agents after a redefinition. */
  public void redefined() {
    agents.values().forEach(agent -> agent.define(declared(agent.id())));
  }

  /** Sets the nodes that run copies. */
  public void spread(Targets next) {
    definition.spread(next.nodes());
    header.origin(header.origin().on(next));
    redefined();
  }

  /** Begins another round: all steps are open again, and joins have collected nothing. */
  public void forgetRound() {
    for (StepState step : steps.all()) {
      step.mailboxes().forEach(mailboxes::clear);
      changes.forget(step);
    }
    agents.values().forEach(AgentState::forgetRound);
    steps = new Steps(workflow().steps(), changes, this::agent);
  }

  void restore(AskedQuestions stored) {
    questions = stored;
  }

  // ---- committing

  public boolean hasChanges() {
    return header.isChanged()
        || !changes.isEmpty()
        || receipts.isChanged()
        || questions.isChanged()
        || definition.isChanged();
  }

  /** What is to be written since the last call. */
  public Changes.Delta takeDelta() {
    String node = plan() == null ? null : plan().node();
    Changes.Delta delta = changes.take(node, header, counters, receipts).with(questions);
    delta.set().putAll(definition.takeChanged());
    return delta;
  }

  /** Puts messages into the mailboxes of a job and takes them out; tracks which are not empty. */
  public static final class Mailboxes {
    private final MailboxSchedule schedule;
    private final Changes changes;
    private final LinkedHashSet<Mailbox> waiting = new LinkedHashSet<>();

    Mailboxes(MailboxSchedule schedule, Changes changes) {
      this.schedule = schedule;
      this.changes = changes;
    }

    /** Mailboxes that are not empty, in the order in which they became so. */
    public Set<Mailbox> waiting() {
      return Collections.unmodifiableSet(waiting);
    }

    public void enqueue(Mailbox mailbox, Message message) {
      place(mailbox, message);
      changes.added(message);
    }

    /** Puts a stored message into its mailbox. */
    void place(Mailbox mailbox, Message message) {
      mailbox.append(message);
      waiting.add(mailbox);
      schedule.consider(mailbox);
    }

    /** Takes the head of the mailbox for good. */
    public Message consume(Mailbox mailbox) {
      Message message = mailbox.take();
      forget(mailbox, message);
      mailbox.owner().countProcessed();
      if (mailbox.isEmpty()) {
        waiting.remove(mailbox);
      } else {
        schedule.consider(mailbox);
      }
      return message;
    }

    /** Drops the messages of the mailbox. */
    public void clear(Mailbox mailbox) {
      mailbox.messages().forEach(message -> forget(mailbox, message));
      mailbox.clear();
      waiting.remove(mailbox);
    }

    public void clearAll() {
      List.copyOf(waiting).forEach(this::clear);
    }

    /** The input of a step stays stored: it may have to be worked on again. */
    private void forget(Mailbox mailbox, Message message) {
      if (mailbox.step() != null && mailbox.step().isInput(message)) {
        mailbox.step().consumeInput();
      } else {
        changes.removed(message);
      }
    }

    /** Queues the input of a step again, before all that waits. */
    public void requeueInput(StepState step) {
      step.restoreInput();
      Mailbox mailbox = step.inputMailbox();
      mailbox.putBack(step.input());
      waiting.add(mailbox);
    }
  }

  /**
   * Which mailboxes of a job are looked at next, and which must wait: for the end of a running
   * program, or for a full receiver.
   */
  public static final class MailboxSchedule {
    private final LinkedHashSet<Mailbox> candidates = new LinkedHashSet<>();

    /** Senders by the full receiver that they wait for, first come first served. */
    private final Map<Mailbox, LinkedHashSet<Mailbox>> held = new LinkedHashMap<>();

    private final LinkedHashSet<Mailbox> inLine = new LinkedHashSet<>();

    /** Mailboxes of steps that wait until the agent that works for them is free. */
    private final Map<AgentState, LinkedHashSet<Mailbox>> inLineForAgent = new HashMap<>();

    private int flying;
    private int flyingSteps;
    private int saturated;

    /** Ordered executions that are not parked. */
    public int flying() {
      return flying;
    }

    /** Executions of steps among {@link #flying}. */
    public int flyingSteps() {
      return flyingSteps;
    }

    /** How many mailboxes are full. */
    public int saturated() {
      return saturated;
    }

    // ---- to be looked at

    /**
     * Queues the mailbox for another look: its agent may be free, its waiting time over, or a
     * message there.
     */
    public void consider(Mailbox mailbox) {
      candidates.add(mailbox); // a mailbox in the queue keeps its place
    }

    /** The next mailbox whose agent may have something to do now, or null. */
    public Mailbox poll() {
      return candidates.isEmpty() ? null : candidates.removeFirst();
    }

    boolean isEmpty() {
      return candidates.isEmpty();
    }

    // ---- held back by a receiver that is full

    /** Skips the sender until {@link #releaseNext} reaches it in the queue of the receiver. */
    public void hold(Mailbox sender, Mailbox receiver) {
      held.computeIfAbsent(receiver, key -> new LinkedHashSet<>()).add(sender);
    }

    /**
     * Queues one of the senders that were held back for this receiver. One at a time: of a
     * thousand, most would only be held back again.
     */
    public void releaseNext(Mailbox receiver) {
      if (held.containsKey(receiver)) {
        consider(takeHeld(receiver));
      }
    }

    private Mailbox takeHeld(Mailbox receiver) {
      LinkedHashSet<Mailbox> senders = held.get(receiver);
      Mailbox sender = senders.removeFirst();
      if (senders.isEmpty()) {
        held.remove(receiver);
      }
      return sender;
    }

    public boolean isAnyHeld() {
      return !held.isEmpty();
    }

    /** A held sender, or null. */
    public Mailbox pollHeld() {
      return held.isEmpty() ? null : takeHeld(held.keySet().iterator().next());
    }

    public void pressure(Mailbox mailbox, MailboxPressure next) {
      saturated -= mailbox.isSaturated() ? 1 : 0;
      mailbox.press(next);
      saturated += mailbox.isSaturated() ? 1 : 0;
    }

    // ---- waiting for running programs

    /** The mailbox waits until fewer steps have a running program. */
    public void waitForStepSlot(Mailbox mailbox) {
      inLine.add(mailbox);
    }

    /** The mailbox waits until its agent is free. */
    public void waitForAgent(Mailbox mailbox) {
      lineForAgent(mailbox.owner()).add(mailbox);
    }

    /** The mailbox gives up its turn: queues the next ones in its queues instead. */
    public void passOn(Mailbox mailbox) {
      considerNextInLine();
      if (mailbox.owner().flying() == 0) {
        considerNextInLine(mailbox.owner());
      }
    }

    public void fly(Mailbox mailbox, Flight flight) {
      boolean flew = mailbox.isFlying();
      count(mailbox, -1);
      mailbox.fly(flight);
      count(mailbox, 1);
      if (mailbox.isFlying()) {
        inLine.remove(mailbox);
        lineForAgent(mailbox.owner()).remove(mailbox);
      } else if (flew) {
        considerNextInLine();
        considerNextInLine(mailbox.owner());
      }
    }

    /** Counts a stored mailbox. */
    void restored(Mailbox mailbox) {
      count(mailbox, 1);
      saturated += mailbox.isSaturated() ? 1 : 0;
    }

    private LinkedHashSet<Mailbox> lineForAgent(AgentState agent) {
      return inLineForAgent.computeIfAbsent(agent, key -> new LinkedHashSet<>());
    }

    private void considerNextInLine() {
      if (!inLine.isEmpty()) {
        consider(inLine.removeFirst());
      }
    }

    private void considerNextInLine(AgentState agent) {
      LinkedHashSet<Mailbox> line = lineForAgent(agent);
      if (!line.isEmpty()) {
        consider(line.removeFirst());
      }
    }

    private void count(Mailbox mailbox, int direction) {
      if (mailbox.isFlying()) {
        flying += direction;
        flyingSteps += mailbox.step() == null ? 0 : direction;
        mailbox.owner().countFlying(direction);
      }
    }
  }
}
