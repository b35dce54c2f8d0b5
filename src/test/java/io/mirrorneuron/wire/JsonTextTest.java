package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTextTest {
  private static final String JSON = "{\"name\": \"Körbe\"}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ | f is malformed at line 1, column 2: ",
        "{\"a\": 1,} | f is malformed at line 1, column 9: ",
        "{\"a\": 1}} | f is malformed at line 1, column 9: ",
        "{\"a\": yes} | f is malformed at line 1, column 7: yes is no value of JSON",
        "{'a': 1} | f is malformed at line 1, column 2: JSON has no single quotes: write",
        "[] | f must be an object",
        "` ` | f is malformed: it is empty",
      })
  void aMistakeIsToldWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> JsonText.object(text, "f"))
        .isInstanceOf(MnException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void valuesAreCountedBeforeTheyAreATree() {
    String most = "{\"a\":[" + "0,".repeat(ValueCount.MOST - 3) + "0]}";
    assertThat(JsonText.distinct(most, "f").path("a")).hasSize(ValueCount.MOST - 2);
    String more = most.replace("[", "[{},");
    for (Consumer<String> reader :
        List.<Consumer<String>>of(
            text -> JsonText.object(text, "f"),
            text -> JsonText.distinct(text, "f"),
            text -> JsonText.requireDistinct(text, "f"),
            text -> Json.parseStrictly(text, "f"))) {
      assertThatThrownBy(() -> reader.accept(more))
          .isInstanceOf(MnException.class)
          .hasMessageStartingWith("f is malformed")
          .hasMessageEndingWith("it has more than 500000 values");
    }
  }

  @Test
  void namesAndEndsAreNoValues() throws IOException {
    String text = "{\"a\":[1,\"x\",null,true,1.5,{}],\"b\":{\"c\":[]}}";
    assertThat(ValueCount.of(Json.MAPPER.createParser(text))).isEqualTo(10);
    assertThat(ValueCount.of(Json.MAPPER.createParser("[1,2,}"))).isEqualTo(3);
  }

  @Test
  void aTabInATextIsNamed() {
    assertThatThrownBy(() -> JsonText.object("{\n\"a\": \"x\ty\"}", "f"))
        .hasMessageStartingWith("f is malformed at line 2, column ")
        .hasMessageContaining("it has a control character (code 9)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"steps\": [ | 1, column 12: the list that begins at line 1, column 11 is not closed",
        "{\"a\": 1 | 1, column 8: the object that begins at line 1, column 1 is not closed",
        "{\"a\": | 1, column 6: an object is not closed",
        "{\"a\": \"b | 1, column 9: a quote is not closed",
        "{\"a\": [1} | 1, column 9: } stands where ] must: the list that begins at line 1, column 7 is"
            + " not closed",
        "{\"a\": 1,} | 1, column 9: } follows a comma or colon after which something must stand",
        "{a: 1} | 1, column 2: a stands where a name in quotes must: \"name\": value",
        "{\"a\" 1} | 1, column 6: 1 stands where a colon must: \"name\": value",
        "{\"a\": 1 \"b\": 2} | 1, column 9: \" stands where a comma must, or the end of the list or"
            + " object",
        "{\"a\": .5} | 1, column 7: . stands where a value must",
        "{\"a\": 01} | 1, column 8: a number must not begin with 0",
        "{\"a\": 1.} | 1, column 8: this is no number of JSON",
        "{\"a\": \"\\x\"} | 1, column 9: \\x means nothing in JSON: write \\\\ for a backslash",
        "{} {} | 1, column 4: something stands after the end",
        "// x | 1, column 1: JSON has no comments: leave them out, or write YAML",
      })
  void theParserIsTranslated(String text, String message) {
    assertThatThrownBy(() -> JsonText.object(text, "f"))
        .hasMessage("f is malformed at line " + message);
  }

  @Test
  void whatExceedsALimitIsToldWithItsPlace() {
    assertThatThrownBy(() -> JsonText.object("{\"a\":\n" + "1".repeat(100_000) + "}", "f"))
        .hasMessageStartingWith("f is malformed at line 2, column ")
        .hasMessageEndingWith(": a number has more than 1000 digits");
    assertThatThrownBy(() -> JsonText.object("[".repeat(200_000), "f"))
        .hasMessage("f is malformed at line 1, column 1002: it is nested deeper than 1000 levels");
  }

  @Test
  void aNameThatComesTwiceIsRefusedOnRequest() {
    String text = "{\"a\": [{\"b\": 1, \"b\": 2}]}";
    String reported =
        "f is malformed at line 1, column 20: b is in this object already: keep one of them";
    assertThat(JsonText.object(text, "f")).hasToString("{\"a\":[{\"b\":2}]}");
    assertThatThrownBy(() -> JsonText.distinct(text, "f")).hasMessage(reported);
    assertThatThrownBy(() -> JsonText.requireDistinct(text, "f")).hasMessage(reported);
  }

  @Test
  void theMarkOfUtf8IsLeftOut() {
    assertThat(JsonText.decode(JSON.getBytes(StandardCharsets.UTF_8), "f")).isEqualTo(JSON);
    byte[] marked = ("\uFEFF" + JSON).getBytes(StandardCharsets.UTF_8);
    assertThat(JsonText.decode(marked, "f")).isEqualTo(JSON);
    assertThat(JsonText.decode(new byte[0], "f")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ISO-8859-1 | Latin-1 or Windows-1252: byte 12, in line 1, is 0xF6",
        "UTF-16 | UTF-16",
        "UTF-16LE | UTF-16",
        "UTF-32LE | UTF-32",
      })
  void anotherEncodingIsNamed(String encoding, String message) {
    assertThatThrownBy(() -> JsonText.decode(JSON.getBytes(Charset.forName(encoding)), "f"))
        .hasMessage("f is not in UTF-8: it seems to be " + message + ". Save it in UTF-8");
  }

  @Test
  void utf16WithoutAMarkIsFoundByItsZeros() {
    byte[] plain = "{}".getBytes(StandardCharsets.UTF_16LE);
    assertThatThrownBy(() -> JsonText.decode(plain, "f"))
        .hasMessage("f is not in UTF-8: it seems to be UTF-16. Save it in UTF-8");
  }
}
