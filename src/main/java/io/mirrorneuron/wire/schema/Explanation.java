package io.mirrorneuron.wire.schema;

import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.schema.SchemaParts.Member;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The first faults of a value. A validator that explains lists all there are, several times over,
 * so it gets large values in small parts. For one use by one thread.
 */
public final class Explanation {
  /** Nobody reads more. */
  public static final int MOST = 100;

  /** Values in what is explained at once. */
  private static final int SMALL = 2_000;

  private static final String MORE = "there are more faults than these " + MOST;

  private final Validators validators;
  private final CheckWork work;
  private final Object input;
  private final Set<Fault> faults = new LinkedHashSet<>();

  /**
   * @param validators of the schema
   * @param input what the sender wrote for a scalar, or null to look it up in the value
   */
  public Explanation(Validators validators, Object input) {
    this.validators = validators;
    this.work = validators.work();
    this.input = input;
  }

  /** At most {@link #MOST} faults, and one that says that there are more. */
  public List<Fault> of(Object value, JsonSchema schema, List<Object> place) {
    try {
      explain(value, schema, place);
    } catch (CheckWork.TooLong e) {
      addGeneral(place); // perhaps of what has faults already
    }
    List<Fault> first = new ArrayList<>(faults.stream().limit(MOST).toList());
    if (isFull()) {
      first.add(new Fault("too_many_faults", place, MORE, null));
    }
    return List.copyOf(first);
  }

  /** Whether a value is explained at once. */
  public static boolean isSmall(Object value) {
    return left(value, SMALL) >= 0;
  }

  /** How many values may follow a value, where so many may from it on. */
  private static int left(Object value, int most) {
    int left = most - 1;
    Iterable<?> members =
        switch (value) {
          case JsonObject object -> object.getMap().values();
          case JsonArray array -> array.getList();
          case Map<?, ?> map -> map.values();
          case List<?> list -> list;
          case null, default -> List.of();
        };
    for (Object member : members) {
      if (left < 0) {
        break;
      }
      left = left(member, left);
    }
    return left;
  }

  private boolean isFull() {
    return faults.size() > MOST;
  }

  private void explain(Object value, JsonSchema schema, List<Object> place) {
    if (schema == JsonSchema.of(false)) {
      addGeneral(place);
    } else if (schema != JsonSchema.of(true)
        && !isFull()
        && !(isSmall(value) && look(validators.whole(schema), value, place))) {
      explainParts(value, schema, place);
    }
  }

  /** Whether that could be done at once: then all faults are found, perhaps none. */
  private boolean look(Validator validator, Object value, List<Object> place) {
    try {
      explains(true);
      List<OutputUnit> units = validator.validate(value).getErrors();
      if (units != null) {
        add(UnitFaults.of(units, value, place, input));
      }
      return true;
    } catch (CheckWork.TooMuch e) {
      return false;
    } finally {
      explains(false);
    }
  }

  private void explains(boolean isExplaining) {
    if (work != null) {
      work.explains(isExplaining);
    }
  }

  private void add(Stream<Fault> found) {
    for (Iterator<Fault> each = found.iterator(); each.hasNext() && !isFull(); ) {
      faults.add(each.next());
    }
  }

  private void addGeneral(List<Object> place) {
    if (!isFull()) {
      faults.add(new Fault("value_error", place, "does not fit its schema", input));
    }
  }

  // ---- part by part

  /** Of parts that are not taken apart it is only told that something does not fit. */
  private void explainParts(Object value, JsonSchema schema, List<Object> place) {
    int before = faults.size();
    SchemaParts parts = new SchemaParts(schema);
    boolean isReported = look(validators.own(parts), value, place);
    parts.referred(validators.schemas()).ifPresent(one -> explain(value, one, place));
    parts.all().forEach(one -> explain(value, one, place));
    switch (value) {
      case JsonArray array -> explainItems(array, parts, place);
      case JsonObject object -> explainMembers(object, parts, place);
      case null, default -> {}
    }
    if (faults.size() == before
        && (!isReported || parts.hasOthers())
        && !validators.fits(value, schema)) {
      addGeneral(place);
    }
  }

  private void explainItems(JsonArray array, SchemaParts parts, List<Object> place) {
    List<Optional<JsonSchema>> firstItems = parts.firstItems();
    for (int i = 0; i < array.size() && !isFull(); i++) {
      Member member = parts.item(i, firstItems).orElse(null);
      if (member == null) {
        continue;
      }
      if (member.allowsNothing()) {
        faults.add(new Fault(member.keyword(), place, "Items did not match schema", null));
      } else {
        explain(array.getValue(i), member.schema(), below(place, String.valueOf(i)));
      }
    }
    if (parts.wantsUniqueItems()) {
      UniqueItems.complaint(array, work)
          .ifPresent(text -> add(Stream.of(new Fault("uniqueItems", place, text, null))));
    }
  }

  private void explainMembers(JsonObject object, SchemaParts parts, List<Object> place) {
    for (String name : object.fieldNames()) {
      Member member = parts.property(name).orElse(null);
      if (member == null || isFull()) {
        continue;
      }
      Object value = object.getValue(name);
      if (member.allowsNothing()) {
        String text = "Property \"%s\" %s".formatted(name, member.refusal());
        faults.add(new Fault(member.keyword(), below(place, name), text, UnitFaults.shown(value)));
      } else {
        explain(value, member.schema(), below(place, name));
      }
    }
  }

  private static List<Object> below(List<Object> place, String step) {
    return Stream.concat(place.stream(), Stream.of(step)).toList();
  }

  /** What a validator says, as faults. */
  private static final class UnitFaults {
    private static final Pattern LACKING =
        Pattern.compile("(?s)^Instance does not have required property (\".*\")$");

    private UnitFaults() {}

    /**
     * @param place of the value
     * @param input what the sender wrote for a scalar, or null to look it up in the value
     */
    static Stream<Fault> of(
        List<OutputUnit> units, Object value, List<Object> place, Object input) {
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
        case JsonArray array
            when step.matches("\\d{1,9}") && Integer.parseInt(step) < array.size() ->
            array.getValue(Integer.parseInt(step));
        case null, default -> null;
      };
    }
  }
}
