package io.mirrorneuron.blueprint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One entry of an index that strangers wrote: members by snake_case or camelCase name, its own
 * before those of its {@code product}. A value of another kind than asked for counts as absent.
 *
 * @param members as they stand in the index
 */
record Entry(Map<String, Object> members) {

  /** Empty when it is no object. */
  static Entry of(Object value) {
    return new Entry(object(value));
  }

  /** The first of these members that is a text with something in it. */
  Optional<String> text(String... names) {
    return first(value -> value instanceof String text && !text.isBlank() ? text : null, names);
  }

  String textOr(String fallback, String... names) {
    return text(names).orElse(fallback);
  }

  /** A number without end, as 1e400 is read, counts as absent. */
  Number number(Number fallback, String... names) {
    return first(
            value ->
                value instanceof Number number && Double.isFinite(number.doubleValue())
                    ? number
                    : null,
            names)
        .orElse(fallback);
  }

  List<Object> list(String... names) {
    return first(value -> value instanceof List<?> list ? copy(list) : null, names)
        .orElse(List.of());
  }

  /** There may be nulls among them. */
  private static List<Object> copy(List<?> list) {
    return Collections.unmodifiableList(new ArrayList<>(list));
  }

  /** The object of this name; without members when there is none. */
  Entry object(String... names) {
    return of(first(value -> value instanceof Map<?, ?> map ? map : null, names).orElse(Map.of()));
  }

  private <T> Optional<T> first(Function<Object, T> fitting, String... names) {
    for (Map<String, Object> where : List.of(members, object(members.get("product")))) {
      for (String name : names) {
        T value = fitting.apply(where.get(name));
        if (value == null && name.indexOf('_') >= 0) {
          value = fitting.apply(where.get(camelCase(name)));
        }
        if (value != null) {
          return Optional.of(value);
        }
      }
    }
    return Optional.empty();
  }

  static String camelCase(String name) {
    List<String> words = new ArrayList<>(List.of(name.split("_")));
    StringBuilder camel = new StringBuilder(words.removeFirst());
    words.forEach(
        word -> camel.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length()));
    return camel.toString();
  }

  @SuppressWarnings("unchecked") // an object of JSON has texts as names
  private static Map<String, Object> object(Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }
}
