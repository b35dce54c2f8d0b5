package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.regex.SchemaForValue;
import io.mirrorneuron.wire.regex.SchemaPatterns;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonFormatValidator;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A compiled schema: one validator that only says yes or no, and one that explains and is asked
 * when the answer was no. Shared by all requests.
 */
public final class SchemaCheck {
  /** Accepts everything. */
  public static final SchemaCheck NONE = new SchemaCheck(null, null);

  private static final String UNFIT_TEXT = "String does not match pattern";

  private static final Pattern ORIGIN =
      Pattern.compile("https?://json-schema\\.org/(draft-0\\d|draft/[-\\d]+)/schema#?");

  private final Validator quick;
  private final Validator explained;
  private final SchemaPatterns patterns;

  /** One of a schema that is the program's own: its patterns are taken as they are. */
  public SchemaCheck(Validator quick, Validator explained) {
    this(quick, explained, null);
  }

  private SchemaCheck(Validator quick, Validator explained, SchemaPatterns patterns) {
    this.quick = quick;
    this.explained = explained;
    this.patterns = patterns;
  }

  /**
   * A check of a schema (draft 2020-12) that somebody wrote; what it refers to must lie within it,
   * and its patterns must be such that searching for them takes no longer than reading the text.
   *
   * @throws MnException PRECONDITION {@code unusable_schema} when it is none
   */
  public static SchemaCheck of(ObjectNode schema) {
    try {
      SchemaPatterns patterns = new SchemaPatterns(schema);
      return of(patterns.fitting(Json.object()), patterns);
    } catch (RuntimeException | StackOverflowError e) {
      throw unusable(e);
    }
  }

  private static SchemaCheck of(SchemaForValue schema, SchemaPatterns patterns) {
    JsonSchema read = JsonSchema.of(new JsonObject(Json.write(schema.schema())));
    JsonFormatValidator formats =
        (type, format, text) ->
            type.equals("string") && !schema.fits(format, (String) text) ? UNFIT_TEXT : null;
    return new SchemaCheck(
        Validator.create(read, options(OutputFormat.Flag), formats),
        Validator.create(read, options(OutputFormat.Basic), formats),
        patterns);
  }

  /**
   * What is wrong with a schema that can be used all the same: then it checks something else than
   * its author thinks.
   */
  public static Optional<String> complaint(ObjectNode schema) {
    for (JsonNode origin : schema.findValues("$schema")) {
      if (origin.isTextual() && !ORIGIN.matcher(origin.textValue()).matches()) {
        return Optional.of(
            "$schema %s is not known here; write https://json-schema.org/draft/2020-12/schema, or leave it out"
                .formatted(Json.write(origin)));
      }
    }
    return schema.findValues("multipleOf").stream()
        .filter(factor -> factor.isNumber() && factor.doubleValue() <= 0)
        .findFirst()
        .map(factor -> "multipleOf must be above 0, and is " + factor);
  }

  /**
   * What a schema that somebody wrote says of a value; null is no value.
   *
   * @throws MnException PRECONDITION {@code unusable_schema}
   */
  public List<Fault> faults(JsonNode value, List<Object> root) {
    Objects.requireNonNull(patterns, "a schema of the program's own");
    try {
      SchemaForValue schema = patterns.fitting(value);
      JsonObject held = new JsonObject("{\"value\":" + Json.write(value) + "}");
      return of(schema, patterns).faults(held.getValue("value"), root, null).stream()
          .map(
              fault ->
                  new Fault(fault.type(), fault.loc(), schema.told(fault.msg()), fault.input()))
          .toList();
    } catch (RuntimeException | StackOverflowError e) { // a broken reference; one in a circle
      throw unusable(e);
    }
  }

  private static MnException unusable(Throwable e) {
    return new MnException(
        ErrorCode.PRECONDITION,
        "unusable_schema",
        "the JSON Schema cannot be used: "
            + (e instanceof StackOverflowError || e.getMessage() == null
                ? "it refers to itself without end"
                : e.getMessage()),
        null,
        e);
  }

  public static JsonSchemaOptions options(OutputFormat format) {
    return new JsonSchemaOptions()
        .setBaseUri("app://")
        .setDraft(Draft.DRAFT202012)
        .setOutputFormat(format);
  }

  /**
   * @param root location of the value
   * @param input what the sender wrote for a scalar, or null to look it up in the value
   */
  public List<Fault> faults(Object value, List<Object> root, Object input) {
    if (quick == null || quick.validate(value).getValid()) {
      return List.of();
    }
    List<OutputUnit> units = explained.validate(value).getErrors();
    Set<Fault> faults = new LinkedHashSet<>();
    if (units != null) {
      units.stream()
          .filter(unit -> isLeaf(unit, units))
          .forEach(u -> faults.add(fault(u, value, root, input)));
    }
    return faults.isEmpty()
        ? List.of(new Fault("value_error", root, "does not fit its schema", input))
        : List.copyOf(faults);
  }

  /** Wrappers such as {@code properties} only repeat that something below is wrong. */
  private static boolean isLeaf(OutputUnit unit, List<OutputUnit> all) {
    return all.stream()
        .noneMatch(
            other ->
                other != unit
                    && other.getKeywordLocation().startsWith(unit.getKeywordLocation() + "/"));
  }

  private static Fault fault(OutputUnit unit, Object value, List<Object> root, Object input) {
    List<Object> location = new ArrayList<>(root);
    Object at = value;
    for (String step : steps(unit.getInstanceLocation())) {
      location.add(step);
      at = child(at, step);
    }
    String keyword = unit.getKeywordLocation();
    keyword = keyword.substring(keyword.lastIndexOf('/') + 1);
    return new Fault(
        UNFIT_TEXT.equals(unit.getError()) ? word("pattern") : word(keyword),
        List.copyOf(location),
        String.valueOf(unit.getError()),
        input != null ? input : at instanceof JsonObject || at instanceof JsonArray ? null : at);
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
