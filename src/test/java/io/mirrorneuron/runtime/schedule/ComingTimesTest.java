package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.schedule.Definition.MissedPolicy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Times of a schedule that is due every minute, in minutes. */
class ComingTimesTest {
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

  private static ComingTimes until(Definition definition, long minutes) {
    return ComingTimes.until(definition, ScheduleWorld.CALENDAR, MINUTE, minutes * MINUTE + 500);
  }

  @Test
  void whatIsDueIsRun() {
    ComingTimes times = until(everyMinute(MissedPolicy.SKIP, 10, 1), 1);

    assertThat(times.onTime()).containsExactly(MINUTE);
    assertThat(times.missed()).isZero();
    assertThat(times.last()).isEqualTo(MINUTE);
    assertThat(times.next()).isEqualTo(2 * MINUTE);
  }

  @Test
  void whatIsOlderThanTheGraceIsMissed() {
    ComingTimes times = until(everyMinute(MissedPolicy.SKIP, 10, 2), 10);

    assertThat(times.onTime()).containsExactly(9 * MINUTE, 10 * MINUTE);
    assertThat(times.madeUp()).isEmpty();
    assertThat(times.missed()).isEqualTo(8);
    assertThat(times.lastMissed()).isEqualTo(8 * MINUTE);
  }

  @Test
  void oneIsMadeUpForAllUnlessOneIsDueJustNow() {
    ComingTimes now = until(everyMinute(MissedPolicy.CATCHUP_ONE, 10, 1), 10);
    assertThat(now.onTime()).containsExactly(10 * MINUTE);
    assertThat(now.madeUp()).isEmpty();
    assertThat(now.missed()).isEqualTo(9);

    ComingTimes late = until(everyMinute(MissedPolicy.CATCHUP_ONE, 10, 0), 10);
    assertThat(late.onTime()).isEmpty();
    assertThat(late.madeUp()).containsExactly(10 * MINUTE);
    assertThat(late.missed()).isEqualTo(9);
  }

  @Test
  void theFirstFewAreMadeUp() {
    ComingTimes times = until(everyMinute(MissedPolicy.CATCHUP_ALL, 3, 1), 10);

    assertThat(times.madeUp()).containsExactly(MINUTE, 2 * MINUTE, 3 * MINUTE);
    assertThat(times.onTime()).containsExactly(10 * MINUTE);
    assertThat(times.missed()).isEqualTo(6);
  }

  private static Definition hourly(Map<String, Object> more) {
    Map<String, Object> written = new HashMap<>(more);
    written.put("cron", "0 * * * *");
    return DefinitionReader.read(ScheduleWorld.CALENDAR, written, 0);
  }

  private static ComingTimes after(Definition definition, long hours) {
    return ComingTimes.until(
        definition, ScheduleWorld.CALENDAR, 60 * MINUTE, (60 * hours + 30) * MINUTE);
  }

  @Test
  void whatWasMissedLongAgoIsNotMadeUpFor() {
    Map<String, Object> all = Map.of("missed_policy", "catchup_all", "catchup_limit", 100);
    assertThat(after(hourly(all), 20).madeUp()).hasSize(20);
    ComingTimes late = after(hourly(all), 40);
    assertThat(late.madeUp()).hasSize(24).last().isEqualTo(40 * 60 * MINUTE);
    assertThat(late.missed()).isEqualTo(16);

    Definition longer =
        hourly(
            Map.of("missed_policy", "catchup_all", "catchup_limit", 100, "catchup_within", "2d"));
    assertThat(after(longer, 40).madeUp()).hasSize(40);
    Definition one = hourly(Map.of("missed_policy", "catchup_one", "catchup_within", "20m"));
    assertThat(after(one, 40).madeUp()).isEmpty();
    assertThat(after(one, 40).missed()).isEqualTo(40);
  }

  @Test
  void whatIsDueOnlyOnceIsMadeUpForHoweverLate() {
    Map<String, Object> once = Map.of("delay_ms", MINUTE, "missed_policy", "catchup_one");
    Definition definition = DefinitionReader.read(ScheduleWorld.CALENDAR, once, 0);
    assertThat(until(definition, 60 * 24 * 30).madeUp()).containsExactly(MINUTE);
    Map<String, Object> within = new HashMap<>(once);
    within.put("catchup_within", "7d");
    Definition bounded = DefinitionReader.read(ScheduleWorld.CALENDAR, within, 0);
    assertThat(until(bounded, 60 * 24 * 30).madeUp()).isEmpty();
  }

  @Test
  void aBoundThatMeansNothingIsRefused() {
    assertThatThrownBy(() -> hourly(Map.of("catchup_within", "1d")))
        .hasMessage(
            "schedule.catchup_within means nothing where missed_policy is skip, its default; set"
                + " catchup_one or catchup_all");
    assertThatThrownBy(
            () -> hourly(Map.of("missed_policy", "catchup_one", "catchup_within", "a day")))
        .hasMessage(
            "schedule.catchup_within must be a time such as 36h, 7d or 90m, of at most ten years");
    assertThatThrownBy(
            () ->
                hourly(
                    Map.of(
                        "missed_policy",
                        "catchup_one",
                        "catchup_within",
                        "1d",
                        "catchup_within_ms",
                        5)))
        .hasMessageContaining("not both");
    assertThatThrownBy(
            () -> hourly(Map.of("missed_policy", "catchup_all", "catchup_within", "60s")))
        .hasMessage(
            "schedule.catchup_within must be longer than missed_grace_ms (60000): a time is missed"
                + " only after that");
    assertThatThrownBy(() -> hourly(Map.of("missed_policy", "catchup_one", "catchup_within_ms", 0)))
        .hasMessageContaining("schedule.catchup_within_ms must be a whole number from 1");
  }

  @Test
  void aChangeOfThePolicyTakesItsBoundAlong() {
    Definition one = hourly(Map.of("missed_policy", "catchup_one", "catchup_within", "2d"));
    Map<String, Object> skips = DefinitionForm.merged(one, Map.of("missed_policy", "skip"));
    Definition skipped = DefinitionReader.read(ScheduleWorld.CALENDAR, skips, 0);
    assertThat(skipped.catchupWithinMs()).isNull();
    Map<String, Object> later = DefinitionForm.merged(one, Map.of("catchup_within", "3d"));
    assertThat(DefinitionReader.read(ScheduleWorld.CALENDAR, later, 0).catchupWithinMs())
        .isEqualTo(3 * 24 * 60 * MINUTE);
  }

  @Test
  void whatIsDueOnceComesNoMore() {
    Definition once = DefinitionReader.read(ScheduleWorld.CALENDAR, Map.of("delay_ms", MINUTE), 0);
    ComingTimes times = until(once, 1);
    assertThat(times.onTime()).containsExactly(MINUTE);
    assertThat(times.next()).isNull();
    assertThat(until(once, 10).missed()).isEqualTo(1);
  }
}
