package io.mirrorneuron.wire.schema;

/**
 * Letters whose capitals RE2/J seeks for ever, as it expects that a letter is found again by going
 * from small to capital letters and back: these have the capitals of others. They are matched as
 * they are. A test looks whether there are more.
 */
final class FoldedCharacters {
  private static final int FIRST = 0x1c80;
  private static final int LAST = 0x1c88;

  private FoldedCharacters() {}

  static boolean isOne(int point) {
    return point >= FIRST && point <= LAST;
  }

  /** In RE2, outside a class. */
  static String single(int point) {
    return isOne(point) ? "(?-i:%s)".formatted(hex(point)) : hex(point);
  }

  /** In RE2, inside a class, which is then without them. */
  static String range(int first, int last) {
    if (last < FIRST || first > LAST) {
      return part(first, last);
    }
    return part(first, FIRST - 1) + part(LAST + 1, last);
  }

  private static String part(int first, int last) {
    return first > last ? "" : first == last ? hex(first) : hex(first) + "-" + hex(last);
  }

  private static String hex(int point) {
    return "\\x{%x}".formatted(point);
  }
}
