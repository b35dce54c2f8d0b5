package io.mirrorneuron.runtime.schedule.cron;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimesMadeTest {
  private static final CronCalendar CALENDAR = new CronCalendar();
  private static final List<String> HOURLY = List.of("0 * * * *");
  private static final List<String> HALVES = List.of("*/30 * * * *");
  private static final long HOUR = 3_600_000;

  private static TimesMade with(TimesMade times, long at) {
    return times.with(CALENDAR, HOURLY, "UTC", at);
  }

  @Test
  void timesInAnyOrderBecomeOneStretch() {
    List<Long> all = new ArrayList<>();
    for (long i = 0; i < 30; i++) {
      all.add(i * HOUR);
    }
    Collections.shuffle(all, new Random(5));
    TimesMade times = TimesMade.NONE;
    for (long at : all) {
      times = with(with(times, at), at);
    }
    assertThat(times.stretches())
        .containsExactly(new TimesMade.Stretch(0, 29 * HOUR, HOURLY, "UTC"));
  }

  @Test
  void onlyTimesOfTheCalendarAreInAStretch() {
    TimesMade times = with(with(TimesMade.NONE, HOUR), 2 * HOUR);
    assertThat(times.has(CALENDAR, HOUR)).isTrue();
    assertThat(times.has(CALENDAR, 2 * HOUR)).isTrue();
    assertThat(times.has(CALENDAR, HOUR + HOUR / 2)).isFalse();
    assertThat(times.has(CALENDAR, 3 * HOUR)).isFalse();
  }

  @Test
  void timesOfAnotherCalendarStayApart() {
    TimesMade times = with(with(TimesMade.NONE, HOUR), 2 * HOUR);
    times = times.with(CALENDAR, HALVES, "UTC", HOUR + HOUR / 2);
    assertThat(times.stretches()).hasSize(2);
    assertThat(times.has(CALENDAR, HOUR + HOUR / 2)).isTrue();
    assertThat(times.has(CALENDAR, 2 * HOUR + HOUR / 2)).isFalse();
  }

  @Test
  void whatWasNotAddedToForLongestIsForgotten() {
    TimesMade times = TimesMade.NONE;
    for (long i = 0; i < 40; i++) {
      times = with(times, 2 * i * HOUR);
    }
    assertThat(times.stretches()).hasSize(TimesMade.MOST);
    assertThat(times.has(CALENDAR, 0)).isFalse();
    assertThat(times.has(CALENDAR, 78 * HOUR)).isTrue();
  }
}
