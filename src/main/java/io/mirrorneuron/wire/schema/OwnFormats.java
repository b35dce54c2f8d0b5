package io.mirrorneuron.wire.schema;

import io.vertx.core.json.JsonArray;
import io.vertx.json.schema.JsonFormatValidator;

/**
 * Called at the end of each look at a value, whether its schema has a format or not.
 *
 * @param schema whose formats replace slow checks of the validator
 */
public record OwnFormats(SchemaForValue schema, CheckWork work) implements JsonFormatValidator {
  /** As the validator says it. */
  static final String UNFIT = "String does not match pattern";

  @Override
  public String validateFormat(String type, String format, Object value) {
    work.looked();
    return switch (value) {
      case String text when !schema.fits(format, text) -> UNFIT;
      case JsonArray list when SchemaForValue.UNIQUE.equals(format) ->
          UniqueItems.complaint(list, work).orElse(null);
      case null, default -> null;
    };
  }
}
