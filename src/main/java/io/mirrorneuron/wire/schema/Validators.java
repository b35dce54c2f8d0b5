package io.mirrorneuron.wire.schema;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The validators of schemas that refer to each other, each made when it is needed, as it copies a
 * table of all of them. Not thread-safe.
 */
public final class Validators {
  private static final JsonSchemaOptions FLAG = options(OutputFormat.Flag);
  private static final JsonSchemaOptions BASIC = options(OutputFormat.Basic);

  private final SchemaRepository schemas;
  private final SchemaRepository none;
  private final CheckWork work;
  private final Map<Object, Validator> quick = new IdentityHashMap<>();
  private final Map<Object, Validator> whole = new IdentityHashMap<>();
  private final Map<Object, Validator> own = new IdentityHashMap<>();

  private Validators(SchemaRepository schemas, SchemaRepository none, CheckWork work) {
    this.schemas = schemas;
    this.none = none;
    this.work = work;
  }

  /**
   * Of a schema that somebody wrote.
   *
   * @throws IllegalArgumentException when looking at a value with it has no end
   */
  public static Validators of(JsonSchema schema, OwnFormats formats) {
    SchemaRepository schemas = SchemaRepository.create(FLAG, formats).dereference(schema);
    Circles.check(schema, schemas);
    return new Validators(schemas, SchemaRepository.create(FLAG, formats), formats.work());
  }

  /** Of the program's own schemas; those of one are there already. */
  public static Validators own(
      SchemaRepository schemas, JsonSchema schema, Validator quick, Validator explained) {
    Validators validators = new Validators(schemas, SchemaRepository.create(FLAG), null);
    validators.quick.put(identity(schema), quick);
    validators.whole.put(identity(schema), explained);
    return validators;
  }

  /** One of the program's own schemas; thread-safe. Most of them are never needed. */
  public static Supplier<Validator> whenNeeded(
      SchemaRepository schemas, JsonSchema schema, OutputFormat format) {
    return new Supplier<>() {
      private volatile Validator made;

      @Override
      public Validator get() {
        Validator validator = made;
        if (validator == null) {
          validator = schemas.validator(schema, options(format));
          made = validator; // two that ask at once make two: one is as good as the other
        }
        return validator;
      }
    };
  }

  public static JsonSchemaOptions options(OutputFormat format) {
    return new JsonSchemaOptions()
        .setBaseUri("app://")
        .setDraft(Draft.DRAFT202012)
        .setOutputFormat(format);
  }

  SchemaRepository schemas() {
    return schemas;
  }

  /** What it all may cost; null when the schema is the program's own. */
  CheckWork work() {
    return work;
  }

  public boolean fits(Object value, JsonSchema schema) {
    return of(quick, schema, FLAG).validate(value).getValid();
  }

  /** One that explains. */
  Validator whole(JsonSchema schema) {
    return of(whole, schema, BASIC);
  }

  private Validator of(Map<Object, Validator> made, JsonSchema schema, JsonSchemaOptions options) {
    Validator known = made.get(identity(schema));
    if (known != null) {
      return known;
    }
    if (work != null && made.size() >= work.madeValidator()) {
      made.clear();
    }
    Validator validator = schemas.validator(schema, options);
    made.put(identity(schema), validator);
    return validator;
  }

  /** One that explains what keywords say that look at a value alone, and so refer to nothing. */
  Validator own(SchemaParts parts) {
    return own.computeIfAbsent(identity(parts.schema()), _ -> none.validator(parts.own(), BASIC));
  }

  private static Object identity(JsonSchema schema) {
    return schema instanceof JsonObject object ? object.getMap() : schema;
  }
}
