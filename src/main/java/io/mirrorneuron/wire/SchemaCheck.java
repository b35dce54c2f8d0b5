package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.schema.CheckWork;
import io.mirrorneuron.wire.schema.Explanation;
import io.mirrorneuron.wire.schema.KeywordCheck;
import io.mirrorneuron.wire.schema.OwnFormats;
import io.mirrorneuron.wire.schema.PlainFit;
import io.mirrorneuron.wire.schema.SchemaForValue;
import io.mirrorneuron.wire.schema.SchemaPatterns;
import io.mirrorneuron.wire.schema.Validators;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** A schema, compiled on first use. Shared by all requests. */
public final class SchemaCheck {
  /** Accepts everything. */
  public static final SchemaCheck NONE = new SchemaCheck();

  /** In characters. */
  private static final int LONGEST_MESSAGE = 50_000;

  private static final Pattern ORIGIN =
      Pattern.compile("https?://json-schema\\.org/(draft-0\\d|draft/[-\\d]+)/schema#?");

  private final SchemaRepository schemas;
  private final JsonSchema schema;
  private final Supplier<Validator> quick;
  private final Supplier<Validator> explained;
  private final SchemaPatterns patterns;
  private final PlainFit plain;

  private SchemaCheck() {
    this(null, null, null, null, null);
  }

  /**
   * For a schema of the program itself: its patterns are trusted.
   *
   * @param schemas with this schema in it
   */
  public SchemaCheck(SchemaRepository schemas, JsonSchema schema) {
    this(
        schemas,
        schema,
        Validators.whenNeeded(schemas, schema, OutputFormat.Flag),
        Validators.whenNeeded(schemas, schema, OutputFormat.Basic),
        null);
  }

  private SchemaCheck(
      SchemaRepository schemas,
      JsonSchema schema,
      Supplier<Validator> quick,
      Supplier<Validator> explained,
      SchemaPatterns patterns) {
    this.schemas = schemas;
    this.schema = schema;
    this.quick = quick;
    this.explained = explained;
    this.patterns = patterns;
    this.plain = PlainFit.of(schema);
  }

  /**
   * A check of a user's schema (draft 2020-12); its references must stay within it, and its
   * patterns must be searchable in linear time.
   *
   * @throws MnException PRECONDITION {@code unusable_schema} when it is none
   */
  public static SchemaCheck of(ObjectNode schema) {
    try {
      SchemaPatterns patterns = new SchemaPatterns(schema);
      SchemaForValue any = patterns.fitting(Json.object());
      Validators.of(read(any), new OwnFormats(any, new CheckWork(any.schema(), Json.object())));
      return new SchemaCheck(null, null, null, null, patterns);
    } catch (RuntimeException | StackOverflowError e) {
      throw unusable(e);
    }
  }

  private static JsonSchema read(SchemaForValue schema) {
    return JsonSchema.of(new JsonObject(Json.write(schema.schema())));
  }

  /**
   * A flaw of a schema that its author must fix: the check would differ from the author's intent,
   * or fail with some values only.
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
        .map(factor -> "multipleOf must be above 0, and is " + factor)
        .or(() -> KeywordCheck.fault(schema).map(why -> "it is no JSON Schema: " + why));
  }

  /**
   * Faults of a value by a user's schema; null is no value. At most {@link Explanation#MOST}
   * faults, and one that says that there are more.
   *
   * @throws MnException PRECONDITION {@code unusable_schema}, also when it takes too long
   */
  public List<Fault> faults(JsonNode value, List<Object> root) {
    Objects.requireNonNull(patterns, "a schema of the program's own");
    try {
      SchemaForValue fitting = patterns.fitting(value);
      CheckWork work = new CheckWork(fitting.schema(), value);
      JsonSchema read = read(fitting);
      Validators validators = Validators.of(read, new OwnFormats(fitting, work));
      Object held = new JsonObject("{\"value\":" + Json.write(value) + "}").getValue("value");
      if (validators.fits(held, read)) {
        return List.of();
      }
      return orGeneral(new Explanation(validators, null).of(held, read, root), root, null).stream()
          .map(
              fault ->
                  new Fault(
                      fault.type(),
                      fault.loc(),
                      shortened(fitting.reported(fault.msg())),
                      fault.input()))
          .toList();
    } catch (RuntimeException | StackOverflowError e) { // a broken reference; one in a circle
      throw unusable(e);
    }
  }

  /** Each fault about an enumeration lists all its values. */
  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "…";
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

  /** Quick check of the program's own schema: true only when the value has no fault. */
  public boolean isCertain(Object value) {
    return schema == null || plain != null && plain.isCertain(value);
  }

  /**
   * Faults by the program's own schema. A large value is explained in parts first and checked as a
   * whole only when no part has a fault.
   *
   * @param root location of the value
   * @param input what the sender wrote for a scalar, or null to look it up in the value
   */
  public List<Fault> faults(Object value, List<Object> root, Object input) {
    if (isCertain(value) || Explanation.isSmall(value) && quick.get().validate(value).getValid()) {
      return List.of();
    }
    List<Fault> faults =
        new Explanation(Validators.own(schemas, schema, quick.get(), explained.get()), input)
            .of(value, schema, root);
    return faults.isEmpty() && quick.get().validate(value).getValid()
        ? List.of()
        : orGeneral(faults, root, input);
  }

  private static List<Fault> orGeneral(List<Fault> faults, List<Object> root, Object input) {
    return faults.isEmpty()
        ? List.of(new Fault("value_error", root, "does not fit its schema", input))
        : faults;
  }
}
