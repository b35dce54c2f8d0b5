package io.mirrorneuron.wire.schema;

import io.mirrorneuron.wire.schema.LinearPattern.Refused;
import java.util.regex.Pattern;

/** For what a regular expression is written, where that makes a difference. */
enum Dialect {
  PYTHON("(?:\\n?\\z)", ".", "\\(\\?P<[A-Za-z_][A-Za-z0-9_]*>"),
  ECMA("\\z", "[^\\n\\r\\x{2028}\\x{2029}]", "\\(\\?<[A-Za-z_$][A-Za-z0-9_$]*>");

  private final String end;
  private final String dot;
  private final Pattern named;

  Dialect(String end, String dot, String named) {
    this.end = end;
    this.dot = dot;
    this.named = Pattern.compile(named);
  }

  /** What {@code $} means, in RE2. */
  String end() {
    return end;
  }

  /** What a dot means, in RE2. */
  String dot() {
    return dot;
  }

  /** The beginning of a group that has a name. */
  Pattern named() {
    return named;
  }

  /**
   * @param text with a backslash at the position
   */
  PythonEscape escape(String text, int position, boolean isInClass) throws Refused {
    return this == ECMA
        ? EcmaEscape.at(text, position, isInClass)
        : PythonEscape.at(text, position, isInClass);
  }
}
