package io.mirrorneuron.wire.schema;

import io.mirrorneuron.wire.Fault;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a validator says, as faults. */
final class UnitFaults {
  private static final Pattern LACKING =
      Pattern.compile("(?s)^Instance does not have required property (\".*\")$");

  private UnitFaults() {}

  /**
   * @param place of the value
   * @param input what the sender wrote for a scalar, or null to look it up in the value
   */
  static Stream<Fault> of(List<OutputUnit> units, Object value, List<Object> place, Object input) {
    Set<String> wrappers = wrappers(units);
    return units.stream()
        .filter(unit -> !wrappers.contains(unit.getKeywordLocation()))
        .map(unit -> fault(unit, value, place, input));
  }

  /** Wrappers such as {@code properties} only repeat that something below is wrong. */
  private static Set<String> wrappers(List<OutputUnit> units) {
    TreeSet<String> places = new TreeSet<>();
    units.forEach(unit -> places.add(unit.getKeywordLocation()));
    Set<String> wrappers = new HashSet<>();
    for (String place : places) {
      String below = places.ceiling(place + "/");
      if (below != null && below.startsWith(place + "/")) {
        wrappers.add(place);
      }
    }
    return wrappers;
  }

  private static Fault fault(OutputUnit unit, Object value, List<Object> place, Object input) {
    List<Object> location = new ArrayList<>(place);
    Object at = value;
    for (String step : steps(unit.getInstanceLocation())) {
      location.add(step);
      at = child(at, step);
    }
    String error = String.valueOf(unit.getError());
    String keyword = unit.getKeywordLocation();
    keyword = keyword.substring(keyword.lastIndexOf('/') + 1);
    return new Fault(
        OwnFormats.UNFIT.equals(error)
            ? word("pattern")
            : UniqueItems.isComplaint(error) ? "uniqueItems" : word(keyword),
        List.copyOf(location),
        LACKING.matcher(error).replaceFirst("member $1 is required"),
        input != null ? input : shown(at));
  }

  static Object shown(Object value) {
    return value instanceof JsonObject || value instanceof JsonArray ? null : value;
  }

  private static String word(String keyword) {
    return switch (keyword) {
      case "required" -> "missing";
      case "type" -> "type_error";
      case "minimum" -> "greater_than_equal";
      case "maximum" -> "less_than_equal";
      case "exclusiveMinimum" -> "greater_than";
      case "exclusiveMaximum" -> "less_than";
      case "enum", "const" -> "literal_error";
      case "minLength", "minItems", "minProperties" -> "too_short";
      case "maxLength", "maxItems", "maxProperties" -> "too_long";
      case "pattern" -> "pattern_mismatch";
      default -> keyword;
    };
  }

  private static List<String> steps(String pointer) {
    String path = pointer.startsWith("#") ? pointer.substring(1) : pointer;
    List<String> steps = new ArrayList<>();
    for (String step : path.split("/")) {
      if (!step.isEmpty()) {
        steps.add(step.replace("~1", "/").replace("~0", "~"));
      }
    }
    return steps;
  }

  private static Object child(Object parent, String step) {
    return switch (parent) {
      case JsonObject object -> object.getValue(step);
      case JsonArray array when step.matches("\\d{1,9}") && Integer.parseInt(step) < array.size() ->
          array.getValue(Integer.parseInt(step));
      case null, default -> null;
    };
  }
}
