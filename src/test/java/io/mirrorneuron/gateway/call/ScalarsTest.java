package io.mirrorneuron.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarsTest {
  @ParameterizedTest
  @CsvSource({
    "7, 7",
    "' -3 ', -3",
    "3.0, 3",
    "2e3, 2000",
    "9223372036854775807, 9223372036854775807"
  })
  void integersMayBeWrittenAsIntegralFloats(String text, long value) {
    assertThat(Scalars.INTEGER.read(text)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1.5", "9223372036854775808", "1e999999999", "0x1f", "NaN"})
  void whatIsNoIntegerIsNotRead(String text) {
    assertThat(Scalars.INTEGER.read(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "NaN", "Infinity", "1e999"})
  void whatIsNoFiniteNumberIsNotRead(String text) {
    assertThat(Scalars.NUMBER.read(text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"true, true", "' YES ', true", "1, true", "off, false", "F, false", "0, false"})
  void booleansHaveSeveralSpellings(String text, boolean value) {
    assertThat(Scalars.BOOLEAN.read(text)).isEqualTo(value);
  }

  @Test
  void otherWordsAreNoBoolean() {
    assertThat(Scalars.BOOLEAN.read("maybe")).isNull();
    assertThat(Scalars.BOOLEAN.read("")).isNull();
  }

  @Test
  void textsAreTakenAsTheyAre() {
    assertThat(Scalars.TEXT.read(" a ")).isEqualTo(" a ");
  }

  @Test
  void objectsAndArraysAreNoScalars() {
    assertThat(Scalars.of("integer")).isEqualTo(Scalars.INTEGER);
    assertThat(Scalars.of("object")).isNull();
    assertThat(Scalars.of("array")).isNull();
  }
}
