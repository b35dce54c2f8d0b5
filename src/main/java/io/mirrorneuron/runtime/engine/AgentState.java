package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.Workflow.Agent;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one agent has done and is doing. Mailbox and collected bodies are stored field by field, the
 * rest as one small record; an agent that never got a message has no record at all.
 */
final class AgentState {
  final Agent agent;
  final Deque<Message> mailbox = new ArrayDeque<>();

  /** Aggregators only: the bodies accepted so far. */
  final List<JsonNode> collected = new ArrayList<>();

  /** Whether {@link JobState} has it in its queue of agents to look at. */
  boolean candidate;

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

  /** The execution of the message at the head of the mailbox, or null. */
  Flight flight;

  /** Try number of the message at the head of the mailbox, from 1. */
  int attempt = 1;

  /** When the message at the head may be tried, in milliseconds since the epoch; 0 is at once. */
  long notBefore;

  AgentState(Agent agent) {
    this.agent = agent;
  }

  /**
   * An execution that has been ordered.
   *
   * @param delivery how often this attempt was started; more than one after a crash or a pause
   * @param parked whether it was stopped and waits for the job to be resumed
   * @param lease {@code {lease_id, pool, slots}} once the pool gave it, else null
   */
  record Flight(String executionId, int delivery, boolean parked, ObjectNode lease) {
    Flight park() {
      return new Flight(executionId, delivery, true, null);
    }

    Flight leased(ObjectNode granted) {
      return new Flight(executionId, delivery, parked, granted);
    }
  }

  /** Whether the message at the head can be handled now. */
  boolean isReady(long now) {
    return flight == null && !mailbox.isEmpty() && notBefore <= now;
  }

  boolean isFlying() {
    return flight != null && !flight.parked();
  }

  /** Keeps the body unless its sender has already been counted; answers whether it was kept. */
  boolean collect(JsonNode body) {
    String sender = body.path("agent_id").isTextual() ? body.path("agent_id").asText() : "";
    if (!sender.isEmpty() && !senders.add(sender)) {
      return false;
    }
    collected.add(body);
    return true;
  }

  String status() {
    if (isFlying()) {
      return flight.lease() == null ? "queued" : "running";
    }
    if (flight != null) {
      return "paused";
    }
    if (!mailbox.isEmpty()) {
      return "queued";
    }
    if (lastError != null) {
      return "error";
    }
    return processed > 0 ? "completed" : "ready";
  }

  String write() {
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
    if (attempt != 1) {
      json.put("attempt", attempt);
    }
    if (notBefore != 0) {
      json.put("not_before", notBefore);
    }
    if (flight != null) {
      ObjectNode flying = json.putObject("flight");
      flying.put("execution_id", flight.executionId()).put("delivery", flight.delivery());
      flying.put("parked", flight.parked());
      flying.set("lease", flight.lease());
    }
    return Json.write(json);
  }

  void read(JsonNode json) {
    processed = json.path("processed").asLong();
    memory = json.get("memory");
    output = json.get("output");
    lastError = json.hasNonNull("last_error") ? json.get("last_error").asText() : null;
    sandbox = json.path("sandbox") instanceof ObjectNode node ? node : null;
    fired = json.path("fired").asBoolean();
    attempt = json.path("attempt").asInt(1);
    notBefore = json.path("not_before").asLong();
    JsonNode flying = json.path("flight");
    if (flying.isObject()) {
      flight =
          new Flight(
              flying.path("execution_id").asText(),
              flying.path("delivery").asInt(),
              flying.path("parked").asBoolean(),
              flying.path("lease") instanceof ObjectNode lease ? lease : null);
    }
  }
}
