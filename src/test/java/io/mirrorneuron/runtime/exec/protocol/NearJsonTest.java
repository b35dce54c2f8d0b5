package io.mirrorneuron.runtime.exec.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.protocol.PlainOutput.NearJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearJsonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'text': 'a'} | a dict of Python: print json.dumps(value)",
        "{'it\\'s': datetime.date(2026, 1, 2)} | a dict of Python",
        "[{'a': 1}] | a dict of Python",
        "['a', \"b\"] | a list of Python",
        "{\"a\": True} | a dict of Python",
        "{\"a\": None, \"b\": [1]} | a dict of Python",
        "[True, False] | a list of Python",
        "{ a: 1, b: [ 'x' ] } | an object of JavaScript: print JSON.stringify(value)",
        "{\"a\": 1,} | JSON, which it is not: } follows a comma",
        "{\"a\": NaN} | JSON, which it is not: NaN",
      })
  void whatIsNearlyJsonIsTold(String text, String reported) {
    assertThat(NearJson.fault(text)).contains("looks like " + reported);
    assertThat(NearJson.fault("one line\n" + text)).contains("looks like " + reported);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": [1,2 | JSON that was cut off",
        "[{\"a\": 1}, | JSON that was cut off",
        "{\"a\":1}{\"b\":2} | several values of JSON",
        "[1,2,,3] | JSON, which it is not",
        "{\"a\": 1} // c | JSON with text behind it",
        "`{\n  \"a\": 1\n}\nDone.` | JSON with text behind it",
        "`\uFEFF{\"a\": 1}` | JSON behind a byte order mark",
        "True | True of Python",
        "Infinity | Infinity of Python",
      })
  void whatIsJsonButForItsEndsIsTold(String text, String reported) {
    assertThat(NearJson.fault(text)).contains("looks like " + reported);
  }

  @Test
  void whatModelsPutAroundJsonIsTold() {
    assertThat(NearJson.fault("```json\n{\"a\": 1}\n```")).contains("JSON in a code fence");
    assertThat(NearJson.fault("```\nls -l\n```")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"level\": 1} one\n{\"level\": 2} two",
        "{",
        "[",
        "[12:00:01] done",
        "{\"a\": 1}\n{\"a\": 2}\nDone.",
        "hello",
        "{}",
        "[1, 2]",
        "{\"a\": [true, null]}",
        "{\n  \"a\": 1\n}",
        "a line\n{\"a\": 1}",
        "'True'",
        "[done]",
        "[INFO] it's over [all of it]",
        "{not json at all}",
        "[2026-12-01 10:00] None left [ok]",
        "{'a': 1} and more",
      })
  void otherTextAndJsonAreNot(String text) {
    assertThat(NearJson.fault(text)).isNull();
  }

  @Test
  void aLongTextIsLookedAtInOneGo() {
    String many = "\\'".repeat(100_000);
    assertThat(NearJson.fault("{'a': '" + many + "'}")).isNotNull();
    assertThat(NearJson.fault("['" + many + "']")).isNotNull();
    assertThat(NearJson.fault("[" + "\"a\\\\\", ".repeat(100_000) + "]")).isNotNull();
    assertThat(NearJson.fault("{\"" + "a".repeat(1_000_000))).isNull();
    assertThat(NearJson.fault("{\"" + "\\\\".repeat(500_000) + "\": [1")).isNull();
    assertThat(NearJson.fault("{\"" + "\\\\".repeat(10_000) + "\": [1"))
        .contains("looks like JSON that was cut off");
    assertThat(NearJson.fault("```\n" + "\n".repeat(1_000_000) + "x\n```")).isNull();
    assertThat(NearJson.fault("[".repeat(5_000) + "]".repeat(5_000))).isNull();
  }
}
