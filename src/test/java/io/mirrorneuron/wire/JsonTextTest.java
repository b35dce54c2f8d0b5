package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
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
        "{\"a\": yes} | f is malformed at line 1, column 7: Unrecognized token 'yes'",
        "{'a': 1} | f is malformed at line 1, column 2: ",
        "[] | f must be an object",
        "` ` | f is malformed: it is empty",
      })
  void aMistakeIsToldWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> JsonText.object(text, "f"))
        .isInstanceOf(MnException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aTabInATextIsNamed() {
    assertThatThrownBy(() -> JsonText.object("{\n\"a\": \"x\ty\"}", "f"))
        .hasMessageStartingWith("f is malformed at line 2, column ")
        .hasMessageContaining("Illegal unquoted character");
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
