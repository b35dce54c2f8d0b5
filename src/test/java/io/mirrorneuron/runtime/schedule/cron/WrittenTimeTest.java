package io.mirrorneuron.runtime.schedule.cron;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.schedule.cron.CronSchedule.ClockChange;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Times that people write where the clocks change. */
class WrittenTimeTest {
  private static final String BERLIN = "Europe/Berlin";

  private static String instant(String text) {
    return Instant.ofEpochMilli(WrittenTime.millis(text, BERLIN)).toString();
  }

  @Test
  void aLocalTimeThatIsLeftOutIsAsForCronTheFirstInstantAfterIt() {
    assertThat(instant("2027-03-28T02:30:00")).isEqualTo("2027-03-28T01:00:00Z");
    assertThat(instant("2027-03-28T01:59:00")).isEqualTo("2027-03-28T00:59:00Z");
    assertThat(instant("2027-03-28T03:00:00")).isEqualTo("2027-03-28T01:00:00Z");
  }

  @Test
  void ofTwoTheEarlierOneIsMeantAndSaidToBeOneOfTwo() {
    assertThat(instant("2026-10-25T02:30:00")).isEqualTo("2026-10-25T00:30:00Z");
    long first = WrittenTime.millis("2026-10-25T02:30:00", BERLIN);
    assertThat(WrittenTime.firing(first, BERLIN).clockChange()).isEqualTo(ClockChange.FIRST_PASS);
    assertThat(WrittenTime.firing(first + 3_600_000, BERLIN).clockChange())
        .isEqualTo(ClockChange.SECOND_PASS);
    assertThat(WrittenTime.firing(first, BERLIN).local()).hasToString("2026-10-25T02:30");
  }

  @Test
  void anOffsetCountsMoreThanTheZone() {
    assertThat(instant("2027-03-28T02:30:00+05:00")).isEqualTo("2027-03-27T21:30:00Z");
    assertThat(WrittenTime.millis("tomorrow", BERLIN)).isNull();
    assertThat(WrittenTime.millis("+12000-01-01T00:00:00Z", BERLIN)).isNull();
  }
}
