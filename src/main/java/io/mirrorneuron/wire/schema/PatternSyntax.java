package io.mirrorneuron.wire.schema;

import io.mirrorneuron.wire.schema.LinearPattern.Refused;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites a regular expression into one of RE2 that finds the same, and measures what it becomes
 * when repetitions are written out. What RE2 has no word for is refused. For one use.
 */
final class PatternSyntax {
  /** In copies of single characters: what a search does for each character of a text. */
  private static final long LARGEST = 20_000;

  private static final int DEEPEST = 200;

  private static final Pattern COUNT = Pattern.compile("\\{(\\d{0,9})(,?)(\\d{0,9})}");
  private static final Pattern FLAGS = Pattern.compile("\\(\\?([a-zA-Z]*)(?:-([a-zA-Z]+))?[:)]");

  /** Beginnings of groups that only backtracking can find. */
  private static final Map<String, String> BACKTRACKING =
      Map.of(
          "(?=", "look-ahead (?=…)",
          "(?!", "look-ahead (?!…)",
          "(?<=", "look-behind (?<=…)",
          "(?<!", "look-behind (?<!…)",
          "(?P=", "the back reference (?P=…)",
          "(?(", "the condition (?(…)…)",
          "(?>", "the atomic group (?>…)");

  private final String text;
  private final Dialect dialect;
  private final StringBuilder out = new StringBuilder();

  /** Sizes of the groups around this place, the innermost first; the expression is the last. */
  private final Deque<Long> around = new ArrayDeque<>();

  private boolean isMultiline;
  private boolean isDotAll;
  private int at;
  private long last;
  private boolean isRepeated;

  PatternSyntax(String text, Dialect dialect) {
    this.text = text;
    this.dialect = dialect;
    around.push(0L);
  }

  String translate() throws Refused {
    while (at < text.length()) {
      switch (text.charAt(at)) {
        case '\\' -> escape();
        case '[' -> characterClass();
        case '(' -> open();
        case ')' -> close();
        case '*', '+', '?' -> repeat(1, 1);
        case '{' -> count();
        case '$' -> take(isMultiline ? "$" : dialect.end(), 1, 1);
        case '.' -> take(isDotAll ? "." : dialect.dot(), 1, 1);
        default -> {
          int point = text.codePointAt(at);
          String written =
              FoldedCharacters.isOne(point)
                  ? FoldedCharacters.single(point)
                  : Character.toString(point);
          take(written, Character.charCount(point), 1);
        }
      }
    }
    return out.toString();
  }

  long size() {
    return around.peekLast() + 1;
  }

  /**
   * @param read characters of the text
   */
  private void take(String written, int read, long size) throws Refused {
    out.append(written);
    at += read;
    add(size);
    last = size;
    isRepeated = false;
  }

  private void add(long size) throws Refused {
    long sum = around.pop() + size;
    around.push(sum);
    if (sum > LARGEST) {
      throw new Refused(
          "it is too large: with repetitions written out it may have %d characters"
              .formatted(LARGEST));
    }
  }

  private void escape() throws Refused {
    PythonEscape escape = dialect.escape(text, at, false);
    take(escape.written(), escape.read(), 1);
  }

  private void characterClass() throws Refused {
    if (dialect == Dialect.ECMA && text.startsWith("[^]", at)) {
      take("(?s:.)", 3, 1);
      return;
    }
    CharacterSet set = CharacterSet.at(text, at, dialect);
    take(set.written(), set.read(), set.size());
  }

  private void open() throws Refused {
    String written = "(";
    int read = 1;
    if (text.startsWith("(?", at)) {
      written = beginning();
      read = written.length();
      written = written.startsWith("(?<") ? "(" : written; // nothing refers to it
    }
    if (written.endsWith(")")) { // flags for all that follows
      take(written, read, 0);
      return;
    }
    if (around.size() > DEEPEST) {
      throw new Refused("groups are nested deeper than %d levels".formatted(DEEPEST));
    }
    out.append(written);
    at += read;
    around.push(0L);
    last = 0;
    isRepeated = false;
  }

  private String beginning() throws Refused {
    for (Map.Entry<String, String> one : BACKTRACKING.entrySet()) {
      if (text.startsWith(one.getKey(), at)) {
        throw new Refused(
            "%s is not supported, as searching for it can take for ever".formatted(one.getValue()));
      }
    }
    Matcher named = dialect.named().matcher(text).region(at, text.length());
    if (named.lookingAt()) {
      return named.group();
    }
    Matcher flags = FLAGS.matcher(text).region(at, text.length());
    if (!flags.lookingAt()) {
      throw new Refused("(? at position %d begins no group that is known".formatted(at));
    }
    String set = flags.group(1);
    if (!set.matches("[ims]*") || flags.group(2) != null && !flags.group(2).matches("[ims]+")) {
      throw new Refused(
          "of the flags in %s only i, m and s are supported".formatted(flags.group()));
    }
    isMultiline |= set.contains("m");
    isDotAll |= set.contains("s");
    return flags.group();
  }

  private void close() throws Refused {
    if (around.size() == 1) {
      throw new Refused(") at position %d closes nothing".formatted(at));
    }
    long inside = around.pop();
    take(")", 1, inside + 2);
  }

  private void count() throws Refused {
    Matcher count = COUNT.matcher(text).region(at, text.length());
    boolean isCount =
        count.lookingAt()
            && !count.group().equals("{}")
            && (dialect == Dialect.PYTHON || !count.group(1).isEmpty());
    if (!isCount) {
      take("\\{", 1, 1); // as a character
      return;
    }
    String least = count.group(1).isEmpty() ? "0" : count.group(1);
    String most = count.group(2).isEmpty() ? least : count.group(3);
    long times = Math.max(Long.parseLong(least), most.isEmpty() ? 1 : Long.parseLong(most));
    repeat(times, count.group().length());
    int written = count.group().length();
    int begin = out.length() - written;
    out.replace(begin, out.length(), "{" + least + count.group(2) + count.group(3) + "}");
  }

  /**
   * @param times the copies of what stands before
   * @param read characters of the text, which are written as they are
   */
  private void repeat(long times, int read) throws Refused {
    String written = text.substring(at, at + read);
    if (isRepeated && !written.equals("?")) {
      throw new Refused("%s at position %d repeats a repetition".formatted(written, at));
    }
    boolean isLazy = isRepeated;
    out.append(written);
    at += read;
    if (!isLazy) {
      long more = Math.max(0, last * (times - 1));
      add(more);
      last += more;
    }
    isRepeated = true;
  }

  /**
   * A class of characters in a regular expression, {@code [a-z]}, as RE2 says it.
   *
   * @param written in RE2
   * @param read characters of the expression
   * @param size what it counts among single characters: large ranges take time to compile
   */
  private record CharacterSet(String written, int read, long size) {
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
          set.append(
              item.point < 0 ? item.written : FoldedCharacters.range(item.point, item.point));
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
}
