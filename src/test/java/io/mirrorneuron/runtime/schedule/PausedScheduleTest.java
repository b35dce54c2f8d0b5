package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of the times of a schedule that is due every minute and was paused, in minutes. */
class PausedScheduleTest {
  private static final long MINUTE = 60_000;
  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private final List<DispatchRecord> reported = new ArrayList<>();
  private ScheduleState state;

  private void begin(Map<String, Object> members) {
    Definition definition = DefinitionReader.read(ScheduleWorld.CALENDAR, members, 0);
    Schedule schedule = ScheduleWorld.schedule("s", definition, 0);
    state = machine.decide(Optional.empty(), new ScheduleInput.Create(schedule, "{}"), 0).get();
  }

  private static Map<String, Object> everyMinute(String policy) {
    return new HashMap<>(
        Map.of(
            "cron",
            "* * * * *",
            "missed_policy",
            policy,
            "missed_grace_ms",
            1_000,
            "catchup_limit",
            3,
            "prohibit_overlap",
            false));
  }

  private void input(ScheduleInput input, double minutes) {
    state = machine.decide(Optional.of(state), input, Math.round(minutes * MINUTE)).get();
    reported.addAll(state.news());
  }

  private void pause(double until, double now) {
    input(new ScheduleInput.Pause("", Math.round(until * MINUTE)), now);
  }

  private List<Long> waiting() {
    return state.schedule().waiting().stream().map(due -> due.at() / MINUTE).toList();
  }

  @Test
  void aPauseWithoutAReasonHasNotThatOfAnEarlierOne() {
    begin(everyMinute("skip"));
    input(new ScheduleInput.Pause("holidays", null), 0.1);
    assertThat(state.schedule().reported().statusReason()).isEqualTo("holidays");

    input(new ScheduleInput.Resume(""), 0.2);
    assertThat(state.schedule().reported().statusReason()).isEqualTo("holidays");
    input(new ScheduleInput.Pause("", null), 0.3);
    assertThat(state.schedule().reported().statusReason()).isNull();
  }

  @Test
  void aPauseThatEndsWhileNoServerRunsCountsToItsEndOnly() {
    begin(everyMinute("catchup_all"));
    pause(3.3, 0.5);
    assertThat(machine.wakeAt(state)).hasValue(198_000);
    input(machine.wake(), 6.5);

    assertThat(state.schedule().status()).isEqualTo(Schedule.Status.ACTIVE);
    assertThat(waiting()).containsExactly(4L, 5L, 6L);
    assertThat(state.schedule().nextDue()).isEqualTo(7 * MINUTE);
    assertThat(reported).hasSize(1);
    assertThat(reported.getFirst().status()).isEqualTo("skipped");
    assertThat(reported.getFirst().scheduledFor()).isEqualTo("1970-01-01T00:03:00.000Z");
    assertThat(reported.getFirst().statusReason())
        .isEqualTo("the schedule was paused; so it was at the 2 times before");
  }

  @Test
  void whatCameSinceTheEndIsMissedWhereNothingIsMadeUpFor() {
    begin(everyMinute("skip"));
    pause(3, 0.5);
    input(new ScheduleInput.Resume("now"), 6.5);

    assertThat(waiting()).isEmpty();
    assertThat(state.schedule().counters().missed()).isEqualTo(4); // 3, which is the end, to 6
    assertThat(reported).extracting(DispatchRecord::status).containsExactly("skipped", "missed");
    assertThat(reported.getLast().statusReason())
        .isEqualTo(
            "its time had passed by more than its grace when a server looked: none ran, or the"
                + " clock was set forward; so it was with the 3 times before it");
  }

  @Test
  void nobodyWhoResumesEarlierGetsWhatWasSkipped() {
    begin(everyMinute("catchup_all"));
    pause(9, 0.5);
    input(new ScheduleInput.Resume(""), 1.5);

    assertThat(waiting()).isEmpty();
    assertThat(state.schedule().nextDue()).isEqualTo(2 * MINUTE);
    assertThat(reported)
        .extracting(DispatchRecord::statusReason)
        .containsExactly("the schedule was paused");
    input(machine.wake(), 0.9); // the clock is set back
    assertThat(waiting()).isEmpty();
  }

  @Test
  void aPauseOfMonthsIsOneRecord() {
    begin(everyMinute("catchup_all"));
    input(new ScheduleInput.Pause("", null), 0.5);
    input(new ScheduleInput.Resume(""), 100_000.5);

    assertThat(reported).hasSize(1);
    assertThat(reported.getFirst().statusReason())
        .isEqualTo(
            "the schedule was paused; so it was at the 9999 times before, and at others after it");
    assertThat(state.schedule().nextDue()).isEqualTo(100_001 * MINUTE);
  }

  @Test
  void whatWasDueBeforeThePauseLeavesItsRecord() {
    begin(everyMinute("catchup_all"));
    pause(9, 1.01);
    assertThat(reported).extracting(DispatchRecord::status).containsExactly("skipped");
    assertThat(reported.getFirst().scheduledFor()).isEqualTo("1970-01-01T00:01:00.000Z");
  }

  @Test
  void anotherDefinitionDoesNotEndThePauseNorForgetItsEnd() {
    begin(everyMinute("skip"));
    pause(9, 0.5);
    Definition other = state.schedule().definition();
    input(new ScheduleInput.Redefine(other, null, ""), 1);
    assertThat(state.schedule().pausedUntil()).isEqualTo(9 * MINUTE);
    input(new ScheduleInput.Redefine(other, null, ""), 9.5);
    assertThat(state.schedule().isActive()).isTrue();
  }

  @Test
  void whatIsDueOnceIsRunAsItGoesOnWhenItIsToBeMadeUpFor() {
    begin(Map.of("delay_ms", 2 * MINUTE, "missed_policy", "catchup_one"));
    input(new ScheduleInput.Pause("", null), 1);
    input(machine.wake(), 3);
    assertThat(waiting()).isEmpty();
    input(new ScheduleInput.Resume(""), 9);
    assertThat(waiting()).containsExactly(2L);

    begin(Map.of("delay_ms", 2 * MINUTE));
    input(new ScheduleInput.Pause("", null), 2.01); // due, but nothing was made yet
    input(new ScheduleInput.Resume(""), 9);
    assertThat(state.schedule().counters().missed()).isEqualTo(1);
    assertThat(state.schedule().status()).isEqualTo(Schedule.Status.COMPLETED);
    assertThat(ScheduleViews.row(state.schedule(), Set.of()).why())
        .isEqualTo(
            "its time was missed, and its missed_policy makes up for none: it makes no job any"
                + " more");
  }
}
