package io.mirrorneuron.wire.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression as authors write it for Python's {@code re.search} or for JSON Schemas.
 * However it is written, the time of a search grows with the length of the text and the size of the
 * pattern, and no faster: what only backtracking can find, such as look-around and references to
 * groups, is refused. Immutable.
 */
public final class LinearPattern {
  private final Pattern compiled;
  private final long size;

  private LinearPattern(Pattern compiled, long size) {
    this.compiled = compiled;
    this.size = size;
  }

  /**
   * @throws Refused when it is no such expression, or one that is not run here
   */
  public static LinearPattern ofPython(String text, boolean ignoresCase) throws Refused {
    return compiled(new PatternSyntax(text, Dialect.PYTHON), ignoresCase);
  }

  /**
   * One of a JSON Schema, which is written as in ECMAScript.
   *
   * @throws Refused when it is no such expression, or one that is not run here
   */
  public static LinearPattern ofSchema(String text) throws Refused {
    return compiled(new PatternSyntax(text, Dialect.ECMA), false);
  }

  private static LinearPattern compiled(PatternSyntax syntax, boolean ignoresCase) throws Refused {
    String translated = syntax.translate();
    try {
      return new LinearPattern(
          Pattern.compile(translated, ignoresCase ? Pattern.CASE_INSENSITIVE : 0), syntax.size());
    } catch (PatternSyntaxException e) {
      throw new Refused(e.getDescription());
    }
  }

  /** Whether it matches somewhere in the text. */
  public boolean isIn(String text) {
    return compiled.matcher(text).find();
  }

  /** What a search in a text costs at most, in steps. */
  public long work(String text) {
    return size * (text.length() + 1L);
  }

  /** What is wrong with it, in words that complete the sentence "X is not a pattern: …". */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }
}
