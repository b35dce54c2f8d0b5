package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.schedule.definition.Definition;
import io.mirrorneuron.runtime.schedule.definition.Definition.MissedPolicy;
import io.mirrorneuron.runtime.schedule.definition.DefinitionReader;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Times of a schedule that is due every minute, in minutes. */
class DueTimesTest {
  private static final long MINUTE = 60_000;

  private static Definition everyMinute(MissedPolicy policy, int limit, long graceMinutes) {
    return DefinitionReader.read(
        ScheduleWorld.CALENDAR,
        Map.of(
            "cron",
            "* * * * *",
            "missed_policy",
            policy.word(),
            "catchup_limit",
            limit,
            "missed_grace_ms",
            graceMinutes * MINUTE),
        0);
  }

  private static DueTimes until(Definition definition, long minutes) {
    return DueTimes.until(definition, ScheduleWorld.CALENDAR, MINUTE, minutes * MINUTE + 500);
  }

  @Test
  void whatIsDueIsRun() {
    DueTimes times = until(everyMinute(MissedPolicy.SKIP, 10, 1), 1);

    assertThat(times.onTime()).containsExactly(MINUTE);
    assertThat(times.missed()).isZero();
    assertThat(times.last()).isEqualTo(MINUTE);
    assertThat(times.next()).isEqualTo(2 * MINUTE);
  }

  @Test
  void whatIsOlderThanTheGraceIsMissed() {
    DueTimes times = until(everyMinute(MissedPolicy.SKIP, 10, 2), 10);

    assertThat(times.onTime()).containsExactly(9 * MINUTE, 10 * MINUTE);
    assertThat(times.madeUp()).isEmpty();
    assertThat(times.missed()).isEqualTo(8);
    assertThat(times.lastMissed()).isEqualTo(8 * MINUTE);
  }

  @Test
  void oneIsMadeUpForAllUnlessOneIsDueJustNow() {
    DueTimes now = until(everyMinute(MissedPolicy.CATCHUP_ONE, 10, 1), 10);
    assertThat(now.onTime()).containsExactly(10 * MINUTE);
    assertThat(now.madeUp()).isEmpty();
    assertThat(now.missed()).isEqualTo(9);

    DueTimes late = until(everyMinute(MissedPolicy.CATCHUP_ONE, 10, 0), 10);
    assertThat(late.onTime()).isEmpty();
    assertThat(late.madeUp()).containsExactly(10 * MINUTE);
    assertThat(late.missed()).isEqualTo(9);
  }

  @Test
  void theFirstFewAreMadeUp() {
    DueTimes times = until(everyMinute(MissedPolicy.CATCHUP_ALL, 3, 1), 10);

    assertThat(times.madeUp()).containsExactly(MINUTE, 2 * MINUTE, 3 * MINUTE);
    assertThat(times.onTime()).containsExactly(10 * MINUTE);
    assertThat(times.missed()).isEqualTo(6);
  }

  @Test
  void whatIsDueOnceComesNoMore() {
    Definition once = DefinitionReader.read(ScheduleWorld.CALENDAR, Map.of("delay_ms", MINUTE), 0);
    DueTimes times = until(once, 1);
    assertThat(times.onTime()).containsExactly(MINUTE);
    assertThat(times.next()).isNull();
    assertThat(until(once, 10).missed()).isEqualTo(1);
  }
}
