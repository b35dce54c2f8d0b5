package io.mirrorneuron.model;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
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

  /** What it may be next; {@code docs/states.md} draws this. A crash changes nothing. */
  public Set<StepPhase> next() {
    return switch (this) {
      case PENDING -> Set.of(READY, QUEUED, BLOCKED, SKIPPED);
      case READY -> Set.of(QUEUED, SKIPPED);
      case QUEUED -> Set.of(RUNNING, RETRY_WAIT, COMPLETED, PARTIAL, SKIPPED, FAILED);
      case RUNNING -> Set.of(QUEUED, RETRY_WAIT, COMPLETED, PARTIAL, SKIPPED, FAILED);
      case RETRY_WAIT -> Set.of(QUEUED);
      case BLOCKED -> Set.of(PENDING, READY, QUEUED, SKIPPED);
      case COMPLETED, PARTIAL, SKIPPED, FAILED -> Set.of();
    };
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
