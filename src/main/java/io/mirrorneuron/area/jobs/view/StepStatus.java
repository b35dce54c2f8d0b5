package io.mirrorneuron.area.jobs.view;

import io.mirrorneuron.model.StepPhase;
import java.util.Locale;

/** The status of a step or one of its agents. */
enum StepStatus {
  PENDING,
  /** Of a service: has worked, and waits for more. */
  IDLE,
  READY,
  QUEUED,
  RUNNING,
  RETRY_WAIT,
  BLOCKED,
  PAUSING,
  PAUSED,
  PARTIAL,
  SKIPPED,
  DONE,
  FAILED,
  CANCELLED;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isOver() {
    return compareTo(PARTIAL) >= 0;
  }

  /** Whether it is held up by a temporary condition. */
  boolean isWaiting() {
    return switch (this) {
      case RETRY_WAIT, BLOCKED, PAUSED, PAUSING, QUEUED -> true;
      default -> false;
    };
  }

  /** Whether it has no error and has begun or may begin. */
  boolean isSound() {
    return switch (this) {
      case DONE, PARTIAL, SKIPPED, IDLE, RUNNING, READY -> true;
      default -> false;
    };
  }

  static StepStatus of(StepPhase phase) {
    return switch (phase) {
      case PENDING -> PENDING;
      case READY -> READY;
      case QUEUED -> QUEUED;
      case RUNNING -> RUNNING;
      case RETRY_WAIT -> RETRY_WAIT;
      case BLOCKED -> BLOCKED;
      case COMPLETED -> DONE;
      case PARTIAL -> PARTIAL;
      case SKIPPED -> SKIPPED;
      case FAILED -> FAILED;
    };
  }

  /**
   * The status for an agent's status word.
   *
   * @param lasting whether the job is a service, whose agents become idle instead of ending
   * @return null for an unknown word
   */
  static StepStatus ofAgent(String word, boolean lasting) {
    if (word.equals("paused")) {
      return PAUSED;
    }
    StepPhase phase = StepPhase.ofKnown(word.equals("error") ? "failed" : word);
    return switch (phase) {
      case null -> null;
      case READY -> lasting ? READY : PENDING;
      case COMPLETED -> lasting ? IDLE : DONE;
      default -> of(phase);
    };
  }

  /** The status of unfinished work when the job ends with this word. */
  static StepStatus atEnd(String word) {
    return switch (word) {
      case "completed" -> DONE;
      case "failed" -> FAILED;
      default -> CANCELLED;
    };
  }
}
