package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Selects events by type and by demands on their values; all demands must hold.
 *
 * @param types at least one
 * @param demands by {@code event_type}, {@code source} or the dotted path of a value in the
 *     payload. A text, number or boolean: equal text, or equal number. A list: one of its demands
 *     holds. {@code prefix}: a text begins so. {@code contains}: a text contains this, or a list
 *     has it as an element. Null: any value or none. Otherwise a missing value fails
 */
public record EventFilter(Set<String> types, Map<String, Object> demands) {
  private static final String PREFIX = "prefix";
  private static final String CONTAINS = "contains";
  private static final Set<String> WORDS = Set.of(PREFIX, CONTAINS);

  public EventFilter {
    types = Set.copyOf(types);
    demands = Collections.unmodifiableMap(new LinkedHashMap<>(demands));
  }

  /** The faults of demands: a sentence for each, beginning with the path. */
  public static List<String> faults(Map<String, Object> demands) {
    List<String> faults = new ArrayList<>();
    demands.forEach((path, demand) -> addFaults(path, demand, faults));
    return faults;
  }

  private static void addFaults(String path, Object demand, List<String> faults) {
    if (path.isBlank()) {
      faults.add("\"\" is no path into an event");
    }
    if (demand instanceof List<?> list) {
      if (list.stream().allMatch(Objects::isNull)) {
        faults.add(path + " has a list without a value, which no event can satisfy");
      }
      list.forEach(element -> addFaults(path, element, faults));
    } else if (demand instanceof Map<?, ?> map
        && (map.isEmpty()
            || !WORDS.containsAll(map.keySet())
            || map.containsKey(PREFIX) && !(map.get(PREFIX) instanceof String)
            || !map.values().stream().allMatch(EventFilter::isScalar))) {
      faults.add(
          path + " must be a value, a list of values, {\"prefix\": text} or {\"contains\": text}");
    }
  }

  /** Pure. */
  public boolean matches(TriggerEvent event) {
    return types.contains(event.eventType())
        && demands.entrySet().stream()
            .allMatch(demand -> holds(demand.getValue(), event, demand.getKey()));
  }

  /**
   * The text, number or boolean at a dotted path of a payload, as text. Values that are equal to a
   * filter have the same text; empty when there is none.
   */
  public static Optional<String> textAt(Map<String, Object> payload, String path) {
    return values(payload, path).filter(EventFilter::isScalar).findFirst().map(EventFilter::text);
  }

  private static String text(Object scalar) {
    return scalar instanceof Double number
        ? new BigDecimal(number.toString()).stripTrailingZeros().toPlainString()
        : scalar.toString();
  }

  private static boolean holds(Object demand, TriggerEvent event, String path) {
    if (demand == null) {
      return true;
    }
    return switch (path) {
      case "event_type" -> holds(demand, event.eventType());
      case "source" -> holds(demand, event.source());
      default -> values(event.payload(), path).anyMatch(value -> holds(demand, value));
    };
  }

  /** All values that a path may address: names may contain dots. */
  private static Stream<Object> values(Object container, String path) {
    Stream<Object> whole = member(container, path);
    return Stream.concat(
        whole,
        path.chars().noneMatch(c -> c == '.')
            ? Stream.empty()
            : Stream.iterate(path.indexOf('.'), dot -> dot >= 0, dot -> path.indexOf('.', dot + 1))
                .flatMap(
                    dot ->
                        member(container, path.substring(0, dot))
                            .flatMap(inner -> values(inner, path.substring(dot + 1)))));
  }

  /** Empty when missing; list elements count from 0. */
  private static Stream<Object> member(Object container, String name) {
    if (container instanceof Map<?, ?> map) {
      Object value = map.get(name);
      return value == null ? Stream.empty() : Stream.of(value);
    }
    if (container instanceof List<?> list && name.matches("[0-9]{1,9}")) {
      int index = Integer.parseInt(name);
      return index < list.size() && list.get(index) != null
          ? Stream.of(list.get(index))
          : Stream.empty();
    }
    return Stream.empty();
  }

  private static boolean holds(Object demand, Object value) {
    return switch (demand) {
      case null -> true;
      case List<?> any -> any.stream().anyMatch(each -> each != null && holds(each, value));
      case Map<?, ?> words ->
          !words.isEmpty()
              && words.entrySet().stream()
                  .allMatch(word -> holds(word.getKey(), word.getValue(), value));
      default -> isSame(demand, value);
    };
  }

  private static boolean holds(Object word, Object demanded, Object value) {
    if (CONTAINS.equals(word) && value instanceof List<?> list) {
      return list.stream().anyMatch(element -> isSame(demanded, element));
    }
    if (!isScalar(value) || !isScalar(demanded)) {
      return false;
    }
    String text = value.toString();
    return PREFIX.equals(word) && text.startsWith(demanded.toString())
        || CONTAINS.equals(word) && text.contains(demanded.toString());
  }

  private static boolean isSame(Object demanded, Object value) {
    if (!isScalar(demanded) || !isScalar(value)) {
      return false;
    }
    if (demanded.toString().equals(value.toString())) {
      return true;
    }
    return demanded instanceof Number one
        && value instanceof Number other
        && (one instanceof Double || other instanceof Double) // whole numbers equal their texts
        && one.doubleValue() == other.doubleValue();
  }

  private static boolean isScalar(Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }
}
