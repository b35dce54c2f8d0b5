package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonErrorText;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Tells text that was meant as an answer from any other text, where it cannot be read as JSON: it
 * is beyond a limit, or has what JSON does not know, as Python's {@code NaN} or a control character
 * in quotes. A program that says in such a text that it failed has not succeeded.
 */
final class BrokenAnswer {
  /** Without limits: nothing is kept of what it reads. */
  private static final JsonFactory LENIENT =
      JsonFactory.builder()
          .recyclerPool(Json.BUFFERS)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_TRAILING_DECIMAL_POINT_FOR_NUMBERS)
          .build();

  private BrokenAnswer() {}

  /** What is wrong with the answer; null when the text is none, or can be read. */
  static String fault(String text) {
    if (!text.startsWith("{") || !text.endsWith("}")) {
      return null;
    }
    try {
      Json.parse(text);
      return null;
    } catch (JsonProcessingException e) {
      return isMeant(text) ? JsonErrorText.of(e.getOriginalMessage()) : null;
    }
  }

  private static boolean isMeant(String text) {
    try (JsonParser parser = LENIENT.createParser(text)) {
      return isMeant(parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }

  /** Whether the file has an answer, and nothing else. */
  static boolean isMeant(FileSlice text) throws IOException {
    try (JsonParser parser = LENIENT.createParser(text.open())) {
      return isMeant(parser);
    }
  }

  private static boolean isMeant(JsonParser parser) throws IOException {
    try {
      boolean meant = false;
      parser.nextToken(); // the object
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        meant |= StdoutProtocol.isMember(name) && asks(name, parser);
        parser.skipChildren();
      }
      return parser.nextToken() == null && meant;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static boolean asks(String name, JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL, VALUE_FALSE -> false;
      default -> !name.equals(StdoutProtocol.EVENTS) || hasType(parser);
    };
  }

  /** Whether something in the list has a type: else it is data. Ends on its last token. */
  private static boolean hasType(JsonParser parser) throws IOException {
    boolean typed = false;
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        typed |= parser.currentToken() == JsonToken.START_OBJECT && isTyped(parser);
        parser.skipChildren();
      }
    }
    return typed;
  }

  private static boolean isTyped(JsonParser parser) throws IOException {
    boolean typed = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean type = parser.currentName().equals("type");
      typed |= parser.nextToken() == JsonToken.VALUE_STRING && type;
      parser.skipChildren();
    }
    return typed;
  }
}
