package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** JSON that people write: what is wrong with it is told with its place. */
public final class JsonText {
  private static final int SHOWN_CHARS = 160;
  private static final char MARK = '\uFEFF';

  private JsonText() {}

  /**
   * Parses text that must be a JSON object.
   *
   * @param what how the text is called in the error, for example {@code manifest_json}
   * @throws MnException MALFORMED with line and column, counted from 1
   */
  public static ObjectNode object(String text, String what) {
    try {
      if (Json.parse(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw MnException.malformed(
          "%s is malformed at line %d, column %d: %s"
              .formatted(what, at.getLineNr(), at.getColumnNr(), shown(e.getOriginalMessage())));
    }
    throw MnException.malformed(
        what + (text.isBlank() ? " is malformed: it is empty" : " must be an object"));
  }

  /** The parser's words on one line. */
  private static String shown(String message) {
    if (message.contains("comment")) {
      return "JSON has no comments: leave them out, or write YAML";
    }
    String line =
        message.replaceAll("[\\p{Cntrl}]+", " ").replaceAll(" \\(code \\d+\\)", "").strip();
    return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "…";
  }

  /**
   * The text of a file in UTF-8, with or without a byte order mark, which is left out.
   *
   * @param what how the file is called in the error
   * @throws MnException MALFORMED when it has another encoding, with what it seems to be
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
