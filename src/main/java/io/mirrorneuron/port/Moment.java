package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;

/**
 * A time in an answer, or an explicit null in JSON. A member absent from the JSON is a null {@code
 * Moment}.
 *
 * @param text ISO-8601 in UTC, or null
 */
@JsonDeserialize(using = Moment.Reader.class)
public record Moment(@JsonValue String text) {
  private static final Moment NONE = new Moment(null);

  /** Distinguishes a null from an absent member. */
  static final class Reader extends FromStringDeserializer<Moment> {
    private static final long serialVersionUID = 1L;

    Reader() {
      super(Moment.class);
    }

    @Override
    protected Moment _deserialize(String value, DeserializationContext context) {
      return new Moment(value);
    }

    @Override
    public Moment getNullValue(DeserializationContext context) {
      return NONE;
    }

    @Override
    public Moment getAbsentValue(DeserializationContext context) {
      return null;
    }
  }
}
