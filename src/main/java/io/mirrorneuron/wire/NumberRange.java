package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds numbers that cannot be stored: a number with a fraction or an exponent is stored as a
 * double, and one beyond that range would become a text.
 */
public final class NumberRange {
  /** A text without a match has no such number. */
  private static final Pattern LARGE = Pattern.compile("[eE]\\+?\\d{2}|\\d{300}");

  private NumberRange() {}

  /** Whether the JSON text may have such a number. */
  public static boolean isToBeLookedAt(String text) {
    return LARGE.matcher(text).find();
  }

  /** A sentence about the first such number; null when there is none. */
  public static String fault(JsonNode value) {
    String place = place(value, "");
    return place == null
        ? null
        : (place.isEmpty() ? "the number" : "the number at " + place.substring(1))
            + " is beyond the largest that can be kept, 1.8e308; a text can hold it";
  }

  private static String place(JsonNode value, String at) {
    if (value.isDouble() || value.isFloat()) {
      return Double.isFinite(value.doubleValue()) ? null : at;
    }
    String found = null;
    if (value.isObject()) {
      Iterator<Map.Entry<String, JsonNode>> members = value.properties().iterator();
      while (found == null && members.hasNext()) {
        Map.Entry<String, JsonNode> member = members.next();
        found = place(member.getValue(), at + "." + member.getKey());
      }
    } else if (value.isArray()) {
      for (int i = 0; found == null && i < value.size(); i++) {
        found = place(value.get(i), at + "." + i);
      }
    }
    return found;
  }
}
