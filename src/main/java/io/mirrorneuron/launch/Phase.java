package io.mirrorneuron.launch;

import java.util.Locale;

/** What a launch goes through, in this order. */
public enum Phase {
  RESOLVE_SOURCE("Find the bundle"),
  REQUIREMENTS("Check what it requires"),
  MODEL_INSTALL("Install its models"),
  CLEANUP("Clear up after older runs"),
  PRE_LAUNCH("Run its own preparation"),
  VALIDATION("Validate it"),
  PREPARE_BUNDLE("Prepare the bundle"),
  SUBMIT("Submit the job"),
  /** The launch as a whole: it is told when all is over. */
  LAUNCH("Launch");

  private final String label;

  Phase(String label) {
    this.label = label;
  }

  /** As the contract writes it: {@code resolve_source}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The phase of that word, which a launch has written. */
  static Phase of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** For people. */
  public String label() {
    return label;
  }
}
