package io.mirrorneuron.area.jobs.view.progress;

import java.util.Locale;

/** How far a step or one of its agents is. */
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

  /** Something keeps it from going on that will pass. */
  boolean isWaiting() {
    return switch (this) {
      case RETRY_WAIT, BLOCKED, PAUSED, PAUSING, QUEUED -> true;
      default -> false;
    };
  }

  /** Nothing is wrong with it, and it has begun or may. */
  boolean isSound() {
    return switch (this) {
      case DONE, PARTIAL, SKIPPED, IDLE, RUNNING, READY -> true;
      default -> false;
    };
  }

  /**
   * A status word of the runtime: of the ledger's steps and of agents.
   *
   * @param lasting whether the job is a service, whose agents rest rather than end
   * @return null for a word that says nothing here
   */
  static StepStatus of(String word, boolean lasting) {
    return switch (word) {
      case "pending" -> PENDING;
      case "ready" -> lasting ? READY : PENDING;
      case "queued" -> QUEUED;
      case "running" -> RUNNING;
      case "retry_wait" -> RETRY_WAIT;
      case "blocked" -> BLOCKED;
      case "paused" -> PAUSED;
      case "completed" -> lasting ? IDLE : DONE;
      case "partial" -> PARTIAL;
      case "skipped" -> SKIPPED;
      case "failed", "error" -> FAILED;
      default -> null;
    };
  }

  /** What becomes of those that have not ended when the job ends with this word. */
  static StepStatus atEnd(String word) {
    return switch (word) {
      case "completed" -> DONE;
      case "failed" -> FAILED;
      default -> CANCELLED;
    };
  }
}
