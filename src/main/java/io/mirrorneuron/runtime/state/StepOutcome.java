package io.mirrorneuron.runtime.state;

import java.util.Locale;

/** How a step has ended, as the trigger rules of its children see it. */
public enum StepOutcome {
  SUCCESS,
  FAILED,
  SKIPPED,
  PARTIAL,
  /** The step is a template, and its instances did the work. */
  MAPPED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static StepOutcome of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
