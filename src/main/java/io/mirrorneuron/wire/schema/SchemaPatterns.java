package io.mirrorneuron.wire.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.schema.LinearPattern.Refused;
import java.util.HashMap;
import java.util.Map;

/**
 * The regular expressions of a JSON Schema that a stranger wrote. Its validator would search with
 * those of the JDK, which may take for ever, so it gets another schema for each value, which means
 * the same without them. Immutable.
 */
public final class SchemaPatterns {
  static final String PATTERN = "pattern";
  static final String BY_PATTERN = "patternProperties";

  /** Of all together, as {@link LinearPattern#work} counts. */
  private static final long LARGEST = 200_000;

  private final ObjectNode schema;
  private final Map<String, LinearPattern> compiled = new HashMap<>();
  private long size;

  /**
   * @throws IllegalArgumentException when one of them cannot be run; the message says why
   */
  public SchemaPatterns(ObjectNode schema) {
    this.schema = schema;
    Subschemas.visit(schema, this::compileAt);
  }

  private void compileAt(ObjectNode place) {
    if (place.get(PATTERN) instanceof JsonNode pattern && pattern.isTextual()) {
      compile(pattern.textValue());
    }
    if (place.get(BY_PATTERN) instanceof ObjectNode map) {
      map.properties().forEach(member -> compile(member.getKey()));
    }
  }

  private void compile(String text) {
    if (compiled.containsKey(text)) {
      return;
    }
    try {
      LinearPattern pattern = LinearPattern.ofSchema(text);
      compiled.put(text, pattern);
      size += pattern.work("");
    } catch (Refused e) {
      throw new IllegalArgumentException(
          "its pattern %s cannot be searched for: %s".formatted(text, e.getMessage()), e);
    }
    if (size > LARGEST) {
      throw new IllegalArgumentException(
          "its patterns are too large: with repetitions written out they may have %d characters together"
              .formatted(LARGEST));
    }
  }

  /**
   * The schema for this value.
   *
   * @throws IllegalArgumentException when looking at its names takes too long
   */
  public SchemaForValue fitting(JsonNode value) {
    return new SchemaForValue(schema, compiled, value);
  }
}
