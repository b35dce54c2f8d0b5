package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.StoredStep.StoredAgent;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * State of one agent. Messages and collected bodies are stored field by field, the rest as one
 * small record; an agent that never got a message has no record.
 */
public final class AgentState {
  private Agent declared;
  private final Changes changes;
  private final Mailbox mailbox;
  private final List<JsonNode> collected = new ArrayList<>();

  /** Senders of the collected bodies, in the same order; an empty text for an unknown sender. */
  private final List<String> order = new ArrayList<>();

  private final Set<String> senders = new HashSet<>();
  private long processed;
  private JsonNode memory;
  private JsonNode output;
  private String lastError;
  private LastProgram lastProgram;
  private boolean fired;
  private int flying;
  private final RestartHistory restarts;

  /**
   * A program that has ended.
   *
   * @param pool that gave it its slots, or null when it got none
   */
  public record LastProgram(
      String agentId, String sandboxName, int exitCode, String pool, String timestamp) {}

  AgentState(Agent declared, Changes changes) {
    this.declared = declared;
    this.changes = changes;
    this.mailbox = new Mailbox(this, null, changes);
    this.restarts = new RestartHistory(this::touched);
  }

  // ---- reading

  public String id() {
    return declared.id();
  }

  /** The agent as in the manifest. */
  public Agent declared() {
    return declared;
  }

  /** The mailbox for messages that belong to no step. */
  public Mailbox mailbox() {
    return mailbox;
  }

  /** Of an aggregator, the bodies accepted up to now. */
  public List<JsonNode> collected() {
    return Collections.unmodifiableList(collected);
  }

  public void forEachCollected(BiConsumer<String, JsonNode> action) {
    for (int i = 0; i < collected.size(); i++) {
      action.accept(order.get(i), collected.get(i));
    }
  }

  /** Whether it is an aggregator that has bodies and waits for more. */
  public boolean isCollecting() {
    return declared.type() == AgentType.AGGREGATOR && !fired && !collected.isEmpty();
  }

  /** Of an aggregator, whether its threshold has been reached. */
  public boolean fired() {
    return fired;
  }

  /** How many messages it has handled. */
  public long processed() {
    return processed;
  }

  /** The agent's private state as its program last set it, or null. */
  public JsonNode memory() {
    return memory;
  }

  /** The last payload it produced; of a leaf, part of a result by quiescence. */
  public JsonNode output() {
    return output;
  }

  /** Why its last program failed, or null. */
  public String lastError() {
    return lastError;
  }

  /** Its last finished program, or null. */
  public LastProgram lastProgram() {
    return lastProgram;
  }

  public RestartHistory restarts() {
    return restarts;
  }

  /** Ordered executions of all its mailboxes that are not parked. */
  public int flying() {
    return flying;
  }

  // ---- transitions

  void define(Agent next) {
    declared = next;
  }

  private void touched() {
    changes.touch(this);
  }

  /**
   * Keeps the body unless its sender has been counted already; returns whether it was kept.
   *
   * @param sender counted at most once; an empty text when it is unknown
   */
  public boolean collect(String sender, JsonNode body) {
    if (!sender.isEmpty() && !senders.add(sender)) {
      return false;
    }
    collected.add(body);
    order.add(sender);
    return true;
  }

  /** The threshold has been reached: later bodies are ignored. */
  public void fire() {
    fired = true;
    touched();
  }

  /** Drops the collected bodies for the next round. */
  public void forgetRound() {
    changes.forgetCollected(this);
    collected.clear();
    senders.clear();
    order.clear();
    fired = false;
  }

  void countProcessed() {
    processed++;
    touched();
  }

  public void succeeded(JsonNode nextMemory) {
    lastError = null;
    restarts.succeeded();
    if (nextMemory != null) {
      memory = nextMemory;
    }
    touched();
  }

  public void failed(String error) {
    lastError = error;
    touched();
  }

  /**
   * Keeps the output of a leaf, which may become part of the job's result; ignores the output of
   * any other agent.
   */
  public void produced(JsonNode value) {
    if (declared.outgoing().isEmpty()) {
      output = value;
      touched();
    }
  }

  public void ranIn(LastProgram where) {
    restarts.ran(lastProgram, lastError);
    lastProgram = where;
    touched();
  }

  /** Takes over the memory and counters of the same agent in another job; for forks. */
  public void inherit(AgentState other, boolean hasFired) {
    memory = other.memory;
    processed = other.processed;
    output = other.output;
    fired = hasFired;
    touched();
  }

  /** Not stored: counted again when its mailboxes are read. */
  void countFlying(int more) {
    flying += more;
  }

  // ---- the stored record

  ObjectNode write() {
    ObjectNode json = Json.object();
    json.put("processed", processed);
    if (memory != null) {
      json.set("memory", memory);
    }
    if (output != null) {
      json.set("output", output);
    }
    if (lastError != null) {
      json.put("last_error", lastError);
    }
    if (lastProgram != null) {
      json.putPOJO("sandbox", lastProgram);
    }
    if (fired) {
      json.put("fired", true);
    }
    restarts.writeTo(json);
    if (!mailbox.stored().equals(Mailbox.Stored.NEW)) {
      json.setAll(Json.MAPPER.<ObjectNode>valueToTree(mailbox.stored()));
    }
    return json;
  }

  void read(JsonNode json) {
    StoredAgent stored = Json.read(json, StoredAgent.class, "its record");
    processed = stored.processed();
    // The instances themselves, not copies: {@link Blobs} recognises large values by identity.
    memory = json.get("memory");
    output = json.get("output");
    lastError = stored.lastError();
    lastProgram = stored.sandbox();
    fired = stored.fired();
    restarts.restore(Json.read(json, RestartHistory.Stored.class, "its record"));
    mailbox.restore(Json.read(json, Mailbox.Stored.class, "its record"));
  }
}
