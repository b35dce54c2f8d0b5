package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;

/**
 * Counts the values of JSON (objects, lists, texts, numbers, true, false and null) while it is
 * parsed: a value of two bytes takes a hundred in memory, so bytes do not tell what JSON becomes.
 */
public final class ValueCount extends JsonParserDelegate {
  /**
   * What one text may have that strangers wrote. A job of 30,000 agents, each with an edge to it
   * and one from it, has as many.
   */
  public static final int MOST = 500_000;

  private int values;

  private ValueCount(JsonParser parser) {
    super(parser);
  }

  /** The same parser, which fails at the first value that is too many. */
  public static JsonParser limited(JsonParser parser) {
    return new ValueCount(parser);
  }

  /**
   * How many values a text has, of which no tree is made; {@link #MOST} and one when there are too
   * many. What is no JSON counts up to where it breaks.
   *
   * @param parser is read to its end
   */
  public static int of(JsonParser parser) throws IOException {
    ValueCount count = new ValueCount(parser);
    try {
      while (count.nextToken() != null) {} // each is counted
    } catch (JsonProcessingException e) {
      return count.values; // whoever makes a tree of it tells what is wrong
    }
    return count.values;
  }

  @Override
  public JsonToken nextToken() throws IOException {
    return counted(super.nextToken());
  }

  @Override
  public JsonToken nextValue() throws IOException {
    JsonToken token = nextToken();
    return token == JsonToken.FIELD_NAME ? nextToken() : token;
  }

  private JsonToken counted(JsonToken token) throws IOException {
    if (token != null && (token.isStructStart() || token.isScalarValue()) && ++values > MOST) {
      throw new StreamConstraintsException(
          "more than %d values".formatted(MOST), currentLocation());
    }
    return token;
  }
}
