package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.function.Function;

/**
 * Reads records out of JSON that others wrote: another runtime, an older version, a program. What
 * does not fit counts as not told: a member of another type, a text that is blank. Such a component
 * is null, 0 or false, and so is an element of a list. A component that is a {@link JsonNode} is a
 * copy, so large trees are better taken from the document itself.
 */
public final class LenientJson {
  private static final JsonMapper MAPPER =
      Json.MAPPER
          .rebuild()
          .addHandler(new Untold())
          .withCoercionConfigDefaults(
              untold ->
                  untold
                      .setAcceptBlankAsEmpty(true)
                      .setCoercion(CoercionInputShape.EmptyString, CoercionAction.AsNull))
          .addModule(
              new SimpleModule()
                  .addDeserializer(String.class, new Scalar<>(LenientJson::text, null))
                  .addDeserializer(Long.class, new Scalar<>(LenientJson::whole, null))
                  .addDeserializer(int.class, new Scalar<>(JsonNode::asInt, 0))
                  .addDeserializer(long.class, new Scalar<>(JsonNode::asLong, 0L))
                  .addDeserializer(double.class, new Scalar<>(JsonNode::asDouble, 0.0))
                  .addDeserializer(boolean.class, new Scalar<>(JsonNode::asBoolean, false)))
          .build();

  private LenientJson() {}

  /** Of what is no object, a record of which nothing is told. */
  public static <T> T read(JsonNode json, Class<T> record) {
    try {
      return MAPPER.treeToValue(json.isObject() ? json : Json.object(), record);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(record + " cannot be read leniently", e);
    }
  }

  private static String text(JsonNode value) {
    return value.isTextual() && !value.textValue().isBlank() ? value.textValue() : null;
  }

  private static Long whole(JsonNode value) {
    return value.isNumber() ? value.asLong() : null;
  }

  /** A component that is a single value. */
  private static final class Scalar<T> extends JsonDeserializer<T> {
    private final Function<JsonNode, T> reading;
    private final T untold;

    Scalar(Function<JsonNode, T> reading, T untold) {
      this.reading = reading;
      this.untold = untold;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      if (parser.currentToken().isStructStart()) {
        parser.skipChildren();
        return untold;
      }
      return reading.apply(context.readTree(parser));
    }

    @Override
    public T getNullValue(DeserializationContext context) {
      return untold;
    }
  }

  /** A component that is a record, a list or a map, where JSON has something else. */
  private static final class Untold extends DeserializationProblemHandler {
    @Override
    public Object handleUnexpectedToken(
        DeserializationContext context,
        JavaType target,
        JsonToken token,
        JsonParser parser,
        String failure)
        throws IOException {
      parser.skipChildren();
      return null;
    }

    @Override
    public Object handleMissingInstantiator(
        DeserializationContext context,
        Class<?> target,
        ValueInstantiator instantiator,
        JsonParser parser,
        String failure) {
      return null;
    }
  }
}
