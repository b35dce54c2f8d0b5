package io.mirrorneuron.golden;

import java.util.stream.Collectors;

/**
 * Lays out lines that are JSON without blanks, also as the data of server-sent events. They are
 * marked, since another line might read like one that was laid out; all other lines stay.
 */
final class LineText {
  private static final String DATA = "data: ";
  private static final String MARK = "json> ";

  private LineText() {}

  static String of(String text) {
    String end = text.endsWith("\n") ? "\n" : "\n(no line feed at the end)\n";
    return text.isEmpty()
        ? "(empty)\n"
        : text.lines().map(LineText::line).collect(Collectors.joining("\n", "", end));
  }

  private static String line(String line) {
    String prefix = line.startsWith(DATA) ? DATA : "";
    String json = JsonText.layout(line.substring(prefix.length()), "");
    return json == null ? line : prefix + MARK + json;
  }
}
