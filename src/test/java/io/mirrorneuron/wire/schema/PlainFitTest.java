package io.mirrorneuron.wire.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFitTest {

  private static PlainFit fit(String schema) {
    return PlainFit.of(JsonSchema.of(new JsonObject(schema)));
  }

  @ParameterizedTest
  @CsvSource({"a,true", "abc,true", "abcd,false", "A,false", "'',false"})
  void textsHaveALengthAndAPattern(String text, boolean fits) {
    PlainFit fit =
        fit("{\"type\":\"string\",\"minLength\":1,\"maxLength\":3,\"pattern\":\"^[a-z]*$\"}");

    assertThat(fit.isCertain(text)).isEqualTo(fits);
    assertThat(fit.isCertain(1L)).isFalse();
  }

  @Test
  void aPairOfSurrogatesIsOneCharacter() {
    assertThat(fit("{\"type\":\"string\",\"minLength\":2}").isCertain("😀")).isFalse();
    assertThat(fit("{\"type\":\"string\",\"minLength\":2}").isCertain("😀😀")).isTrue();
  }

  @Test
  void someTextsAreOneOfSeveralWords() {
    PlainFit fit = fit("{\"type\":\"string\",\"enum\":[\"full\",\"status\"]}");

    assertThat(fit.isCertain("status")).isTrue();
    assertThat(fit.isCertain("Status")).isFalse();
  }

  @Test
  void integersHaveBounds() {
    PlainFit fit = fit("{\"type\":\"integer\",\"minimum\":1,\"maximum\":5,\"default\":2}");

    assertThat(fit.isCertain(0L)).isFalse();
    assertThat(fit.isCertain(1L)).isTrue();
    assertThat(fit.isCertain(5L)).isTrue();
    assertThat(fit.isCertain(6L)).isFalse();
    assertThat(fit.isCertain("3")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"string\",\"format\":\"date\"}",
        "{\"type\":[\"string\",\"null\"]}",
        "{\"$ref\":\"#/x\"}",
        "{\"type\":\"integer\",\"minimum\":0.5}",
        "{\"type\":\"integer\",\"minLength\":5}",
        "{\"type\":\"integer\",\"multipleOf\":5}",
        "{\"type\":\"object\"}"
      })
  void otherSchemasAreLeftToTheValidator(String schema) {
    assertThat(fit(schema)).isNull();
  }
}
