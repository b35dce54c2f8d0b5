package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;

/**
 * Counts JSON values (objects, lists, texts, numbers, true, false and null) while parsing: a value
 * of two bytes takes a hundred in memory, so bytes do not limit the size of the tree.
 */
public final class ValueCount extends JsonParserDelegate {
  /**
   * Most values of one untrusted text. A job of 30,000 agents, each with an edge to it and one from
   * it, has as many.
   */
  public static final int MOST = 500_000;

  private int values;

  private ValueCount(JsonParser parser) {
    super(parser);
  }

  /** The same parser, which fails at the first value beyond the limit. */
  public static JsonParser limited(JsonParser parser) {
    return new ValueCount(parser);
  }

  /**
   * Number of values of a text, without building a tree; {@link #MOST} plus one when there are
   * more. Broken JSON counts up to the error.
   *
   * @param parser is read to its end
   */
  public static int of(JsonParser parser) throws IOException {
    ValueCount count = new ValueCount(parser);
    try {
      while (count.nextToken() != null) {} // each token is counted
    } catch (JsonProcessingException e) {
      return count.values; // parsing it to a tree reports the error
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
