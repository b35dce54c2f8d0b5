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

/**
 * The whole state of one job, confined to its lane. It remembers what changed since the last
 * commit, field by field, so that a commit costs what the turn touched and not what the job holds.
 *
 * <p>Fields in the store: {@code h} header, {@code c} counters, {@code a:<agent>} agent record,
 * {@code m:<seq>} waiting message, {@code g:<agent>:<n>} collected body.
 */
final class JobState {
  private static final String HEADER = "h";
  private static final String COUNTERS = "c";

  final String jobId;
  final Workflow workflow;
  final JobHeader header;

  /** How many agents of the graph run programs. */
  final int executorCount;

  private final Map<String, AgentState> agents = new LinkedHashMap<>();
  private final LinkedHashSet<AgentState> waiting = new LinkedHashSet<>();
  private final Deque<AgentState> candidates = new ArrayDeque<>();
  private int flying;
  private long messages;
  private long events;
  private String lastEvent;

  private final Set<AgentState> changedAgents = new LinkedHashSet<>();
  private final Map<Long, Message> addedMessages = new LinkedHashMap<>();
  private final Map<String, String> addedBodies = new LinkedHashMap<>();
  private final List<String> deleted = new ArrayList<>();

  JobState(String jobId, Workflow workflow, JobHeader header) {
    this.jobId = jobId;
    this.workflow = workflow;
    this.header = header;
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

  long lastEventSeq() {
    return events;
  }

  /** Agents that got at least one message. */
  Iterable<AgentState> agents() {
    return agents.values();
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

  /** Agents with something in their mailbox, in the order in which it came. */
  Set<AgentState> waiting() {
    return waiting;
  }

  /** The next agent that may have something to do now, or null. */
  AgentState pollCandidate() {
    AgentState next = candidates.pollFirst();
    if (next != null) {
      next.candidate = false;
    }
    return next;
  }

  boolean hasCandidates() {
    return !candidates.isEmpty();
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

  /** Has the agent looked at again: it may be free, due or have mail. */
  void consider(AgentState agent) {
    if (!agent.candidate) {
      agent.candidate = true;
      candidates.addLast(agent);
    }
  }

  void fly(AgentState agent, AgentState.Flight flight) {
    if (agent.isFlying()) {
      flying--;
    }
    agent.flight = flight;
    if (agent.isFlying()) {
      flying++;
    }
    touch(agent);
  }

  void enqueue(Message message) {
    AgentState agent = agent(message.to());
    agent.mailbox.addLast(message);
    waiting.add(agent);
    consider(agent);
    addedMessages.put(message.seq(), message);
  }

  /** Takes the head of the mailbox for good. */
  Message consume(AgentState agent) {
    Message message = agent.mailbox.removeFirst();
    forget(message);
    agent.processed++;
    agent.attempt = 1;
    agent.notBefore = 0;
    touch(agent);
    if (agent.mailbox.isEmpty()) {
      waiting.remove(agent);
    } else {
      consider(agent);
    }
    return message;
  }

  /** Drops every waiting message: nothing will be handled any more. */
  void clearMailboxes() {
    for (AgentState agent : waiting) {
      agent.mailbox.forEach(this::forget);
      agent.mailbox.clear();
      agent.notBefore = 0;
      touch(agent);
    }
    waiting.clear();
  }

  void collected(AgentState agent, JsonNode body) {
    addedBodies.put("g:" + agent.agent.id() + ":" + agent.collected.size(), Json.write(body));
    touch(agent);
  }

  private void forget(Message message) {
    if (addedMessages.remove(message.seq()) == null) {
      deleted.add("m:" + message.seq());
    }
  }

  // ---- the store's side

  boolean hasChanges() {
    return header.isChanged()
        || !changedAgents.isEmpty()
        || !addedMessages.isEmpty()
        || !deleted.isEmpty();
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
    for (Message message : addedMessages.values()) {
      set.put("m:" + message.seq(), Json.write(message.json()));
    }
    set.putAll(addedBodies);
    Delta delta = new Delta(set, List.copyOf(deleted));
    changedAgents.clear();
    addedMessages.clear();
    addedBodies.clear();
    deleted.clear();
    return delta;
  }

  record Delta(Map<String, String> set, List<String> delete) {}

  static JobState read(StoredJob stored, Workflow workflow) {
    try {
      JobState state = new JobState(stored.jobId(), workflow, readHeader(stored));
      state.readCounters(stored.fields().getOrDefault(COUNTERS, "0,0,"));
      state.readAgents(stored.fields());
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
    Map<Long, ObjectNode> mail = new TreeMap<>();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      String name = field.getKey();
      if (name.startsWith("m:")) {
        mail.put(Long.valueOf(name.substring(2)), (ObjectNode) Json.parse(field.getValue()));
      } else if (name.startsWith("a:")) {
        AgentState agent = agent(name.substring(2));
        agent.read(Json.parse(field.getValue()));
        flying += agent.isFlying() ? 1 : 0;
      }
    }
    for (AgentState agent : agents.values()) {
      String body;
      for (int n = 1; (body = fields.get("g:" + agent.agent.id() + ":" + n)) != null; n++) {
        agent.collect(Json.parse(body));
      }
    }
    mail.forEach(
        (seq, json) -> {
          Message message = new Message(seq, json);
          AgentState agent = agent(message.to());
          agent.mailbox.addLast(message);
          waiting.add(agent);
          consider(agent);
        });
  }
}
