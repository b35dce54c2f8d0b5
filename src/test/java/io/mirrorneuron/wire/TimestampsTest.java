package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @Test
  void textsAreThoseOfTheFormatterAndComeBack() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      long millis = random.nextLong(1, Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli());
      String text = Timestamps.text(millis);

      assertThat(text).isEqualTo(Json.timestamp(Instant.ofEpochMilli(millis)));
      assertThat(Timestamps.millis(text)).isEqualTo(millis);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1969-12-31T23:59:59.001Z",
        "2024-02-29T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z"
      })
  void bordersOfTheCalendar(String text) {
    long millis = Instant.parse(text).toEpochMilli();

    assertThat(Timestamps.text(millis)).isEqualTo(text);
    assertThat(Timestamps.millis(text)).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-06-20T10:00:00Z,2026-06-20T10:00:00Z",
    "2026-06-20T12:00:00.25+02:00,2026-06-20T10:00:00.250Z",
    "2026-06-20T10:00:00.123456Z,2026-06-20T10:00:00.123Z",
  })
  void otherFormsAreReadAsWell(String text, Instant time) {
    assertThat(Timestamps.millis(text)).isEqualTo(time.toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "soon", "2026-13-20T10:00:00.000Z", "2026-02-30T10:00:00.000Z", "2026-06-20"})
  void whatIsNoTimeIsNone(String text) {
    assertThat(Timestamps.millis(text)).isZero();
  }

  @Test
  void noTimeHasNoText() {
    assertThat(Timestamps.text(0)).isNull();
  }
}
