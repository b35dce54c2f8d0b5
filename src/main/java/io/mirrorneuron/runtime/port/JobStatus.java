package io.mirrorneuron.runtime.port;

import java.util.Locale;

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

  public boolean isTerminal() {
    return compareTo(COMPLETED) >= 0;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static JobStatus of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
