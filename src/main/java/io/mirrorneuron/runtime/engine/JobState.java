package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.Workflow;
import io.mirrorneuron.runtime.manifest.Workflow.AgentType;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The whole state of one job, confined to its lane. It remembers what changed since the last
 * commit, field by field, so that a commit costs what the turn touched and not what the job holds.
 *
 * <p>Fields in the store: {@code h} header, {@code c} counters, {@code a:<agent>} agent record,
 * {@code s:<step>} step record, {@code o:<step>} its output, {@code m:<seq>} message that waits or
 * was the input of a step, {@code g:<agent>:<n>} collected body with its sender, {@code x:<n>}
 * receipt.
 */
final class JobState {
  static final String HEADER = "h";
  private static final String COUNTERS = "c";

  final String jobId;
  final Workflow workflow;
  final JobHeader header;

  /** How many agents of the graph run programs. */
  final int executorCount;

  /** The step ledger of the present round. */
  Steps steps;

  final Receipts receipts = new Receipts();

  private final Map<String, AgentState> agents = new LinkedHashMap<>();
  private final LinkedHashSet<Mailbox> waiting = new LinkedHashSet<>();
  private final Deque<Mailbox> candidates = new ArrayDeque<>();
  private final LinkedHashSet<Mailbox> held = new LinkedHashSet<>();
  private final LinkedHashSet<Mailbox> inLine = new LinkedHashSet<>();
  private int flying;
  private int flyingSteps;
  private int saturated;
  private long messages;
  private long events;
  private String lastEvent;

  private final Set<AgentState> changedAgents = new LinkedHashSet<>();
  private final Set<StepState> changedSteps = new LinkedHashSet<>();
  private final Map<Long, Message> addedMessages = new LinkedHashMap<>();
  private final Map<String, String> addedFields = new LinkedHashMap<>();
  private final List<String> deleted = new ArrayList<>();

  JobState(String jobId, Workflow workflow, JobHeader header) {
    this.jobId = jobId;
    this.workflow = workflow;
    this.header = header;
    this.steps = new Steps(workflow.steps(), this::agent);
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

  String lastEvent() {
    return lastEvent;
  }

  /** Executions that are ordered and not parked. */
  int flying() {
    return flying;
  }

  /** Executions of steps among {@link #flying}. */
  int flyingSteps() {
    return flyingSteps;
  }

  /** How many mailboxes are full. */
  int saturated() {
    return saturated;
  }

  /** Names one pass through all steps; a service makes many. */
  String workflowRun() {
    return workflowRun(jobId, header.round());
  }

  static String workflowRun(String jobId, int round) {
    return "wfr-" + Message.deriveId(jobId, "workflow run", round);
  }

  long lastEventSeq() {
    return events;
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

  /** The next mailbox whose agent may have something to do now, or null. */
  Mailbox pollCandidate() {
    Mailbox next = candidates.pollFirst();
    if (next != null) {
      next.candidate = false;
    }
    return next;
  }

  /** Whether there is something to look at that needs no waiting. */
  boolean hasCandidates() {
    return !candidates.isEmpty() || !steps.unsettled().isEmpty();
  }

  // ---- changing

  long nextMessageSeq() {
    return ++messages;
  }

  long nextEventSeq(String description) {
    lastEvent = description;
    return ++events;
  }

  void touch(AgentState agent) {
    changedAgents.add(agent);
  }

  void touch(StepState step) {
    changedSteps.add(step);
  }

  void touch(Mailbox mailbox) {
    if (mailbox.step == null) {
      changedAgents.add(mailbox.owner);
    } else {
      changedSteps.add(mailbox.step);
    }
  }

  /** Has the mailbox looked at again: its agent may be free, due or have mail. */
  void consider(Mailbox mailbox) {
    if (!mailbox.candidate) {
      mailbox.candidate = true;
      candidates.addLast(mailbox);
    }
  }

  /** Leaves the mailbox alone until {@link #releaseHeld}: a receiver of its agent is full. */
  void hold(Mailbox mailbox) {
    held.add(mailbox);
  }

  void releaseHeld() {
    held.forEach(this::consider);
    held.clear();
  }

  boolean isAnyHeld() {
    return !held.isEmpty();
  }

  /** One of those that are held, or null. */
  Mailbox pollHeld() {
    return held.isEmpty() ? null : held.removeFirst();
  }

  void pressure(Mailbox mailbox, Pressure next) {
    saturated +=
        (next == Pressure.SATURATED ? 1 : 0) - (mailbox.pressure == Pressure.SATURATED ? 1 : 0);
    mailbox.pressure = next;
    touch(mailbox);
  }

  void fly(Mailbox mailbox, Mailbox.Flight flight) {
    boolean flew = mailbox.isFlying();
    count(mailbox, -1);
    mailbox.flight = flight;
    count(mailbox, 1);
    touch(mailbox);
    if (mailbox.isFlying()) {
      inLine.remove(mailbox);
      mailbox.owner.inLine.remove(mailbox);
    } else if (flew) {
      considerNext(inLine);
      considerNext(mailbox.owner.inLine);
    }
  }

  /** The mailbox waits until fewer steps are at work. */
  void lineUp(Mailbox mailbox) {
    inLine.add(mailbox);
  }

  /** Whoever waits for fewer steps at work may be looked at: the place was not taken. */
  void passOn() {
    considerNext(inLine);
  }

  private void considerNext(Set<Mailbox> line) {
    if (!line.isEmpty()) {
      Mailbox next = line.iterator().next();
      line.remove(next);
      consider(next);
    }
  }

  /** Another round begins: steps are open again, and joins empty. */
  void forgetRound() {
    for (StepState step : steps.all()) {
      step.mailboxes.values().forEach(this::clear);
      if (step.input != null && addedMessages.remove(step.input.seq()) == null) {
        deleted.add("m:" + step.input.seq());
      }
      deleted.add("s:" + step.id);
      deleted.add("o:" + step.id);
      addedFields.remove("o:" + step.id);
    }
    changedSteps.clear();
    for (AgentState agent : agents.values()) {
      for (int n = 1; n <= agent.collected.size(); n++) {
        addedFields.remove("g:" + agent.agent.id() + ":" + n);
        deleted.add("g:" + agent.agent.id() + ":" + n);
      }
      agent.forgetRound();
      touch(agent);
    }
    steps = new Steps(workflow.steps(), this::agent);
  }

  private void count(Mailbox mailbox, int direction) {
    if (mailbox.isFlying()) {
      flying += direction;
      flyingSteps += mailbox.step == null ? 0 : direction;
      mailbox.owner.flying += direction;
    }
  }

  void enqueue(Mailbox mailbox, Message message) {
    mailbox.messages.addLast(message);
    waiting.add(mailbox);
    consider(mailbox);
    addedMessages.put(message.seq(), message);
  }

  /** Takes the head of the mailbox for good. */
  Message consume(Mailbox mailbox) {
    Message message = mailbox.messages.removeFirst();
    forget(mailbox, message);
    mailbox.owner.processed++;
    mailbox.rewind();
    touch(mailbox);
    touch(mailbox.owner);
    if (mailbox.messages.isEmpty()) {
      waiting.remove(mailbox);
    } else {
      consider(mailbox);
    }
    return message;
  }

  /** Drops what waits in the mailbox: it will not be handled any more. */
  void clear(Mailbox mailbox) {
    mailbox.messages.forEach(message -> forget(mailbox, message));
    mailbox.messages.clear();
    mailbox.rewind();
    waiting.remove(mailbox);
    touch(mailbox);
  }

  /** Drops every waiting message. */
  void clearMailboxes() {
    List.copyOf(waiting).forEach(this::clear);
  }

  void collected(AgentState agent, String sender, JsonNode body) {
    addedFields.put(
        "g:" + agent.agent.id() + ":" + agent.collected.size(),
        Json.write(Json.MAPPER.createArrayNode().add(sender).add(body)));
    touch(agent);
  }

  void output(StepState step, JsonNode output) {
    step.output = output;
    addedFields.put("o:" + step.id, Json.write(output));
    touch(step);
  }

  /** Notes what a step that has ended was started with. */
  void keepInput(StepState step, Message input) {
    step.input = input;
    step.inputConsumed = true;
    addedMessages.put(input.seq(), input);
    touch(step);
  }

  /** Puts the input of a step back in front of its mailbox. */
  void requeueInput(StepState step) {
    step.inputConsumed = false;
    Mailbox mailbox = step.entry();
    mailbox.messages.addFirst(step.input);
    waiting.add(mailbox);
    touch(step);
  }

  /** The input of a step stays stored: it may have to be worked on again. */
  private void forget(Mailbox mailbox, Message message) {
    if (mailbox.step != null && mailbox.step.isInput(message)) {
      mailbox.step.inputConsumed = true;
    } else if (addedMessages.remove(message.seq()) == null) {
      deleted.add("m:" + message.seq());
    }
  }

  // ---- the store's side

  boolean hasChanges() {
    return header.isChanged()
        || !changedAgents.isEmpty()
        || !changedSteps.isEmpty()
        || !addedMessages.isEmpty()
        || !deleted.isEmpty()
        || receipts.isChanged();
  }

  /** The fields to write and to delete since the last call; the memory of changes is emptied. */
  Delta takeDelta() {
    Map<String, String> set = new LinkedHashMap<>();
    if (header.isChanged()) {
      set.put(HEADER, header.write());
    }
    set.put(COUNTERS, messages + "," + events + "," + (lastEvent == null ? "" : lastEvent));
    for (AgentState agent : changedAgents) {
      set.put("a:" + agent.agent.id(), agent.write());
    }
    for (StepState step : changedSteps) {
      set.put("s:" + step.id, step.write());
    }
    for (Message message : addedMessages.values()) {
      set.put("m:" + message.seq(), Json.write(message.json()));
    }
    set.putAll(addedFields);
    set.putAll(receipts.takeAdded());
    Delta delta = new Delta(set, List.copyOf(deleted));
    changedAgents.clear();
    addedMessages.clear();
    addedFields.clear();
    changedSteps.clear();
    deleted.clear();
    return delta;
  }

  record Delta(Map<String, String> set, List<String> delete) {}

  static JobState read(StoredJob stored, Workflow workflow) {
    try {
      JobState state = new JobState(stored.jobId(), workflow, readHeader(stored));
      state.readCounters(stored.fields().getOrDefault(COUNTERS, "0,0,"));
      state.readAgents(stored.fields());
      state.readSteps(stored.fields());
      state.readMail(stored.fields());
      state.receipts.read(stored.fields());
      return state;
    } catch (JsonProcessingException | NumberFormatException | ClassCastException e) {
      throw damaged(stored, e);
    }
  }

  /** The counters field after one more event, written by somebody who cannot read the rest. */
  static Map<String, String> countersAfter(long lastEventSeq, String type, StoredJob stored) {
    String[] parts = stored.fields().getOrDefault(COUNTERS, "0").split(",", 2);
    return Map.of(COUNTERS, parts[0] + "," + lastEventSeq + "," + type);
  }

  /** The header alone: what can be known of a job whose manifest means nothing any more. */
  static JobHeader readHeader(StoredJob stored) {
    try {
      return JobHeader.read(Json.parse(stored.fields().get(HEADER)));
    } catch (JsonProcessingException | RuntimeException e) {
      throw damaged(stored, e);
    }
  }

  static Map<String, String> headerField(JobHeader header) {
    return Map.of(HEADER, header.write());
  }

  private static IllegalStateException damaged(StoredJob stored, Exception cause) {
    return new IllegalStateException(
        "stored state of job " + stored.jobId() + " is damaged: " + cause.getMessage(), cause);
  }

  /** The number of the last event that these fields know of. */
  static long lastEventSeq(Map<String, String> fields) {
    try {
      return Long.parseLong(fields.getOrDefault(COUNTERS, "0,0,").split(",", 3)[1]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalStateException("stored counters are damaged", e);
    }
  }

  private void readCounters(String text) {
    String[] parts = text.split(",", 3);
    messages = Long.parseLong(parts[0]);
    events = Long.parseLong(parts[1]);
    lastEvent = parts[2].isEmpty() ? null : parts[2];
  }

  private void readAgents(Map<String, String> fields) throws JsonProcessingException {
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (field.getKey().startsWith("a:")) {
        AgentState agent = agent(field.getKey().substring(2));
        agent.read(Json.parse(field.getValue()));
        count(agent.mailbox, 1);
        saturated += agent.mailbox.pressure == Pressure.SATURATED ? 1 : 0;
      }
    }
    for (AgentState agent : agents.values()) {
      String stored;
      for (int n = 1; (stored = fields.get("g:" + agent.agent.id() + ":" + n)) != null; n++) {
        JsonNode collected = Json.parse(stored);
        agent.collect(collected.get(0).asText(), collected.get(1));
      }
    }
  }

  private void readSteps(Map<String, String> fields) throws JsonProcessingException {
    Map<StepState, JsonNode> records = new LinkedHashMap<>();
    for (StepState step : List.copyOf(steps.all())) {
      readStep(step, fields, records);
    }
    records.keySet().stream().filter(StepState::isTerminal).forEach(steps::ended);
    steps.all().stream().filter(step -> !step.isTerminal()).forEach(steps.unsettled()::add);
  }

  private void readStep(
      StepState step, Map<String, String> fields, Map<StepState, JsonNode> records)
      throws JsonProcessingException {
    String stored = fields.get("s:" + step.id);
    if (stored == null) {
      return;
    }
    JsonNode record = Json.parse(stored);
    step.read(record);
    records.put(step, record);
    String output = fields.get("o:" + step.id);
    step.output = output == null ? null : Json.parse(output);
    String input = fields.get("m:" + record.path("input").asLong());
    step.input = input == null ? null : new Message(record.path("input").asLong(), object(input));
    step.mailboxes.values().forEach(mailbox -> count(mailbox, 1));
    if (step.instances >= 0 && !step.isInstance()) {
      for (StepState instance : steps.scatter(step, step.instances)) {
        readStep(instance, fields, records);
      }
    }
  }

  private void readMail(Map<String, String> fields) throws JsonProcessingException {
    Map<Long, ObjectNode> mail = new TreeMap<>();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (field.getKey().startsWith("m:")) {
        mail.put(Long.valueOf(field.getKey().substring(2)), object(field.getValue()));
      }
    }
    mail.forEach(
        (seq, json) -> {
          Message message = new Message(seq, json);
          Mailbox mailbox = mailboxOf(message);
          if (mailbox.step == null || !mailbox.step.hasConsumed(message)) {
            mailbox.messages.addLast(message);
            waiting.add(mailbox);
            consider(mailbox);
          }
        });
  }

  private Mailbox mailboxOf(Message message) {
    StepState step = steps.of(message.to()).isEmpty() ? null : steps.get(message.stepId());
    return step == null ? agent(message.to()).mailbox : step.mailboxes.get(message.to());
  }

  private static ObjectNode object(String json) throws JsonProcessingException {
    return (ObjectNode) Json.parse(json);
  }
}
