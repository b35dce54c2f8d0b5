package io.mirrorneuron.golden;

import java.util.ArrayList;
import java.util.List;

/**
 * Breaks JSON that was written without blanks into lines, for people and diffs. Nothing is lost:
 * members keep their order and numbers their spelling, and texts with blanks are refused, so two
 * texts with equal layouts are equal.
 */
final class JsonText {
  private static final int WIDTH = 110;

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  /** A value; {@code children} is null for one that has no parts. */
  private record Part(String label, String scalar, char open, List<Part> children) {
    String inline() {
      if (children == null) {
        return label + scalar;
      }
      List<String> parts = children.stream().map(Part::inline).toList();
      return label + open + String.join(", ", parts) + close();
    }

    char close() {
      return open == '{' ? '}' : ']';
    }
  }

  /**
   * The text in lines, each after the first with this indent; null unless the text is one JSON
   * object or list without a blank outside of strings.
   */
  static String layout(String text, String indent) {
    if (text.isEmpty() || "{[".indexOf(text.charAt(0)) < 0) {
      return null;
    }
    try {
      JsonText reader = new JsonText(text);
      Part whole = reader.value("");
      if (reader.at != text.length()) {
        return null;
      }
      StringBuilder lines = new StringBuilder();
      write(whole, indent, lines);
      return lines.toString();
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      return null;
    }
  }

  private static void write(Part part, String indent, StringBuilder out) {
    String inline = part.inline();
    if (part.children() == null || indent.length() + inline.length() <= WIDTH) {
      out.append(inline);
      return;
    }
    out.append(part.label()).append(part.open()).append('\n');
    String deeper = indent + "  ";
    for (int i = 0; i < part.children().size(); i++) {
      out.append(deeper);
      write(part.children().get(i), deeper, out);
      out.append(i + 1 < part.children().size() ? ",\n" : "\n");
    }
    out.append(indent).append(part.close());
  }

  private Part value(String label) {
    char first = text.charAt(at);
    return switch (first) {
      case '{', '[' -> new Part(label, null, first, children(first));
      case '"' -> new Part(label, string(), ' ', null);
      default -> new Part(label, word(), ' ', null);
    };
  }

  private List<Part> children(char open) {
    char close = open == '{' ? '}' : ']';
    List<Part> children = new ArrayList<>();
    at++;
    while (text.charAt(at) != close) {
      if (!children.isEmpty()) {
        expect(',');
      }
      String label = "";
      if (open == '{') {
        label = string() + ": ";
        expect(':');
      }
      children.add(value(label));
    }
    at++;
    return children;
  }

  private void expect(char wanted) {
    if (text.charAt(at++) != wanted) {
      throw new IllegalArgumentException("no " + wanted + " before " + at);
    }
  }

  private String string() {
    int start = at;
    expect('"');
    while (text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
    return text.substring(start, at);
  }

  private String word() {
    int start = at;
    while (Character.isLetterOrDigit(text.charAt(at)) || "+-.".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (at == start) {
      throw new IllegalArgumentException("no value at " + at);
    }
    return text.substring(start, at);
  }
}
