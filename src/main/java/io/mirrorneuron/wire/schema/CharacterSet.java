package io.mirrorneuron.wire.schema;

import io.mirrorneuron.wire.schema.LinearPattern.Refused;

/**
 * A class of characters in a regular expression, {@code [a-z]}, as RE2 says it.
 *
 * @param written in RE2
 * @param read characters of the expression
 * @param size what it counts among single characters: large ranges take time to compile
 */
record CharacterSet(String written, int read, long size) {
  private static final int POINTS_OF_ONE = 100;

  /** What RE2 writes for a class without characters. */
  private static final String NOTHING = "\\x{10ffff}";

  /** One thing in it. */
  private record Item(String written, int read, int point) {}

  /**
   * @param text with an opening bracket at the position
   */
  static CharacterSet at(String text, int position, Dialect dialect) throws Refused {
    int i = position + 1;
    boolean isNegated = i < text.length() && text.charAt(i) == '^';
    i += isNegated ? 1 : 0;
    int first = i;
    long size = 1;
    StringBuilder set = new StringBuilder();
    while (i == first || charAt(text, i, position) != ']') {
      Item item = item(text, i, position, dialect);
      i += item.read;
      boolean isRange =
          charAt(text, i, position) == '-'
              && charAt(text, i + 1, position) != ']'
              && (dialect == Dialect.PYTHON || item.point >= 0);
      if (!isRange) {
        set.append(item.point < 0 ? item.written : FoldedCharacters.range(item.point, item.point));
        continue;
      }
      Item last = item(text, i + 1, position, dialect);
      if (item.point < 0 || last.point < 0 || last.point < item.point) {
        throw new Refused(
            "%s is no range of characters"
                .formatted(text.substring(i - item.read, i + 1 + last.read)));
      }
      set.append(FoldedCharacters.range(item.point, last.point));
      size += (last.point - item.point) / POINTS_OF_ONE;
      i += 1 + last.read;
    }
    String written = (isNegated ? "[^" : "[") + (set.isEmpty() ? NOTHING : set) + "]";
    return new CharacterSet(written, i + 1 - position, size);
  }

  private static Item item(String text, int i, int begin, Dialect dialect) throws Refused {
    if (charAt(text, i, begin) == '\\') {
      PythonEscape escape = dialect.escape(text, i, true);
      return new Item(escape.written(), escape.read(), escape.point());
    }
    int point = text.codePointAt(i);
    return new Item("", Character.charCount(point), point);
  }

  private static char charAt(String text, int i, int begin) throws Refused {
    if (i >= text.length()) {
      throw new Refused("[ at position %d has no end".formatted(begin));
    }
    return text.charAt(i);
  }
}
