package io.mirrorneuron.wire.schema;

import io.mirrorneuron.wire.schema.LinearPattern.Refused;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What follows a backslash in a regular expression of Python, as RE2 says it. Classes of characters
 * are those of Unicode, as in Python; only {@code \b} knows no letters but those of ASCII.
 *
 * @param written in RE2
 * @param read characters of Python's
 * @param point the character that it stands for; negative for a class of them
 */
record PythonEscape(String written, int read, int point) {
  private static final Pattern HEX =
      Pattern.compile("\\\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))");

  private static final Pattern OCTAL = Pattern.compile("\\\\(0[0-7]{0,2}|[1-3][0-7]{2})");

  private static final String WORD = "\\p{L}\\p{N}_";
  private static final String SPACE = "\\s\\x0b\\x1c-\\x1f\\x{85}\\p{Z}";

  /** All that is neither letter, digit nor underscore. */
  private static final String NO_WORD =
      "\\p{M}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{S}\\p{Z}\\p{C}"
          + "\\x{203f}\\x{2040}\\x{2054}\\x{fe33}\\x{fe34}\\x{fe4d}-\\x{fe4f}\\x{ff3f}";

  /** All that is no space. */
  private static final String NO_SPACE =
      "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}"
          + "\\x00-\\x08\\x0e-\\x1b\\x7f-\\x{84}\\x{86}-\\x{9f}";

  private static final Map<Character, String> IN_CLASS =
      Map.of(
          'd', "\\p{Nd}",
          'D', "\\P{Nd}",
          'w', WORD,
          'W', NO_WORD,
          's', SPACE,
          'S', NO_SPACE);

  private static final Map<Character, String> OUTSIDE =
      Map.of(
          'd', "\\p{Nd}",
          'D', "\\P{Nd}",
          'w', "[" + WORD + "]",
          'W', "[^" + WORD + "]",
          's', "[" + SPACE + "]",
          'S', "[^" + SPACE + "]",
          'b', "\\b",
          'B', "\\B",
          'A', "\\A",
          'Z', "\\z");

  private static final Map<Character, Integer> CONTROLS =
      Map.of('a', 7, 'f', 12, 'n', 10, 'r', 13, 't', 9, 'v', 11);

  /**
   * @param text with a backslash at the position
   */
  static PythonEscape at(String text, int position, boolean isInClass) throws Refused {
    if (position + 1 >= text.length()) {
      throw new Refused("it ends with a backslash");
    }
    char letter = text.charAt(position + 1);
    String known = (isInClass ? IN_CLASS : OUTSIDE).get(letter);
    if (known != null) {
      return new PythonEscape(known, 2, -1);
    }
    if (CONTROLS.containsKey(letter) || isInClass && letter == 'b') {
      return character(CONTROLS.getOrDefault(letter, 8), 2);
    }
    Matcher hex = HEX.matcher(text).region(position, text.length());
    if (hex.lookingAt()) {
      String digits = hex.group().substring(2);
      long point = Long.parseLong(digits, 16);
      if (point > Character.MAX_CODE_POINT) {
        throw new Refused("%s is no character".formatted(hex.group()));
      }
      return character((int) point, hex.group().length());
    }
    Matcher octal = OCTAL.matcher(text).region(position, text.length());
    if (octal.lookingAt()) {
      return character(Integer.parseInt(octal.group(1), 8), octal.group().length());
    }
    if (letter >= '1' && letter <= '9') {
      throw new Refused(
          "the back reference \\%s is not supported, as searching for it can take for ever"
              .formatted(letter));
    }
    if (letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z') {
      throw new Refused("\\%s means nothing".formatted(letter));
    }
    int point = text.codePointAt(position + 1);
    return character(point, 1 + Character.charCount(point));
  }

  static PythonEscape character(int point, int read) {
    return new PythonEscape(FoldedCharacters.single(point), read, point);
  }
}
