package io.mirrorneuron.human;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersonNameTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ada",
        "ADA",
        " ada\t",
        "ada\u00a0",
        "\uff41da",
        "a\u200bda",
        "ada\u00ad",
        "ada\u2060",
        "a\ufeffda",
        "\u202eada",
        "ada\ufe0f",
        "ada\u0000",
        "ada\u034f",
        "ada\u3164",
        "ada\uffa0",
        "ada\u2800",
        "ada\udb40\udd00",
        "\ud835\udc1ada"
      })
  void howeverItIsWrittenANameIsOne(String name) {
    assertThat(new Person(name, false).is("ada")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "\u00e9va, e\u0301va",
    "stra\u00dfe, STRASSE",
    "Stra\u1e9ee, strasse",
    "anna maria, ANNA\u2003 maria",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2, \u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3",
    "\u0130da, i\u0307da",
    "\ufb01nn, finn"
  })
  void lettersOfSeveralFormsAreOneName(String one, String other) {
    assertThat(new Person(one, false).is(other)).isTrue();
    assertThat(PersonName.folded(PersonName.folded(one))).isEqualTo(PersonName.folded(one));
  }

  @ParameterizedTest
  @CsvSource({"ada, ade", "eva, \u00e9va", "anna maria, annamaria", "ada, \u0430d\u0430", "a, ''"})
  void otherLettersAreOtherNames(String one, String other) {
    assertThat(new Person(one, false).is(other)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "'a\u0000da', body.by: must be a name without control characters",
    "'a\u001bda', body.by: must be a name without control characters",
    "'a\u0085da', body.by: must be a name without control characters",
    "'\u202eada', body.by: must be a name without control characters",
    "'a\u2028da', body.by: must be a name without control characters",
    "'\ud835', body.by: must be a name without control characters",
    "'\u200b', body.by: must be a name that people can see",
    "'\u00a0', body.by: must be a name that people can see",
    "' ', body.by: must be a name that people can see"
  })
  void whatNobodyCanBeCalledIsRefused(String name, String why) {
    assertThatThrownBy(() -> Person.of(Json.object().put("by", name), null, null))
        .hasMessage(why)
        .isInstanceOfSatisfying(
            MnException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(refusal.validation()).hasSize(1);
            });
  }

  @Test
  void theRefusalShowsWhatNobodySees() {
    assertThatThrownBy(() -> Person.of(Json.object(), "ada\u202e", null))
        .hasMessage("header.X-MN-User: must be a name without control characters")
        .isInstanceOfSatisfying(
            MnException.class,
            refusal ->
                assertThat(refusal.validation().get(0).path("input").asText())
                    .isEqualTo("ada\\u202e"));
  }

  @Test
  void aNameIsKeptAsItIsGiven() {
    assertThat(Person.of(Json.object().put("by", " Jos\u00e9 \u200dMar\u00eda"), null, null).name())
        .isEqualTo("Jos\u00e9 \u200dMar\u00eda");
  }

  @Test
  void aTokenOfNobodyWhoCanBeSeenIsNone() {
    assertThatThrownBy(() -> Person.of(Json.object(), null, "\u200b"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("reserved_name"));
    assertThat(Person.of(Json.object().put("by", "\uff41da"), null, "ada"))
        .isEqualTo(new Person("ada", true));
  }
}
