package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Parses JSON that people write; errors name the place. More than {@link ValueCount#MOST} values
 * are an error, found before a tree is built.
 */
public final class JsonText {
  private static final char MARK = '\uFEFF';

  private JsonText() {}

  /**
   * Parses text that must be a JSON object.
   *
   * @param what name of the text for the error, for example {@code manifest_json}
   * @throws MnException MALFORMED with line and column, counted from 1
   */
  public static ObjectNode object(String text, String what) {
    try {
      return read(text, false);
    } catch (Fault e) {
      throw e.about(what);
    }
  }

  /** The same; duplicate members are an error, too. */
  public static ObjectNode distinct(String text, String what) {
    try {
      return distinct(text);
    } catch (Fault e) {
      throw e.about(what);
    }
  }

  /** The same for callers that format the place themselves. */
  public static ObjectNode distinct(String text) throws Fault {
    return read(text, true);
  }

  /** Checks only, without building a tree. */
  public static void requireDistinct(String text, String what) {
    try (JsonParser parser = ValueCount.limited(Json.MAPPER.createParser(text))) {
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      try {
        while (parser.nextToken() != null) {} // the parser compares the names
      } catch (JsonProcessingException e) {
        throw fault(e, parser).about(what);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }

  /** An error in a text and its place, counted from 1. */
  public static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /** Follows the name of the text when there is no place to name. */
    private final String ofWhole;

    private Fault(int line, int column, String words, String ofWhole) {
      super(words, null, false, false);
      this.line = line;
      this.column = column;
      this.ofWhole = ofWhole;
    }

    public int line() {
      return line;
    }

    public int column() {
      return column;
    }

    private MnException about(String what) {
      return MnException.malformed(
          ofWhole != null
              ? what + ofWhole
              : "%s is malformed at line %d, column %d: %s"
                  .formatted(what, line, column, getMessage()));
    }
  }

  private static ObjectNode read(String text, boolean distinct) throws Fault {
    try (JsonParser parser = ValueCount.limited(Json.MAPPER.createParser(text))) {
      parser.configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, distinct);
      try {
        JsonNode read = Json.MAPPER.readTree(parser);
        if (read instanceof ObjectNode object) {
          return object;
        }
        throw read == null
            ? new Fault(1, 1, "it is empty", " is malformed: it is empty")
            : new Fault(1, 1, "it must be an object", " must be an object");
      } catch (JsonProcessingException e) {
        throw fault(e, parser);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }

  /** When a limit is exceeded only the parser knows the place. */
  private static Fault fault(JsonProcessingException e, JsonParser parser) {
    JsonLocation at = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
    return new Fault(
        at.getLineNr(), at.getColumnNr(), JsonErrorText.of(e.getOriginalMessage()), null);
  }

  /**
   * Decodes a file in UTF-8, with or without a byte order mark, which is left out.
   *
   * @param what name of the file for the error
   * @throws MnException MALFORMED when it has another encoding, with a guess
   */
  public static String decode(byte[] file, String what) {
    String wide = wide(file);
    if (wide != null) {
      throw foreign(what, "it seems to be " + wide);
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer text = CharBuffer.allocate(file.length);
    ByteBuffer bytes = ByteBuffer.wrap(file);
    CoderResult result = decoder.decode(bytes, text, true);
    if (result.isError()) {
      int at = bytes.position();
      text.flip();
      throw foreign(
          what,
          "it seems to be Latin-1 or Windows-1252: byte %d, in line %d, is 0x%02X"
              .formatted(at + 1, 1 + text.chars().filter(c -> c == '\n').count(), file[at]));
    }
    text.flip();
    return text.length() > 0 && text.charAt(0) == MARK
        ? text.subSequence(1, text.length()).toString()
        : text.toString();
  }

  private static MnException foreign(String what, String reason) {
    return MnException.malformed(
        "%s is not in UTF-8: %s. Save it in UTF-8".formatted(what, reason));
  }

  /**
   * UTF-16 or UTF-32, by its mark or by zero bytes at the beginning, where text has none; else
   * null.
   */
  private static String wide(byte[] file) {
    if (file.length < 2) {
      return null;
    }
    boolean marked = (file[0] & file[1] & 0xFF) == 0xFE && (file[0] | file[1]) == -1;
    boolean hasZero = file[0] == 0 || file[1] == 0;
    if (!marked && !hasZero) {
      return null;
    }
    boolean four =
        file.length >= 4
            && (file[0] == 0 && file[1] == 0 || file[2] == 0 && file[3] == 0 && file[0] != 0);
    return four ? "UTF-32" : "UTF-16";
  }
}
