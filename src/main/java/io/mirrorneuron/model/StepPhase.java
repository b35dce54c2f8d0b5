package io.mirrorneuron.model;

import java.util.Locale;

/** How far a step is; the last four are final. */
public enum StepPhase {
  PENDING,
  /** It may start, and waits for its message. */
  READY,
  /** It has its message, and waits for its turn or its slots. */
  QUEUED,
  RUNNING,
  RETRY_WAIT,
  /** Its message came before its parents were done. */
  BLOCKED,
  COMPLETED,
  PARTIAL,
  SKIPPED,
  FAILED;

  public boolean isTerminal() {
    return compareTo(COMPLETED) >= 0;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static StepPhase of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
