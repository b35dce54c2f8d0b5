package io.mirrorneuron.wire.schema;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.SchemaRepository;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Finds schemas that look at the same value with themselves again, and so without end, and long
 * ways of that kind: the validator writes out the way at each step. Also those of which so many
 * look at one value, each as often as others refer to it, that its check would never end.
 */
final class Circles {
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
