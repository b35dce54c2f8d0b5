package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.LedgerForm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The attempts of one step: the present attempt, and how the last ones have ended. */
public final class AttemptLog {
  /** Maximum of finished attempts that are kept. */
  private static final int KEPT = 25;

  private int number;
  private ObjectNode error;
  private Times times = Times.NEVER;
  private final List<LedgerView.Attempt> finished = new ArrayList<>();

  /** Number of the present or last attempt; 0 before the first. */
  int number() {
    return number;
  }

  /** The last failure, an {@code mn.error.v1}, or null. */
  public ObjectNode error() {
    return error;
  }

  Times times() {
    return times;
  }

  /** Finished attempts, oldest first. */
  List<LedgerView.Attempt> finished() {
    return Collections.unmodifiableList(finished);
  }

  void times(Times next) {
    times = next;
  }

  /** A retry will follow; it has no deadline before it begins. */
  void next() {
    number++;
    times = times.withDeadline(0);
  }

  void fail(ObjectNode failure) {
    error = failure;
  }

  /** Records the end of an attempt once; a second end of the same attempt is ignored. */
  void record(LedgerView.Attempt attempt) {
    if (!finished.isEmpty() && finished.getLast().number() == attempt.number()) {
      return;
    }
    finished.add(attempt);
    if (finished.size() > KEPT) {
      finished.removeFirst();
    }
  }

  /** The finished attempts as stored; null when there are none. */
  List<JsonNode> storedAttempts() {
    return finished.isEmpty()
        ? null
        : finished.stream().<JsonNode>map(LedgerForm::attempt).toList();
  }

  void restore(StoredStep stored) {
    error = stored.error();
    number = stored.attempt();
    times = stored.times();
    if (stored.attempts() != null) {
      stored.attempts().forEach(one -> finished.add(LedgerForm.readAttempt(one)));
    }
  }

  /**
   * Timestamps of a step, in milliseconds since the epoch; 0 is never. Each method returns a copy.
   *
   * @param blockedAt its first message came before its parents were done
   * @param startedAt its first attempt was ordered
   * @param attemptStartedAt the program of the present attempt got its slots
   * @param deadlineAt of the present attempt; 0 is no limit
   * @param lastBeaconAt last sign of life of the present attempt
   * @param lastEventAt last event about the step
   */
  @JsonInclude(Include.NON_DEFAULT)
  public record Times(
      long blockedAt,
      long startedAt,
      long endedAt,
      long attemptStartedAt,
      long deadlineAt,
      long lastBeaconAt,
      long lastEventAt) {
    static final Times NEVER = new Times(0, 0, 0, 0, 0, 0, 0);

    Times blocked(long now) {
      return new Times(
          now, startedAt, endedAt, attemptStartedAt, deadlineAt, lastBeaconAt, lastEventAt);
    }

    Times started(long now) {
      return new Times(
          blockedAt, now, endedAt, attemptStartedAt, deadlineAt, lastBeaconAt, lastEventAt);
    }

    Times ended(long now) {
      return new Times(
          blockedAt, startedAt, now, attemptStartedAt, deadlineAt, lastBeaconAt, lastEventAt);
    }

    /**
     * @param timeoutMs of the attempt; 0 is no limit
     */
    Times attemptStarted(long at, long timeoutMs) {
      long deadline = timeoutMs == 0 ? 0 : at + timeoutMs;
      return new Times(blockedAt, startedAt, endedAt, at, deadline, 0, lastEventAt);
    }

    Times withDeadline(long at) {
      return new Times(
          blockedAt, startedAt, endedAt, attemptStartedAt, at, lastBeaconAt, lastEventAt);
    }

    Times beacon(long now) {
      return new Times(blockedAt, startedAt, endedAt, attemptStartedAt, deadlineAt, now, now);
    }

    Times event(long now) {
      return new Times(
          blockedAt, startedAt, endedAt, attemptStartedAt, deadlineAt, lastBeaconAt, now);
    }
  }
}
