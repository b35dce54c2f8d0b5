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
 * {@code s:<step>} step record, {@code o:<step>} list of its output, {@code m:<seq>} message that
 * waits or was the input of a step, {@code g:<agent>:<n>} sender and collected body, {@code x:<n>}
 * receipt. Large values in them are {@link Blobs}.
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
  private final Blobs blobs;
  private final Map<String, JsonNode> addedFields = new LinkedHashMap<>();
  private final List<String> deleted = new ArrayList<>();

  /**
   * A job that has just begun.
   *
   * @param workflow as its author wrote it; of a system job the copy for the job's target is used
   * @param inlineLimit see {@link Blobs}
   */
  JobState(String jobId, Workflow workflow, JobHeader header, int inlineLimit) {
    this(jobId, workflow, header, Blobs.of(inlineLimit, Map.of()));
  }

  private JobState(String jobId, Workflow workflow, JobHeader header, Blobs blobs) {
    this.blobs = blobs;
    this.jobId = jobId;
    this.workflow = header.target() == null ? workflow : workflow.onTarget(header.target());
    this.header = header;
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

  /** Whoever waits behind the mailbox may be looked at: it does not take the place it was given. */
  void passOn(Mailbox mailbox) {
    considerNext(inLine);
    if (mailbox.owner.flying == 0) {
      considerNext(mailbox.owner.inLine);
    }
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
        Json.MAPPER.createArrayNode().add(sender).add(body));
    touch(agent);
  }

  void output(StepState step, JsonNode output) {
    step.output = output;
    addedFields.put("o:" + step.id, Json.MAPPER.createArrayNode().add(output));
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
    Mailbox mailbox = step.inputMailbox();
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

  /** What is to be written since the last call; the memory of changes is emptied. */
  Delta takeDelta() {
    Map<String, String> set = new LinkedHashMap<>();
    if (header.isChanged()) {
      set.put(HEADER, blobs.write(HEADER, header.write()));
    }
    set.put(COUNTERS, messages + "," + events + "," + (lastEvent == null ? "" : lastEvent));
    for (AgentState agent : changedAgents) {
      String field = "a:" + agent.agent.id();
      set.put(field, blobs.write(field, agent.write()));
    }
    for (StepState step : changedSteps) {
      set.put("s:" + step.id, step.write());
    }
    for (Message message : addedMessages.values()) {
      String field = "m:" + message.seq();
      set.put(field, blobs.write(field, message.json()));
    }
    addedFields.forEach((field, value) -> set.put(field, blobs.write(field, value)));
    set.putAll(receipts.takeAdded());
    deleted.removeIf(set::containsKey); // of the last round, and written again in this one
    deleted.forEach(blobs::forget);
    Blobs.Changes changes = blobs.takeChanges();
    Delta delta = new Delta(set, List.copyOf(deleted), changes.added(), changes.dropped());
    changedAgents.clear();
    addedMessages.clear();
    addedFields.clear();
    changedSteps.clear();
    deleted.clear();
    return delta;
  }

  /** As in {@link io.mirrorneuron.store.JobStore.Commit}. */
  record Delta(
      Map<String, String> set,
      List<String> delete,
      Map<String, String> blobs,
      List<String> dropped) {}

  /** Names of the blobs that the state holds. */
  Set<String> blobs() {
    return blobs.names();
  }

  /**
   * A state to go on with.
   *
   * @param inlineLimit see {@link Blobs}
   */
  static JobState read(StoredJob stored, Workflow workflow, int inlineLimit) {
    return read(stored, workflow, Blobs.of(inlineLimit, stored.blobs()));
  }

  /**
   * A state to look at, in which nothing can be decided: large values are references, and
   * conditions that look into them do not hold.
   */
  static JobState outline(StoredJob stored, Workflow workflow) {
    return read(stored, workflow, Blobs.outline());
  }

  private static JobState read(StoredJob stored, Workflow workflow, Blobs blobs) {
    try {
      JobState state = new JobState(stored.jobId(), workflow, readHeader(stored, blobs), blobs);
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
    return readHeader(stored, Blobs.outline());
  }

  /** The header with a result of any size in it. */
  static JobHeader readWholeHeader(StoredJob stored) {
    return readHeader(stored, Blobs.of(Integer.MAX_VALUE, stored.blobs()));
  }

  private static JobHeader readHeader(StoredJob stored, Blobs blobs) {
    try {
      return JobHeader.read(blobs.read(HEADER, stored.fields().get(HEADER)));
    } catch (JsonProcessingException | RuntimeException e) {
      throw damaged(stored, e);
    }
  }

  /** Fingerprint of the payload files that the header field names, or null. */
  static String bundleOf(String field) {
    try {
      JsonNode json = Json.parse(field);
      return (Blob.hasReferences(json) ? json.get(1) : json).path("bundle").asText(null);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the header is malformed", e);
    }
  }

  /** The same header field with another run and other payloads. */
  static String withOrigin(String field, String runId, String bundle) {
    try {
      JsonNode json = Json.parse(field);
      JsonNode header = Blob.hasReferences(json) ? json.get(1) : json;
      ((ObjectNode) header).put("run_id", runId).put("bundle", bundle);
      return Json.write(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the header is malformed", e);
    }
  }

  static Map<String, String> headerField(JobHeader header) {
    return Map.of(HEADER, Json.write(header.write()));
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
        agent.read(blobs.read(field.getKey(), field.getValue()));
        count(agent.mailbox, 1);
        saturated += agent.mailbox.pressure == Pressure.SATURATED ? 1 : 0;
      }
    }
    for (AgentState agent : agents.values()) {
      JsonNode collected;
      for (int n = 1; (collected = field("g:" + agent.agent.id() + ":" + n, fields)) != null; n++) {
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
    JsonNode record = field("s:" + step.id, fields);
    if (record == null) {
      return;
    }
    step.read(record);
    records.put(step, record);
    JsonNode output = field("o:" + step.id, fields);
    step.output = output == null ? null : output.get(0);
    long seq = record.path("input").asLong();
    JsonNode input = field("m:" + seq, fields);
    step.input = input == null ? null : new Message(seq, (ObjectNode) input);
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
        JsonNode json = blobs.read(field.getKey(), field.getValue());
        mail.put(Long.valueOf(field.getKey().substring(2)), (ObjectNode) json);
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

  /** The value of a field, or null when there is none. */
  private JsonNode field(String name, Map<String, String> fields) throws JsonProcessingException {
    String stored = fields.get(name);
    return stored == null ? null : blobs.read(name, stored);
  }
}
