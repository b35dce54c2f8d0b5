package io.mirrorneuron.wire.schema;

import io.mirrorneuron.wire.schema.LinearPattern.Refused;
import java.util.Map;
import java.util.regex.Matcher;
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

  /**
   * What follows a backslash in a regular expression of ECMAScript, where Python says it otherwise.
   * Digits and letters are those of ASCII, spaces those of Unicode.
   */
  private static final class EcmaEscape {
    private static final Pattern POINT = Pattern.compile("\\\\u\\{([0-9a-fA-F]{1,6})}");
    private static final Pattern CONTROL = Pattern.compile("\\\\c([a-zA-Z])");

    private static final Pattern PROPERTY =
        Pattern.compile("\\\\([pP])\\{(?:(?:Script|sc|General_Category|gc)=)?([A-Za-z_]{1,40})}");

    private static final String DIGIT = "0-9";
    private static final String WORD = "A-Za-z0-9_";
    private static final String SPACE = "\\t-\\r\\x{feff}\\p{Z}";
    private static final int LAST = Character.MAX_CODE_POINT;

    private static final Map<Character, String> OUTSIDE =
        Map.of(
            'd', "[" + DIGIT + "]",
            'D', "[^" + DIGIT + "]",
            'w', "[" + WORD + "]",
            'W', "[^" + WORD + "]",
            's', "[" + SPACE + "]",
            'S', "[^" + SPACE + "]");

    private static final Map<Character, String> IN_CLASS =
        Map.of(
            'd',
            DIGIT,
            'D',
            FoldedCharacters.range(0, '/') + FoldedCharacters.range(':', LAST),
            'w',
            WORD,
            'W',
            "\\x00-/:-@\\[-^`" + FoldedCharacters.range('{', LAST),
            's',
            SPACE,
            'S',
            "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x{9f}\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}");

    private EcmaEscape() {}

    /**
     * @param text with a backslash at the position
     */
    static PythonEscape at(String text, int position, boolean isInClass) throws Refused {
      char letter = position + 1 < text.length() ? text.charAt(position + 1) : 0;
      String set = (isInClass ? IN_CLASS : OUTSIDE).get(letter);
      if (set != null) {
        return new PythonEscape(set, 2, -1);
      }
      if (letter == 'k') {
        throw new Refused(
            "the back reference \\k is not supported, as searching for it can take for ever");
      }
      Matcher property = PROPERTY.matcher(text).region(position, text.length());
      if (property.lookingAt()) {
        String written = "\\%s{%s}".formatted(property.group(1), property.group(2));
        return new PythonEscape(written, property.group().length(), -1);
      }
      Matcher control = CONTROL.matcher(text).region(position, text.length());
      if (control.lookingAt()) {
        return PythonEscape.character(control.group(1).charAt(0) % 32, control.group().length());
      }
      Matcher point = POINT.matcher(text).region(position, text.length());
      if (point.lookingAt() && Character.isValidCodePoint(Integer.parseInt(point.group(1), 16))) {
        return PythonEscape.character(Integer.parseInt(point.group(1), 16), point.group().length());
      }
      return PythonEscape.at(text, position, isInClass);
    }
  }
}
