package io.mirrorneuron.model;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  private static final Map<String, StepPhase> WORDS =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(StepPhase::word, one -> one));
  private final String word = name().toLowerCase(Locale.ROOT);

  public boolean isTerminal() {
    return compareTo(COMPLETED) >= 0;
  }

  public String word() {
    return word;
  }

  public static StepPhase of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** Null for a word that is none of these, or null. */
  public static StepPhase ofKnown(String word) {
    return WORDS.get(word == null ? "" : word);
  }
}
