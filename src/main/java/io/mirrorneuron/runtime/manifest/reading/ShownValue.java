package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/** Values of manifests as messages and reports have them. */
final class ShownValue {
  private static final int SHOWN_CHARS = 80;
  private static final Pattern SECRET =
      Pattern.compile(
          "secret|token|password|authorization|cookie|credential|api_?key|private_?key",
          Pattern.CASE_INSENSITIVE);

  private ShownValue() {}

  /** Short and on one line. */
  static String of(JsonNode value) {
    return of(value.isTextual() ? value.textValue() : value.toString());
  }

  /** Short and on one line. */
  static String of(String text) {
    StringBuilder head = new StringBuilder();
    int read = 0;
    while (read < text.length() && read < SHOWN_CHARS) {
      int character = text.codePointAt(read);
      head.appendCodePoint(Character.isISOControl(character) ? ' ' : character);
      read += Character.charCount(character);
    }
    return read < text.length() ? head.append('…').toString() : head.toString();
  }

  /** The same, unless the name of the value says that it is nobody's business. */
  static String of(String name, JsonNode value) {
    return SECRET.matcher(name).find() ? "[redacted]" : of(value);
  }
}
