package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;

/**
 * A time in an answer, or an explicit null in JSON. A member absent from the JSON is a null {@code
 * NullableTime}.
 *
 * @param text ISO-8601 in UTC, or null
 */
@JsonDeserialize(using = NullableTime.Reader.class)
public record NullableTime(@JsonValue String text) {
  private static final NullableTime NONE = new NullableTime(null);

  /** Distinguishes a null from an absent member. */
  static final class Reader extends FromStringDeserializer<NullableTime> {
    private static final long serialVersionUID = 1L;

    Reader() {
      super(NullableTime.class);
    }

    @Override
    protected NullableTime _deserialize(String value, DeserializationContext context) {
      return new NullableTime(value);
    }

    @Override
    public NullableTime getNullValue(DeserializationContext context) {
      return NONE;
    }

    @Override
    public NullableTime getAbsentValue(DeserializationContext context) {
      return null;
    }
  }
}
