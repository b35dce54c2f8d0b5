package io.mirrorneuron.model;

import java.util.Locale;

/** How a step has ended, as the trigger rules of its children see it. */
public enum StepOutcome {
  SUCCESS,
  FAILED,
  SKIPPED,
  PARTIAL,
  /** Its instances did its work. */
  MAPPED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static StepOutcome of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
