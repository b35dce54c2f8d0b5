package io.mirrorneuron.runtime.workflow;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Versions that are numbers with dots between them. Pure. */
public final class Versions {
  private static final Pattern VERSION = Pattern.compile("\\d{1,9}(\\.\\d{1,9})*");

  /** One that a decimal can be made of. */
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d{1,60}\\.?\\d{0,60}|\\.\\d{1,60})([eE][+-]?\\d{1,3})?");

  private Versions() {}

  /** As a comparator would; empty when one is null or no version. */
  public static OptionalInt compare(String one, String other) {
    if (!isVersion(one) || !isVersion(other)) {
      return OptionalInt.empty();
    }
    String[] left = one.split("\\.");
    String[] right = other.split("\\.");
    for (int i = 0; i < Math.max(left.length, right.length); i++) {
      int compared = Integer.compare(part(left, i), part(right, i));
      if (compared != 0) {
        return OptionalInt.of(compared);
      }
    }
    return OptionalInt.of(0);
  }

  /** Whether the text has an order among others like it. */
  public static boolean isNumberOrVersion(String text) {
    return NUMBER.matcher(text).matches() || isVersion(text);
  }

  private static boolean isVersion(String text) {
    return text != null && VERSION.matcher(text).matches();
  }

  private static int part(String[] parts, int i) {
    return i < parts.length ? Integer.parseInt(parts[i]) : 0;
  }
}
