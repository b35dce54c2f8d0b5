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

  /** Whether it goes on, or waits only until its node can give it what it needs to begin. */
  public boolean isActive() {
    return this == RUNNING || this == SCHEDULED;
  }

  public boolean isTerminal() {
    return compareTo(COMPLETED) >= 0;
  }

  /**
   * What it may be next; {@code docs/states.md} draws this. A job that has become unreadable can be
   * given up, whatever it was.
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
