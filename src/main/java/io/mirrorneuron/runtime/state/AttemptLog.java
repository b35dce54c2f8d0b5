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

/** The attempts to do the work of one step: the present one, and how the last ones have ended. */
public final class AttemptLog {
  /** How many finished attempts are kept, the last ones. */
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

  /** Attempts that are over, oldest first. */
  List<LedgerView.Attempt> finished() {
    return Collections.unmodifiableList(finished);
  }

  void times(Times next) {
    times = next;
  }

  /** Another attempt will be made; it has no deadline before it begins. */
  void next() {
    number++;
    times = times.withDeadline(0);
  }

  void fail(ObjectNode failure) {
    error = failure;
  }

  /** An attempt ends once: what its step makes of that end is no other. */
  void record(LedgerView.Attempt attempt) {
    if (!finished.isEmpty() && finished.getLast().number() == attempt.number()) {
      return;
    }
    finished.add(attempt);
    if (finished.size() > KEPT) {
      finished.removeFirst();
    }
  }

  /** The finished attempts as they are stored; null when there are none. */
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
   * When what happened to a step, in milliseconds since the epoch; 0 is never. Each method answers
   * a copy.
   *
   * @param blockedAt its first message came before its parents were done
   * @param startedAt its first attempt was ordered
   * @param attemptStartedAt the program of the present attempt got its slots
   * @param deadlineAt when the present attempt has taken too long; 0 is no limit
   * @param lastBeaconAt last sign of life of the present attempt
   * @param lastEventAt last event that was about the step
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
     * @param timeoutMs how long the attempt may take; 0 is as long as it likes
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
