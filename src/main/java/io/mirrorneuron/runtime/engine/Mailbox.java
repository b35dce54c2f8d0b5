package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Messages that wait for one agent, or for one step that it works for, and how far the work on the
 * one at the head is. Messages are stored field by field, the rest with the agent or the step.
 */
final class Mailbox {
  final AgentState owner;

  /** The step it belongs to, or null. */
  final StepState step;

  final Deque<Message> messages = new ArrayDeque<>();

  /** Whether {@link Schedule} has it in its queue of mailboxes to look at. */
  boolean candidate;

  /** The execution of the message at the head, or null. */
  Flight flight;

  /** Try number of the message at the head, from 1; of a step, the number of its attempt. */
  int attempt = 1;

  /** When the message at the head may be tried, in milliseconds since the epoch; 0 is at once. */
  long notBefore;

  Pressure pressure = Pressure.NORMAL;

  Mailbox(AgentState owner, StepState step) {
    this.owner = owner;
    this.step = step;
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

  Address address() {
    return new Address(owner.agent.id(), step == null ? null : step.id);
  }

  /** Whether the message at the head can be handled now, as far as the mailbox itself knows. */
  boolean isReady(long now) {
    return flight == null && !messages.isEmpty() && notBefore <= now;
  }

  boolean isFlying() {
    return flight != null && !flight.parked();
  }

  /** Forgets how far the work on the message at the head was; another one is there now. */
  void rewind() {
    attempt = 1;
    notBefore = 0;
  }

  void write(ObjectNode json) {
    if (attempt != 1) {
      json.put("attempt", attempt);
    }
    if (notBefore != 0) {
      json.put("not_before", notBefore);
    }
    if (pressure != Pressure.NORMAL) {
      json.put("pressure", pressure.word());
    }
    if (flight != null) {
      ObjectNode flying = json.putObject("flight");
      flying.put("execution_id", flight.executionId()).put("delivery", flight.delivery());
      flying.put("parked", flight.parked());
      flying.set("lease", flight.lease());
    }
  }

  void read(JsonNode json) {
    attempt = json.path("attempt").asInt(1);
    notBefore = json.path("not_before").asLong();
    pressure = Pressure.of(json.path("pressure").asText("normal"));
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
