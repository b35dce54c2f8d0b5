package io.mirrorneuron.runtime.engine;

import java.util.Locale;

/** How a step has ended, as the trigger rules of its children see it. */
enum StepOutcome {
  SUCCESS,
  FAILED,
  SKIPPED,
  PARTIAL,
  /** Its instances did its work. */
  MAPPED;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static StepOutcome of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
