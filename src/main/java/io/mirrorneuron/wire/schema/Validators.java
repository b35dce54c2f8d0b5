package io.mirrorneuron.wire.schema;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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

  /**
   * Finds schemas that look at the same value with themselves again, and so without end, and long
   * ways of that kind: the validator writes out the way at each step. Also those of which so many
   * look at one value, each as often as others refer to it, that its check would never end.
   */
  private static final class Circles {
    private static final int MOST_STEPS = 300;
    private static final int MOST_CHARACTERS = 10_000;
    private static final long MOST_LOOKS = 1_000_000;

    private static final List<String> ONE = List.of("not", "if", "then", "else");
    private static final List<String> LISTS = List.of("allOf", "anyOf", "oneOf");
    private static final List<String> MAPS = List.of("dependentSchemas", "dependencies");

    /**
     * How long the longest way from a schema on is.
     *
     * @param looks at one value, of all ways together
     */
    private record Way(int steps, int characters, long looks) {}

    private record Step(Object schema, String name) {}

    private static final Way OPEN = new Way(-1, -1, 0);

    private final SchemaRepository schemas;
    private final Map<Object, Way> ways = new IdentityHashMap<>();

    private Circles(SchemaRepository schemas) {
      this.schemas = schemas;
    }

    /**
     * @param schema resolved
     * @param schemas with it
     * @throws IllegalArgumentException when there is such a way
     */
    static void check(JsonSchema schema, SchemaRepository schemas) {
      new Circles(schemas).visit(schema);
    }

    /** Visits a schema and all that may be one below it. */
    private void visit(Object written) {
      if (written instanceof JsonObject object) {
        way(object);
        object.getMap().keySet().forEach(name -> visit(object.getValue(name)));
      } else if (written instanceof JsonArray list) {
        list.forEach(this::visit);
      }
    }

    private Way way(JsonObject schema) {
      Way known = ways.putIfAbsent(schema.getMap(), OPEN);
      if (known == OPEN) {
        throw new IllegalArgumentException("it refers to itself without end");
      }
      if (known != null) {
        return known;
      }
      int steps = 0;
      int characters = 0;
      long looks = 1;
      for (Step step : steps(schema)) {
        if (step.schema() instanceof JsonObject next) {
          Way way = way(next);
          steps = Math.max(steps, way.steps() + 1);
          characters = Math.max(characters, way.characters() + step.name().length());
          looks += way.looks();
        }
      }
      if (steps > MOST_STEPS || characters > MOST_CHARACTERS) {
        throw new IllegalArgumentException(
            "it looks at the same value again and again, with more than %d schemas that refer to each other"
                .formatted(MOST_STEPS));
      }
      if (looks > MOST_LOOKS) {
        throw new IllegalArgumentException(
            "it looks at one value more than %d times, as its schemas refer to each other in so many ways"
                .formatted(MOST_LOOKS));
      }
      Way way = new Way(steps, characters, looks);
      ways.put(schema.getMap(), way);
      return way;
    }

    /** To the schemas that look at the same value. */
    private List<Step> steps(JsonObject schema) {
      List<Step> steps = new ArrayList<>();
      if (schema.getValue("__absolute_ref__") instanceof String uri) {
        steps.add(new Step(schemas.find(uri), "$ref"));
      }
      ONE.forEach(name -> steps.add(new Step(schema.getValue(name), name)));
      for (String name : LISTS) {
        if (schema.getValue(name) instanceof JsonArray list) {
          IntStream.range(0, list.size())
              .forEach(i -> steps.add(new Step(list.getValue(i), name + i)));
        }
      }
      for (String name : MAPS) {
        if (schema.getValue(name) instanceof JsonObject map) {
          map.getMap().keySet().forEach(key -> steps.add(new Step(map.getValue(key), name + key)));
        }
      }
      return steps;
    }
  }
}
