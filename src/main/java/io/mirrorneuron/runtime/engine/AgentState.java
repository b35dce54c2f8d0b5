package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * What one agent has done and is doing. Messages and collected bodies are stored field by field,
 * the rest as one small record; an agent that never got a message has no record at all.
 */
final class AgentState {
  final Agent agent;

  /** What comes for it outside of any step. */
  final Mailbox mailbox;

  /** Aggregators only: the bodies accepted so far. */
  final List<JsonNode> collected = new ArrayList<>();

  /** Who sent the bodies, in the same order; empty texts where that is not known. */
  private final List<String> order = new ArrayList<>();

  private final Set<String> senders = new HashSet<>();

  long processed;

  /** The agent's private state as its program last set it; null when it never did. */
  JsonNode memory;

  /** The last payload it produced; what a leaf contributes to a result by quiescence. */
  JsonNode output;

  String lastError;

  /** {@code {sandbox_name, exit_code, pool, timestamp}} of its last finished program, or null. */
  ObjectNode sandbox;

  /** Aggregators: whether the threshold has been reached. */
  boolean fired;

  /** When it was started again, in milliseconds since the epoch, oldest first. */
  final Deque<Long> restarts = new ArrayDeque<>();

  /** How often it was moved, or would have been. */
  int moves;

  /** Mailboxes of its steps that wait until it is free. */
  final Set<Mailbox> inLine = new LinkedHashSet<>();

  /** Executions of all its mailboxes that are ordered and not parked. */
  int flying;

  AgentState(Agent agent) {
    this.agent = agent;
    this.mailbox = new Mailbox(this, null);
  }

  /**
   * Keeps the body unless its sender has been counted already; answers whether it was kept.
   *
   * @param sender who answers at most once, or an empty text when that is not known
   */
  boolean collect(String sender, JsonNode body) {
    if (!sender.isEmpty() && !senders.add(sender)) {
      return false;
    }
    collected.add(body);
    order.add(sender);
    return true;
  }

  void forEachCollected(BiConsumer<String, JsonNode> action) {
    for (int i = 0; i < collected.size(); i++) {
      action.accept(order.get(i), collected.get(i));
    }
  }

  /** Begins anew with collecting. */
  void forgetRound() {
    collected.clear();
    senders.clear();
    order.clear();
    fired = false;
  }

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
    if (sandbox != null) {
      json.set("sandbox", sandbox);
    }
    if (fired) {
      json.put("fired", true);
    }
    if (!restarts.isEmpty()) {
      json.set("restarts", Json.MAPPER.valueToTree(restarts));
    }
    if (moves > 0) {
      json.put("moves", moves);
    }
    mailbox.write(json);
    return json;
  }

  void read(JsonNode json) {
    processed = json.path("processed").asLong();
    memory = json.get("memory");
    output = json.get("output");
    lastError = json.hasNonNull("last_error") ? json.get("last_error").asText() : null;
    sandbox = json.path("sandbox") instanceof ObjectNode node ? node : null;
    fired = json.path("fired").asBoolean();
    json.path("restarts").forEach(time -> restarts.add(time.asLong()));
    moves = json.path("moves").asInt();
    mailbox.read(json);
  }
}
