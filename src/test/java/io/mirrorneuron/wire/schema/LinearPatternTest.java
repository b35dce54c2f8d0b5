package io.mirrorneuron.wire.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.wire.schema.LinearPattern.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LinearPatternTest {
  /** Each row was run with Python 3's re.search(pattern, text, re.IGNORECASE). */
  @ParameterizedTest(name = "{0} in {1}: {2}")
  @CsvSource(
      delimiter = '~',
      value = {
        "b+ ~ abbc ~ true",
        "^b ~ ab ~ false",
        "PORTO ~ in porto ~ true",
        "(?P<year>\\d{4})-(?P<month>\\d\\d) ~ on 2026-11 ~ true",
        "^\\w+$ ~ naïveté ~ true",
        "^\\w+$ ~ a-b ~ false",
        "^[\\w.-]+@[\\w.-]+$ ~ renée@exämple.org ~ true",
        "^[^\\W\\d_]+$ ~ Ünïcode ~ true",
        "^[^\\W\\d_]+$ ~ a1 ~ false",
        "^\\d+$ ~ ٤٢ ~ true",
        "^\\s$ ~ '\u00a0' ~ true",
        "^[^\\s]$ ~ '\u2003' ~ false",
        "^[\\S]+$ ~ 'a b' ~ false",
        "^\\S\\D\\W$ ~ aa! ~ true",
        "^a{,2}$ ~ aa ~ true",
        "^a{,2}$ ~ aaa ~ false",
        "^a{2,}$ ~ aaaa ~ true",
        "^a{3}?$ ~ aaa ~ true",
        "^a{x}$ ~ a{x} ~ true",
        "^a{}$ ~ a{} ~ true",
        "\\bfoo\\b ~ a foo b ~ true",
        "\\bfoo\\b ~ afoo ~ false",
        "^[]a]+$ ~ ]a ~ true",
        "^[^]a]+$ ~ ]a ~ false",
        "^[[a]+$ ~ [a ~ true",
        "^\\x41\\u0042\\U00000043$ ~ ABC ~ true",
        "^\\101\\02$ ~ 'A\u0002' ~ true",
        "^a.c$ ~ abc ~ true",
        "\\Aab\\Z ~ ab ~ true",
        "(?s)^a.c$ ~ 'a\nc' ~ true",
        "^a.c$ ~ 'a\nc' ~ false",
        "(?m)^b$ ~ 'a\nb\nc' ~ true",
        "^b$ ~ 'a\nb\nc' ~ false",
        "^b$ ~ 'b\n' ~ true",
        "b\\Z ~ 'b\n' ~ false",
        "^(?:ab|cd)+?$ ~ abcd ~ true",
        "(?i:AB)c ~ abC ~ true",
        "^[\\b]$ ~ '\b' ~ true",
        "^\\.\\$\\/\\-$ ~ .$/- ~ true",
        "colou?r|gr[ae]y ~ Grey ~ true",
      })
  void findsWhatPythonFinds(String pattern, String text, boolean found) throws Refused {
    assertThat(LinearPattern.ofPython(pattern, true).isIn(text)).isEqualTo(found);
  }

  @Test
  void lettersAreToldApartOnRequest() throws Refused {
    assertThat(LinearPattern.ofPython("^porto$", false).isIn("Porto")).isFalse();
    assertThat(LinearPattern.ofPython("^porto$", true).isIn("Porto")).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '~',
      value = {
        "(?<=a)b ~ look-behind (?<=…) is not supported, as searching for it can take for ever",
        "(?<!a)b ~ look-behind (?<!…) is not supported",
        "a(?=b) ~ look-ahead (?=…) is not supported",
        "a(?!b) ~ look-ahead (?!…) is not supported",
        "(a)\\1 ~ the back reference \\1 is not supported, as searching for it can take for ever",
        "(?P<n>a)(?P=n) ~ the back reference (?P=…) is not supported",
        "(a)?(?(1)b|c) ~ the condition (?(…)…) is not supported",
        "(?>a+)b ~ the atomic group (?>…) is not supported",
        "(?x)a ~ of the flags in (?x) only i, m and s are supported",
        "(?<n>a) ~ (? at position 0 begins no group that is known",
        "a( ~ missing closing )",
        "a) ~ ) at position 1 closes nothing",
        "[a ~ [ at position 0 has no end",
        "a** ~ * at position 2 repeats a repetition",
        "a++ ~ + at position 2 repeats a repetition",
        "*a ~ missing argument to repetition operator",
        "a{2}{3} ~ {3} at position 4 repeats a repetition",
        "a\\ ~ it ends with a backslash",
        "\\p{L} ~ \\p means nothing",
        "[z-a] ~ z-a is no range of characters",
        "[\\d-z] ~ \\d-z is no range of characters",
        "a{2,1} ~ invalid repeat count",
        "((a{1000}){1000}){1000} ~ it is too large",
        "(a{300}){300} ~ it is too large",
      })
  void saysWhatItDoesNotRun(String pattern, String why) {
    assertThatThrownBy(() -> LinearPattern.ofPython(pattern, true))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(why);
  }

  /** RE2/J goes round and round for some letters: see {@link FoldedCharacters}. */
  @Test
  void everyCharacterCanBeWritten() throws Refused {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      String escaped = "\\U%08x".formatted(point);
      if (point < 0x11000 || point % 977 == 0) {
        LinearPattern.ofPython(escaped, true).isIn("\u1c80");
        LinearPattern.ofPython("[" + escaped + "]", true);
      }
    }
    assertThat(LinearPattern.ofPython("^\u1c80$", true).isIn("\u1c80")).isTrue();
    assertThat(LinearPattern.ofPython("^[\\x00-\\uffff]+$", true).isIn("aé中")).isTrue();
    assertThat(LinearPattern.ofPython("^[^\\x00-\\x1f]+$", true).isIn("aé中")).isTrue();
  }

  @Test
  void deepNestingIsRefusedBeforeItIsCompiled() {
    assertThatThrownBy(() -> LinearPattern.ofPython("(".repeat(100_000), true))
        .isInstanceOf(Refused.class)
        .hasMessage("groups are nested deeper than 200 levels");
    assertThatThrownBy(() -> LinearPattern.ofPython("a".repeat(100_000), true))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("too large");
  }

  /** A backtracking matcher would not end in the life of the sun. */
  @Test
  void whatMakesOthersSearchForEverEnds() throws Refused {
    assertThat(LinearPattern.ofPython("(a+)+$", true).isIn("a".repeat(10_000) + "b")).isFalse();
    String long10k = "(a+)+".repeat(1_999) + "(a+)+$";
    assertThat(long10k).hasSize(10_001);
    assertThat(LinearPattern.ofPython(long10k, true).isIn("a".repeat(500) + "b")).isFalse();
  }
}
