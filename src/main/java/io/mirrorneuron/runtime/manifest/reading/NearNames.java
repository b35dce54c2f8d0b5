package io.mirrorneuron.runtime.manifest.reading;

import io.mirrorneuron.config.NearestMatch;
import java.util.Collection;

/**
 * Corrections of misspelt names. A hostile manifest has many wrong names beside many right ones, so
 * only the first few are compared. Not thread-safe.
 */
public final class NearNames {
  private static final int MOST_ASKED = 20;
  private static final int MOST_NAMES = 2000;
  private static final int LONGEST = 200;

  private final Collection<String> names;
  private int asked;

  /**
   * @param names may still grow
   */
  public NearNames(Collection<String> names) {
    this.names = names;
  }

  /** The end of a sentence: {@code ; did you mean X?}, or nothing. */
  public String hint(String wrong) {
    boolean isTooMuch =
        names.size() > MOST_NAMES || wrong.length() > LONGEST || ++asked > MOST_ASKED;
    return isTooMuch
        ? ""
        : NearestMatch.of(wrong, names)
            .map(near -> "; did you mean " + ManifestValue.shown(near) + "?")
            .orElse("");
  }
}
