package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.port.LedgerView;

/**
 * The progress of a step. It changes only by the transitions below, each of which marks the step's
 * record for the next commit.
 */
abstract sealed class StepProgress permits StepState {
  private final AttemptLog attempts = new AttemptLog();
  private StepPhase status = StepPhase.PENDING;
  private StepOutcome outcome;
  private String reason;
  private Message input;
  private boolean inputConsumed;
  private JsonNode output;

  /** Marks the record for the next commit. */
  abstract void touched();

  /** Marks the output for the next commit. */
  abstract void produced();

  /** Name of the step in errors. */
  abstract String name();

  // ---- reading

  public AttemptLog attempts() {
    return attempts;
  }

  public int attempt() {
    return attempts.number();
  }

  public AttemptLog.Times times() {
    return attempts.times();
  }

  public StepPhase status() {
    return status;
  }

  public boolean isTerminal() {
    return status.isTerminal();
  }

  /** Whether it has ended otherwise than by failing; a failure ends the job before what follows. */
  public boolean isDone() {
    return isTerminal() && status != StepPhase.FAILED;
  }

  /** Null until it has ended. */
  public StepOutcome outcome() {
    return outcome;
  }

  /** Reason of the outcome, or null. */
  public String reason() {
    return reason;
  }

  public JsonNode output() {
    return output;
  }

  /** The message that it was started with, or null; kept for readers and forks. */
  public Message input() {
    return input;
  }

  /** Whether it has its message; no other message can start it. */
  public boolean isStarted() {
    return input != null;
  }

  public boolean isInput(Message message) {
    return input != null && input.seq() == message.seq();
  }

  /** Whether its agent has taken the input message. */
  public boolean isInputConsumed() {
    return inputConsumed;
  }

  // ---- transitions

  private void become(StepPhase next) {
    require(!isTerminal(), "has ended");
    if (status != next) {
      assert status.next().contains(next) : name() + ": " + status + " to " + next;
      status = next;
      touched();
    }
  }

  private void require(boolean holds, String why) {
    if (!holds) {
      throw new IllegalStateException(name() + " " + why);
    }
  }

  /** Its parents do not let it start yet. */
  void awaitParents(boolean hasMessage) {
    become(hasMessage ? StepPhase.BLOCKED : StepPhase.PENDING);
  }

  /** A message came before its parents were done. Returns whether it is the first. */
  public boolean block(long now) {
    become(StepPhase.BLOCKED);
    boolean first = times().blockedAt() == 0;
    if (first) {
      attempts.times(times().blocked(now));
    }
    return first;
  }

  /** It may start, and waits for its message. */
  public void ready() {
    become(StepPhase.READY);
  }

  /** Starts the step with this message; later ones do not start it again. */
  public void start(Message message, long now) {
    require(!isStarted(), "has started");
    input = message;
    attempts.next();
    attempts.times(times().started(now));
    become(StepPhase.QUEUED);
  }

  /** The step waits for its turn or for slots of a pool; that wait has no deadline. */
  public void enqueue() {
    attempts.times(times().withDeadline(0));
    become(StepPhase.QUEUED);
  }

  /**
   * The present attempt begins: its program has its slots, or its agent needs none.
   *
   * @param timeoutMs of the attempt; 0 is no limit
   */
  void beginAttempt(long at, long timeoutMs) {
    require(isStarted(), "has no message to work on");
    attempts.times(times().attemptStarted(at, timeoutMs));
    become(StepPhase.RUNNING);
    touched();
  }

  /** Its program has given a sign of life. */
  public void beacon(long now) {
    attempts.times(times().beacon(now));
    touched();
  }

  /** Moves the deadline of the present attempt by so many milliseconds, which do not count. */
  public void extendDeadline(long by) {
    attempts.times(times().withDeadline(times().deadlineAt() + by));
    touched();
  }

  /** Notes the time of an event about the step; does not mark the record for writing. */
  public void mention(long now) {
    attempts.times(times().event(now));
  }

  /** The present attempt has failed; another transition says what follows. */
  public void failAttempt(ObjectNode error) {
    require(!isTerminal(), "has ended");
    attempts.fail(error);
  }

  /** An attempt is over; another transition says what follows. */
  public void recordAttempt(LedgerView.Attempt attempt) {
    attempts.record(attempt);
  }

  /** Another attempt will be made later. */
  public void scheduleRetry() {
    require(isStarted(), "was not tried");
    attempts.next();
    become(StepPhase.RETRY_WAIT);
  }

  /** The step has ended, and will not run again. */
  public void end(StepPhase last, StepOutcome how, String why, long now) {
    require(last.isTerminal(), "cannot end as " + last.word());
    become(last);
    outcome = how;
    reason = why;
    attempts.times(times().ended(now));
  }

  public void produce(JsonNode value) {
    output = value;
    produced();
  }

  /** Its agent has taken the input message. */
  void consumeInput() {
    inputConsumed = true;
    touched();
  }

  /** The input message will be handled again. */
  void restoreInput() {
    inputConsumed = false;
    touched();
  }

  /** Takes over the input message of the same step in the source job; for forks. */
  void inherit(Message message) {
    input = message;
    inputConsumed = true;
    touched();
  }

  // ---- the stored record

  void restore(StoredStep stored) {
    status = StepPhase.ofKnown(stored.status());
    outcome = StepOutcome.ofKnown(stored.outcome());
    if (status == null || (outcome == null && stored.outcome() != null)) {
      String member = status == null ? "status" : "outcome";
      throw MnException.malformed("member " + member + " of its record is no word for that");
    }
    reason = stored.reason();
    inputConsumed = Boolean.TRUE.equals(stored.inputConsumed());
    attempts.restore(stored);
  }

  /** Takes over what is stored beside the record; null where nothing was stored. */
  void restore(JsonNode storedOutput, Message storedInput) {
    output = storedOutput;
    input = storedInput;
  }
}
