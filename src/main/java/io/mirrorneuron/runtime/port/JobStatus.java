package io.mirrorneuron.runtime.port;

import java.util.Locale;
import java.util.Set;

/** States of a job; the last three are final. */
public enum JobStatus {
  PENDING,
  VALIDATED,
  SCHEDULED,
  RUNNING,
  PAUSING,
  PAUSED,
  CANCELLING,
  COMPLETED,
  FAILED,
  CANCELLED;

  /** Whether the job runs, or waits for its node before it can begin. */
  public boolean isActive() {
    return this == RUNNING || this == SCHEDULED;
  }

  public boolean isTerminal() {
    return compareTo(COMPLETED) >= 0;
  }

  /**
   * Statuses that may follow; {@code docs/states.md} draws this. An unreadable job can be given up
   * in any status.
   */
  public Set<JobStatus> next() {
    return switch (this) {
      case PENDING, VALIDATED -> Set.of(RUNNING, PAUSED, CANCELLED);
      case SCHEDULED -> Set.of(RUNNING, PAUSING, CANCELLING, COMPLETED, FAILED, CANCELLED);
      case RUNNING -> Set.of(SCHEDULED, PAUSING, PAUSED, CANCELLING, COMPLETED, FAILED, CANCELLED);
      case PAUSING -> Set.of(PAUSED, RUNNING, CANCELLING, COMPLETED, FAILED, CANCELLED);
      case PAUSED -> Set.of(RUNNING, CANCELLING, CANCELLED);
      case CANCELLING -> Set.of(CANCELLED);
      case COMPLETED, FAILED, CANCELLED -> Set.of();
    };
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static JobStatus of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
