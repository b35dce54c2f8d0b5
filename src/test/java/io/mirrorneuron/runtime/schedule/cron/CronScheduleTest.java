package io.mirrorneuron.runtime.schedule.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.schedule.cron.CronSchedule.ClockChange;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule.CronSyntaxException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar, its refusals, and what happens where the clocks change. */
class CronScheduleTest {
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static List<String> firings(String cron, String zone, String after, int count) {
    return CronSchedule.of(List.of(cron), ZoneId.of(zone))
        .upcoming(Instant.parse(after), count)
        .stream()
        .map(firing -> firing.at().toString())
        .toList();
  }

  @ParameterizedTest(name = "{0} after {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          * * * * *           | 2026-01-01T00:00:00Z     | 2026-01-01T00:01:00Z
          * * * * *           | 2026-01-01T00:00:59.999Z | 2026-01-01T00:01:00Z
          5 * * * *           | 2026-01-01T00:05:00Z     | 2026-01-01T01:05:00Z
          */20 * * * *        | 2026-01-01T00:40:00Z     | 2026-01-01T01:00:00Z
          50/4 * * * *        | 2026-01-01T00:54:00Z     | 2026-01-01T00:58:00Z
          10-20/5 2 * * *     | 2026-01-01T02:15:00Z     | 2026-01-01T02:20:00Z
          0 9,17 * * *        | 2026-01-01T09:00:00Z     | 2026-01-01T17:00:00Z
          0 0 31 * *          | 2026-01-31T00:00:00Z     | 2026-03-31T00:00:00Z
          0 0 29 2 *          | 2026-01-01T00:00:00Z     | 2028-02-29T00:00:00Z
          0 0 29 2 *          | 2028-02-29T00:00:00Z     | 2032-02-29T00:00:00Z
          0 0 * * 0           | 2026-01-01T00:00:00Z     | 2026-01-04T00:00:00Z
          0 0 * * 7           | 2026-01-01T00:00:00Z     | 2026-01-04T00:00:00Z
          0 0 * * 7/2         | 2026-01-04T00:00:00Z     | 2026-01-11T00:00:00Z
          0 0 * * 5-7         | 2026-01-03T00:00:00Z     | 2026-01-04T00:00:00Z
          0 0 13 * 5          | 2026-01-09T00:00:00Z     | 2026-01-13T00:00:00Z
          0 0 13 * */1        | 2026-01-09T00:00:00Z     | 2026-01-13T00:00:00Z
          0 0 */1 * 1         | 2026-01-06T00:00:00Z     | 2026-01-12T00:00:00Z
          0 0 1-31 * 1        | 2026-01-06T00:00:00Z     | 2026-01-07T00:00:00Z
          0 0 1 1-12/6 *      | 2026-01-01T00:00:00Z     | 2026-07-01T00:00:00Z
          59 23 31 12 *       | 2026-12-31T23:59:00Z     | 2027-12-31T23:59:00Z
          @hourly             | 2026-01-01T00:00:00Z     | 2026-01-01T01:00:00Z
          @daily              | 2026-01-01T00:00:00Z     | 2026-01-02T00:00:00Z
          @midnight           | 2026-01-01T00:00:00Z     | 2026-01-02T00:00:00Z
          @weekly             | 2026-01-01T00:00:00Z     | 2026-01-04T00:00:00Z
          @monthly            | 2026-01-01T00:00:00Z     | 2026-02-01T00:00:00Z
          @yearly             | 2026-01-01T00:00:00Z     | 2027-01-01T00:00:00Z
          @annually           | 2026-01-01T00:00:00Z     | 2027-01-01T00:00:00Z
          """)
  void isNextStrictlyLater(String cron, String after, String next) {
    assertThat(firings(cron, "UTC", after, 1)).containsExactly(next);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          60 * * * *    | field 1 (minute): 60 is not between 0 and 59
          * 24 * * *    | field 2 (hour): 24 is not between 0 and 23
          * * 0 * *     | field 3 (day of month): 0 is not between 1 and 31
          * * * 13 *    | field 4 (month): 13 is not between 1 and 12
          * * * * 8     | field 5 (day of week): 8 is not between 0 and 7
          1-99999999999 * * * * | field 1 (minute): 99999999999 is not between 0 and 59
          * * * * MON   | field 5 (day of week): names are not supported; write 1 in place of "MON"
          * * * jan *   | field 4 (month): names are not supported; write 1 in place of "jan"
          * * * * 1-fri | field 5 (day of week): names are not supported; write 5 in place of "fri"
          * * L * *     | field 3 (day of month): "L" uses L, W, # or ?, which are not supported
          * * 15W * *   | field 3 (day of month): "15W" uses L, W, # or ?, which are not supported
          * * * * 5#3   | field 5 (day of week): "5#3" uses L, W, # or ?, which are not supported
          * * ? * *     | field 3 (day of month): "?" uses L, W, # or ?, which are not supported
          */0 * * * *   | field 1 (minute): the step of "*/0" must be 1 or more
          */x * * * *   | field 1 (minute): the step of "*/x" must be a whole number
          */2/3 * * * * | field 1 (minute): the step of "*/2/3" must be a whole number
          * * * * 6-2   | field 5 (day of week): the range "6-2" runs backwards; write it as two parts with a comma
          1,,2 * * * *  | field 1 (minute): "1,,2" has an empty part
          -5 * * * *    | field 1 (minute): "-5" is not a number, *, a range a-b or a step a/n
          1-2-3 * * * * | field 1 (minute): "1-2-3" is not a number, *, a range a-b or a step a/n
          ٣ * * * *     | field 1 (minute): "٣" is not a number, *, a range a-b or a step a/n
          * * * *       | it has 4 fields instead of five: minute, hour, day of month, month, day of week
          0 0 * * * *   | it has 6 fields instead of five: minute, hour, day of month, month, day of week; there is no field for seconds
          often         | it has 1 field instead of five: minute, hour, day of month, month, day of week
          @reboot       | it is none of @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly
          """)
  void refusesWithThePlace(String cron, String reason) {
    assertThatThrownBy(() -> CronSchedule.of(List.of(cron), BERLIN))
        .isInstanceOf(CronSyntaxException.class)
        .hasMessage("invalid cron expression \"%s\": %s", cron, reason);
  }

  @Test
  void refusesNothingAtAll() {
    assertThatThrownBy(() -> CronSchedule.of(List.of(" "), BERLIN))
        .hasMessageStartingWith("invalid cron expression \" \": it has 0 fields instead of five");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 30 2 *", "0 0 31 4,6,9,11 *"})
  void neverIsNothing(String cron) {
    assertThat(firings(cron, "UTC", "2026-01-01T00:00:00Z", 3)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2096-02-29T00:00:00Z, 2104-02-29T00:00:00Z",
    "2096-03-01T00:00:00Z, 2104-02-29T00:00:00Z",
    "2099-03-01T00:00:00Z, 2104-02-29T00:00:00Z",
    "2196-02-29T00:00:00Z, 2204-02-29T00:00:00Z",
    "2396-02-29T00:00:00Z, 2400-02-29T00:00:00Z",
    "9896-02-29T00:00:00Z, 9904-02-29T00:00:00Z",
  })
  void findsTheLastOfFebruaryOverTheTurnsOfCenturies(String after, String next) {
    assertThat(firings("0 0 29 2 *", "UTC", after, 1)).containsExactly(next);
    assertThat(firings("0 0 29 2 *", "Pacific/Apia", after, 1)).hasSize(1);
    assertThat(firings("0 0 29 2 */1", "UTC", after, 1)).containsExactly(next);
  }

  @Test
  void endsBeforeTheYear10000() {
    assertThat(firings("0 0 29 2 *", "UTC", "9996-02-29T00:00:00Z", 1)).isEmpty();
  }

  @Test
  void ofSeveralTheEarliestIsNextAndTheSameCountsOnce() {
    CronSchedule schedule = CronSchedule.of(List.of("0 12 * * *", "0 */6 * * *"), BERLIN);
    assertThat(schedule.upcoming(Instant.parse("2026-01-01T00:00:00Z"), 4))
        .extracting(firing -> firing.at().toString())
        .containsExactly(
            "2026-01-01T05:00:00Z",
            "2026-01-01T11:00:00Z",
            "2026-01-01T17:00:00Z",
            "2026-01-01T23:00:00Z");
  }

  @Test
  void whatTheSpringGapLeavesOutIsOneFiringAfterIt() {
    assertThat(firings("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2))
        .containsExactly("2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z");
    assertThat(firings("*/10 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
    assertThat(firings("30 2 * * *", "America/New_York", "2026-03-08T07:00:00Z", 1))
        .as("not again after it fired")
        .containsExactly("2026-03-09T06:30:00Z");
  }

  @Test
  void aLostDayIsOneFiringToo() {
    assertThat(firings("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", 2))
        .containsExactly("2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z");
  }

  @Test
  void fixedHoursFireInTheFirstPassOfAnOverlapOnly() {
    assertThat(firings("*/30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", 3))
        .containsExactly("2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:00:00Z");
    assertThat(firings("30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z", 1))
        .as("a search that begins in the second pass")
        .containsExactly("2026-11-02T06:30:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"30 * * * *", "30 */1 * * *"})
  void everyHourFiresInBothPasses(String cron) {
    assertThat(firings(cron, "Europe/Berlin", "2026-10-24T23:45:00Z", 3))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
  }

  @Test
  void marksWhatTheClocksDo() {
    assertThat(marks("30 1 * * *", BERLIN, "2026-10-25T00:00:00Z", 1))
        .containsExactly("2026-10-26T01:30 NONE");
    assertThat(marks("30 2 * * *", BERLIN, "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T02:30 MOVED", "2026-03-30T02:30 NONE");
    assertThat(marks("30 * * * *", NEW_YORK, "2026-11-01T05:00:00Z", 3))
        .containsExactly(
            "2026-11-01T01:30 FIRST_PASS", "2026-11-01T01:30 SECOND_PASS", "2026-11-01T02:30 NONE");
    assertThat(marks("0 3 * * *", BERLIN, "2026-03-28T12:00:00Z", 1))
        .as("asked for, not moved")
        .containsExactly("2026-03-29T03:00 NONE");
  }

  private static Stream<String> marks(String cron, ZoneId zone, String after, int count) {
    return CronSchedule.of(List.of(cron), zone).upcoming(Instant.parse(after), count).stream()
        .map(firing -> mark(firing.local(), firing.clockChange()));
  }

  private static String mark(LocalDateTime local, ClockChange change) {
    return local + " " + change;
  }
}
