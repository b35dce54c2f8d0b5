package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static JsonNode json(String text) {
    return Json.parseObject(text, "test");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization",
        "set-cookie",
        "client_secret",
        "token",
        "refreshToken",
        "PASSWORD",
        "api_key",
        "apiKey",
        "X-API-Key",
        "private_key",
        "privateKey",
        "aws_credentials"
      })
  void textUnderASecretNameIsHidden(String name) {
    assertThat(Redaction.of(Json.object().put(name, "hunter2").put("other", "seen")))
        .isEqualTo(Json.object().put(name, "[REDACTED]").put("other", "seen"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          numbers                 | {"total_tokens":1500,"token":7}
          booleans                | {"password_set":true,"cookie":null}
          counts written as text  | {"max_tokens":"1024","input_tokens":"12.5"}
          counts by kind          | {"tokens":{"input":5,"output":7}}
          other names             | {"tok":"a","pass":"b","key":"c","author":"d"}
          values that are no name | {"a":"token","b":["password"]}
          nothing                 | {"token":"","secret":"[REDACTED]","credential":[],"cookie":{}}
          """)
  void whatIsNoSecretStaysAndNothingIsCopied(String what, String text) {
    JsonNode json = json(text);

    assertThat(Redaction.of(json)).as(what).isSameAs(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"tokens":"abc"}                             | {"tokens":"[REDACTED]"}
          {"token":"123"}                              | {"token":"[REDACTED]"}
          {"a":{"b":[1,{"api_key":"k"}]},"c":{"d":1}}  | {"a":{"b":[1,{"api_key":"[REDACTED]"}]},"c":{"d":1}}
          {"credentials":{"user":"u","pass":"p"}}      | {"credentials":"[REDACTED]"}
          {"cookies":["a","b"]}                        | {"cookies":"[REDACTED]"}
          """)
  void secretsAreFoundAtAnyDepth(String text, String shown) {
    JsonNode json = json(text);

    assertThat(Redaction.of(json)).isEqualTo(json(shown));
    assertThat(json).as("the argument").isEqualTo(json(text));
    assertThat(Redaction.of(Redaction.of(json))).isEqualTo(json(shown));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          the whole text    | { "apiKey": "k", "n": 1.5 }            | {"apiKey":"[REDACTED]","n":1.5}
          a list            | [{"a":[{"password":"p"}]}]             | [{"a":[{"password":"[REDACTED]"}]}]
          a line of many    | a;{"token":"t"};;{"b":1};c             | a;{"token":"[REDACTED]"};;{"b":1};c
          an indented line  | start;  {"token":"t"};                 | start;  {"token":"[REDACTED]"};
          several lines     | {;  "set-cookie": "c";}                | {"set-cookie":"[REDACTED]"}
          text within text  | {"out":"{\\"secret\\":\\"s\\"}"}   | {"out":"{\\"secret\\":\\"[REDACTED]\\"}"}
          """)
  void textsThatAreJsonHideTheirSecretsToo(String what, String text, String shown) {
    JsonNode json = Json.object().put("stdout", text.replace(';', '\n'));
    JsonNode expected = Json.object().put("stdout", shown.replace(';', '\n'));

    assertThat(Redaction.of(json)).as(what).isEqualTo(expected);
    assertThat(Redaction.of(expected)).as(what).isSameAs(expected);
    assertThat(Redaction.ofObject(Json.write(json))).as(what).isEqualTo(Json.write(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "the password is \"hunter2\", he said",
        "token: next {page} [1]",
        "{\"token\": \"cut off",
        "{\"token\": nonsense}",
        "{ \"total_tokens\": 12, \"secret\": true }",
        "{ \"note\": \"no token here\" }",
        "def f(token=\"x\"):",
        "[password] \"x\" [y]",
        "{}",
        "[\"token\"]"
      })
  void otherTextsStayAsTheyAre(String text) {
    JsonNode json = Json.object().put("text", text);

    assertThat(Redaction.of(json)).isSameAs(json);
  }

  @Test
  void partsWithoutSecretsAreShared() {
    JsonNode json = json("{\"token\":\"t\",\"large\":{\"a\":[1]}}");

    assertThat(Redaction.of(json).get("large")).isSameAs(json.get("large"));
  }

  @Test
  void textsWithoutSecretsStayAsTheyAre() {
    String plain = "{\"a\" : 1.50, \"note\":\"the token is elsewhere\",\"total_tokens\":3}";
    assertThat(Redaction.ofObject(plain)).isSameAs(plain);
    assertThat(Redaction.ofObject("{\"a\":[{\"API-Key\":\"k\"}],\"b\":1}"))
        .isEqualTo("{\"a\":[{\"API-Key\":\"[REDACTED]\"}],\"b\":1}");
  }
}
