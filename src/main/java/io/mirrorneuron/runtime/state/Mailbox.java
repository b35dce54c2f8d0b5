package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;

/**
 * Messages that wait for one agent, or for one step that it works for, and the progress on the
 * message at the head. Messages are stored field by field, the rest with the agent or the step.
 */
public final class Mailbox {
  /** Not before an explicit call, instead of a time. */
  public static final long UNTIL_TOLD = Long.MAX_VALUE;

  private final AgentState owner;
  private final StepState step;
  private final Changes changes;
  private final Deque<Message> messages = new ArrayDeque<>();
  private Flight flight;
  private int attempt = 1;
  private long notBefore;
  private MailboxPressure pressure = MailboxPressure.NORMAL;

  /**
   * @param step the step it belongs to, or null
   */
  Mailbox(AgentState owner, StepState step, Changes changes) {
    this.owner = owner;
    this.step = step;
    this.changes = changes;
  }

  /**
   * Identifies a mailbox.
   *
   * @param stepId null for the agent's own mailbox, which is for no step
   */
  public record Address(String agentId, String stepId) {}

  /** Stored with the agent or step; null members are as in a new mailbox. */
  @JsonInclude(Include.NON_NULL)
  record Stored(Integer attempt, Long notBefore, String pressure, Flight flight) {
    static final Stored NEW = new Stored(null, null, null, null);
  }

  // ---- reading

  public AgentState owner() {
    return owner;
  }

  public String agentId() {
    return owner.id();
  }

  /** The step it belongs to, or null. */
  public StepState step() {
    return step;
  }

  public Address address() {
    return new Address(owner.id(), step == null ? null : step.id());
  }

  /** In the order in which they will be handled. */
  public Collection<Message> messages() {
    return Collections.unmodifiableCollection(messages);
  }

  public boolean isEmpty() {
    return messages.isEmpty();
  }

  public int depth() {
    return messages.size();
  }

  /** The message that is handled next; the mailbox must not be empty. */
  public Message head() {
    return messages.getFirst();
  }

  /** The execution of the message at the head, or null. */
  public Flight flight() {
    return flight;
  }

  public boolean isFlying() {
    return flight != null && !flight.parked();
  }

  /**
   * Number of the attempt at the message at the head, from 1; of a step, the number of its attempt.
   */
  public int attempt() {
    return attempt;
  }

  /** When the message at the head may be tried, in milliseconds since the epoch; 0 is at once. */
  public long notBefore() {
    return notBefore;
  }

  /** Whether the message at the head can be handled now, as far as the mailbox itself knows. */
  public boolean isReady(long now) {
    return flight == null && !messages.isEmpty() && notBefore <= now;
  }

  public MailboxPressure pressure() {
    return pressure;
  }

  public boolean isSaturated() {
    return pressure == MailboxPressure.SATURATED;
  }

  /** Its depth and limits, for readers and events. */
  public ObjectNode describePressure() {
    Backpressure limits = owner.declared().policies().backpressure();
    ObjectNode json = Json.object();
    json.put("agent_id", owner.id()).put("queue_depth", messages.size());
    json.put("max_queue_depth", limits.maxQueueDepth());
    json.put("high_watermark", limits.highWatermark());
    json.put("low_watermark", limits.lowWatermark());
    json.put("retry_after_ms", limits.retryAfterMs());
    json.put("backpressure", pressure != MailboxPressure.NORMAL);
    return json.put("status", pressure.word());
  }

  /** The next execution for the message at the head: the first of its attempt or a repetition. */
  public Flight next(String jobId, long now) {
    int delivery = flight == null ? 1 : flight.delivery() + 1;
    String id = jobId + "." + head().seq() + "." + attempt + "." + delivery;
    return flight == null ? Flight.first(id, now) : flight.next(id, now);
  }

  /** Whether the message at the head waits for an explicit call, and not for a time. */
  public boolean isHeld() {
    return notBefore == UNTIL_TOLD;
  }

  // ---- transitions; what else must be kept in step with them: Mailboxes, MailboxSchedule

  void append(Message message) {
    messages.addLast(message);
  }

  /** The message is handled once more, before all that waits. */
  void putBack(Message message) {
    messages.addFirst(message);
  }

  /** Takes the message at the head; the next one starts with its first attempt. */
  Message take() {
    Message message = messages.removeFirst();
    rewind();
    return message;
  }

  void clear() {
    messages.clear();
    rewind();
  }

  private void rewind() {
    attempt = 1;
    notBefore = 0;
    changes.touch(this);
  }

  /** The message at the head is not tried before this time, in milliseconds since the epoch. */
  public void postpone(long until) {
    notBefore = until;
    changes.touch(this);
  }

  /** Counts another attempt at the message at the head. */
  public void countAttempt() {
    attempt++;
    changes.touch(this);
  }

  /** Sets the attempt to the step's present one. */
  public void followStep() {
    attempt = step.attempt();
    changes.touch(this);
  }

  /**
   * @param next null when the execution has ended
   */
  void fly(Flight next) {
    if (next != null && messages.isEmpty()) {
      throw new IllegalStateException("there is no message to run a program for: " + address());
    }
    changes.allocated(flight, next);
    flight = next;
    changes.touch(this);
  }

  void press(MailboxPressure next) {
    pressure = next;
    changes.touch(this);
  }

  // ---- the stored record

  Stored stored() {
    return new Stored(
        attempt == 1 ? null : attempt,
        notBefore == 0 ? null : notBefore,
        pressure == MailboxPressure.NORMAL ? null : pressure.word(),
        flight);
  }

  void restore(Stored stored) {
    attempt = stored.attempt() == null ? 1 : stored.attempt();
    notBefore = stored.notBefore() == null ? 0 : stored.notBefore();
    pressure =
        stored.pressure() == null ? MailboxPressure.NORMAL : MailboxPressure.of(stored.pressure());
    flight = stored.flight();
  }
}
