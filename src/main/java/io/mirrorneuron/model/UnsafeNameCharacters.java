package io.mirrorneuron.model;

import java.util.regex.Pattern;

/**
 * What no name of a person has: control characters, ends of lines and paragraphs, marks of the
 * direction of writing, which steer the line in which a name is shown, and halves of characters,
 * which cannot be stored.
 */
public final class UnsafeNameCharacters {
  private static final Pattern ONE =
      Pattern.compile("[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u202A-\\u202E\\u2066-\\u2069]");

  private UnsafeNameCharacters() {}

  /** Whether there is one in the text. */
  public static boolean areIn(String text) {
    return ONE.matcher(text).find();
  }
}
