package io.mirrorneuron.wire.schema;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The keyword {@code uniqueItems}, in time that grows as the text of the list does. */
final class UniqueItems {
  private static final String DUPLICATE = "Duplicate items at indexes ";

  private UniqueItems() {}

  /**
   * What is wrong with a list.
   *
   * @param work what it may cost, or null
   * @throws IllegalStateException when looking takes too long
   */
  static Optional<String> complaint(JsonArray list, CheckWork work) {
    Map<String, Integer> firsts = HashMap.newHashMap(list.size());
    int first = -1;
    int second = -1;
    for (int i = 0; i < list.size(); i++) {
      StringBuilder text = new StringBuilder();
      write(list.getValue(i), text);
      if (work != null) {
        work.spend(1L + text.length());
      }
      Integer same = firsts.putIfAbsent(text.toString(), i);
      if (same != null && (first < 0 || same < first)) {
        first = same;
        second = i;
      }
    }
    return first < 0 ? Optional.empty() : Optional.of(DUPLICATE + first + " and " + second);
  }

  static boolean isComplaint(String error) {
    return error.startsWith(DUPLICATE);
  }

  /** The same text for what is equal in JSON: texts as keys, as maps keep them in order. */
  private static void write(Object value, StringBuilder text) {
    switch (value) {
      case JsonArray list -> write(list.getList(), text);
      case JsonObject object -> write(object.getMap(), text);
      case List<?> list -> {
        text.append('[');
        list.forEach(one -> write(one, text));
        text.append(']');
      }
      case Map<?, ?> map -> {
        text.append('{');
        new TreeMap<>(map)
            .forEach(
                (name, one) -> {
                  write(name, text);
                  write(one, text);
                });
        text.append('}');
      }
      case String one -> text.append('"').append(one.length()).append(':').append(one);
      case Number number -> text.append(decimal(number).stripTrailingZeros()).append(' ');
      case null, default -> text.append(value).append(' ');
    }
  }

  private static BigDecimal decimal(Number number) {
    return switch (number) {
      case BigDecimal decimal -> decimal;
      case BigInteger integer -> new BigDecimal(integer);
      case Double real -> BigDecimal.valueOf(real);
      case Float real -> BigDecimal.valueOf(real);
      default -> BigDecimal.valueOf(number.longValue());
    };
  }
}
