package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Limits of size and depth for schedules and events from outside. Pure. */
public final class InputLimits {
  /** Of a name or a type, in characters. */
  public static final int LONGEST_WORD = 200;

  /** Of a schedule's details besides its times, in characters as JSON. */
  public static final int LARGEST_DETAILS = 16 << 10;

  /** Of the payload of an event or a dispatch, in characters as JSON. */
  public static final int LARGEST_PAYLOAD = 2 << 20;

  /** A payload lies a few levels deep in a manifest, which may have 100 levels. */
  private static final int DEEPEST = 64;

  private static final Pattern WORD =
      Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1," + LONGEST_WORD + "}", Pattern.DOTALL);

  private InputLimits() {}

  /** The fault of an event type or the like, to follow its name; or null. */
  public static String wordFault(String text) {
    return WORD.matcher(text).matches()
        ? null
        : "must have at most %d characters and no control characters".formatted(LONGEST_WORD);
  }

  /**
   * The fault of free-form JSON, to follow its name; or null.
   *
   * @param most characters as JSON
   */
  public static String fault(Object value, int most) {
    String inside = faultInside(value, 1);
    if (inside != null) {
      return inside;
    }
    return Json.write(value).length() > most
        ? "must have at most %d characters as JSON".formatted(most)
        : null;
  }

  private static String faultInside(Object value, int level) {
    return switch (value) {
      case Map<?, ?> object -> faultInside(object.values(), level);
      case List<?> list -> faultInside(list, level);
      case Double number when !Double.isFinite(number) ->
          "has a number that no double can hold: write it as a text";
      case null, default -> null;
    };
  }

  private static String faultInside(Collection<?> values, int level) {
    if (level > DEEPEST) {
      return "is nested deeper than %d levels".formatted(DEEPEST);
    }
    for (Object value : values) {
      String fault = faultInside(value, level + 1);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  /**
   * @throws MnException INVALID with the {@linkplain #fault fault}
   */
  public static void require(Object value, int most, String name) {
    String fault = fault(value, most);
    if (fault != null) {
      throw MnException.invalid(name + " " + fault);
    }
  }
}
