package io.mirrorneuron.model;

import java.util.Locale;
import java.util.stream.Stream;

/** How a step has ended, as the trigger rules of its children see it. */
public enum StepOutcome {
  SUCCESS,
  FAILED,
  SKIPPED,
  PARTIAL,
  /** Its instances did its work. */
  MAPPED;

  private final String word = name().toLowerCase(Locale.ROOT);

  public String word() {
    return word;
  }

  public static StepOutcome of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** Null for a word that is none of these, or null. */
  public static StepOutcome ofKnown(String word) {
    return Stream.of(values()).filter(one -> one.word.equals(word)).findFirst().orElse(null);
  }
}
