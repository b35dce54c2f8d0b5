package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.state.Changes;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The results of one turn besides the new state: events and effects, in order. */
public final class Turn {
  private final JobState state;
  private final long now;
  private final String timestamp;
  private final List<String> events = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final Map<Input.Command, MnException> refusals = new IdentityHashMap<>();

  public Turn(JobState state, long now) {
    this.state = state;
    this.now = now;
    this.timestamp = Json.timestamp(Instant.ofEpochMilli(now));
  }

  public long now() {
    return now;
  }

  public String timestamp() {
    return timestamp;
  }

  /** As stored, in order. */
  public List<String> events() {
    return events;
  }

  /** Whether the job has ended, or the turn has events about questions to people. */
  public boolean isPressing() {
    return state.status().isTerminal()
        || events.stream().anyMatch(event -> event.contains("\"channel\":\"human\""));
  }

  public List<Effect> effects() {
    return effects;
  }

  /** Refused commands of this turn with the errors. */
  public Map<Input.Command, MnException> refusals() {
    return refusals;
  }

  public void refuse(Input.Command command, MnException why) {
    refusals.put(command, why);
  }

  public void effect(Effect effect) {
    effects.add(effect);
  }

  /** The message at the head of the mailbox is not tried before that time. */
  void postpone(Mailbox mailbox, long until) {
    mailbox.postpone(until);
    effect(new Effect.Wake(mailbox.address(), until));
  }

  /**
   * The failure as events and results have it; the same whenever this turn is repeated.
   *
   * @param where what failed: an agent, a step, the job
   */
  ObjectNode error(Failure failure, String where) {
    String trace = state.header().traceId();
    String event = DerivedId.of(state.jobId(), where, state.counters().events());
    int attempt = failure.attempt() == null ? 0 : failure.attempt();
    String span = DerivedId.span(trace, where, attempt);
    return failure.toJson(timestamp, new Failure.Ids("evt_" + event, trace, span));
  }

  /** The members that every event about a step has. */
  ObjectNode about(StepState step) {
    step.mention(now);
    ObjectNode fields = Json.object().put("step", step.id()).put("step_id", step.id());
    fields.put("agent_id", step.mailboxes().entry().agentId());
    if (step.attempt() > 0) {
      fields.put("attempt_id", step.attemptId()).put("attempt", step.attempt());
    }
    return fields.put("status", step.status().word());
  }

  /**
   * The commit with all changes; the state then counts as unchanged.
   *
   * @param epoch of the owner
   * @param row the job's row, made of the present state
   */
  public Commit commit(long epoch, String row) {
    Changes.Delta delta = state.takeDelta();
    return new Commit(
        state.jobId(),
        epoch,
        delta.set(),
        delta.delete(),
        delta.blobs(),
        delta.dropped(),
        events,
        state.counters().events(),
        row,
        now,
        state.status().word(),
        state.status().isTerminal(),
        delta.allocations(),
        state.definition().takeManifest());
  }

  /** An event of the job itself, with its members at top level. */
  public void event(String type, ObjectNode members) {
    record(type, null, null, members);
  }

  public void event(String type) {
    record(type, null, null, null);
  }

  /** An event of an agent, with its data in {@code payload}. */
  void agentEvent(String type, String agentId, JsonNode payload) {
    record(type, agentId, payload, null);
  }

  /** An event of an agent that also has members at top level. */
  public void record(String type, String agentId, JsonNode payload, ObjectNode members) {
    ObjectNode event = Json.object();
    String place = agentId == null ? type : type + "(" + agentId + ")";
    event.put("seq", state.counters().nextEvent(place));
    event.put("type", type).put("timestamp", timestamp);
    if (agentId != null) {
      event.put("agent_id", agentId);
    }
    if (members != null) {
      event.setAll(members);
    }
    if (payload != null) {
      event.set("payload", payload);
    }
    events.add(Json.write(event));
  }

  /**
   * A request of a turn to the world, performed once the turn is committed. Effects are derived
   * from committed state, so they can be issued again after a crash; each is idempotent by its id.
   */
  public sealed interface Effect {
    /** Run the program of the agent for the message at the head of the mailbox. */
    record Start(Mailbox.Address mailbox, String executionId) implements Effect {}

    record Stop(String executionId) implements Effect {}

    /**
     * Offer an {@link Input.Due} to the job at this time.
     *
     * @param mailbox the mailbox that waits, or null for the job
     * @param at milliseconds since the epoch
     */
    record Wake(Mailbox.Address mailbox, long at) implements Effect {}
  }
}
