package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Times that make no job are told of as events, and what will block the next one ahead of it. */
class HeldUpTimesTest {
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;
  private static final Map<String, String> ASKING =
      Map.of("job-1", "step ask waits for a person: Publish?");

  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private final List<DispatchRecord> records = new ArrayList<>();
  private ScheduleState state;

  @BeforeEach
  void nightly() {
    create(Map.of("cron", "0 0 * * *", "name", "nightly"));
  }

  private void create(Map<String, Object> written) {
    Schedule schedule =
        ScheduleWorld.schedule("s", DefinitionReader.read(ScheduleWorld.CALENDAR, written, 0), 0);
    state = machine.decide(Optional.empty(), new ScheduleInput.Create(schedule, "{}"), 0).get();
  }

  private void input(ScheduleInput input, long now) {
    state = machine.decide(Optional.of(state), input, now).get();
    records.addAll(state.news());
  }

  private List<RuntimeEvent> reported(String type) {
    return state.schedule().work().news().unreported().stream()
        .filter(event -> event.type().equals(type))
        .toList();
  }

  /** The job of the first night is made, and asks somebody. */
  private void firstNight() {
    input(machine.wake(), DAY);
    input(new ScheduleInput.Started(DispatchIds.ofTime("s", DAY), "job-1"), DAY + 10);
  }

  @Test
  void whatWillBlockTheNextNightIsToldAnHourAhead() {
    firstNight();
    assertThat(machine.wakeAt(state)).hasValue(2 * DAY - HOUR);
    input(machine.wake(), 2 * DAY - HOUR);
    var looks = new ScheduleEffect.Foresee(2 * DAY, List.of("job-1"));
    assertThat(machine.pending(state)).contains(looks);
    assertThat(machine.isAwaited(looks)).isFalse();

    input(new ScheduleInput.Foreseen(2 * DAY, ASKING), 2 * DAY - HOUR + 10);
    input(new ScheduleInput.Foreseen(2 * DAY, ASKING), 2 * DAY - HOUR + 20); // told twice
    assertThat(reported(MissedTimeLog.HELD_UP)).hasSize(1);
    assertThat(reported(MissedTimeLog.HELD_UP).getFirst().payload())
        .containsEntry("scheduled_for", "1970-01-03T00:00:00.000Z")
        .containsEntry("job_id", "job-1")
        .containsEntry("schedule_name", "nightly")
        .containsEntry("why", "job job-1 still runs: step ask waits for a person: Publish?");
    assertThat(machine.wakeAt(state)).hasValue(2 * DAY);
  }

  @Test
  void aJobThatWaitsForNobodyIsNotToldOf() {
    firstNight();
    input(machine.wake(), 2 * DAY - HOUR);
    input(new ScheduleInput.Foreseen(2 * DAY, Map.of()), 2 * DAY - HOUR + 10);
    assertThat(reported(MissedTimeLog.HELD_UP)).isEmpty();
    assertThat(machine.pending(state)).noneMatch(ScheduleEffect.Foresee.class::isInstance);
  }

  @Test
  void whatIsSeenTooLateIsNotToldAsAhead() {
    firstNight();
    input(machine.wake(), 2 * DAY - HOUR);
    input(machine.wake(), 2 * DAY);
    input(new ScheduleInput.Foreseen(2 * DAY, ASKING), 2 * DAY + 10);
    assertThat(reported(MissedTimeLog.HELD_UP)).isEmpty();
    assertThat(machine.pending(state)).noneMatch(ScheduleEffect.Foresee.class::isInstance);
  }

  @Test
  void aBlockedNightNamesTheQuestionAndIsTold() {
    firstNight();
    input(machine.wake(), 2 * DAY);
    String dispatch = DispatchIds.ofTime("s", 2 * DAY);
    assertThat(machine.pending(state))
        .contains(new ScheduleEffect.Look(dispatch, List.of("job-1"), true));
    input(new ScheduleInput.Seen(dispatch, Set.of("job-1"), ASKING), 2 * DAY + 10);

    String why = "job job-1 still runs: step ask waits for a person: Publish?";
    assertThat(records.getLast().statusReason()).isEqualTo(why);
    assertThat(state.schedule().reported().lastBlocked()).isEqualTo(why);
    assertThat(reported(MissedTimeLog.BLOCKED).getFirst().payload())
        .containsEntry("why", why)
        .containsEntry("scheduled_for", "1970-01-03T00:00:00.000Z");
  }

  @Test
  void whatWasMissedIsToldWithWhatMakesUpForIt() {
    create(Map.of("cron", "0 * * * *", "missed_policy", "catchup_one", "catchup_within", "2h"));
    input(machine.wake(), 5 * HOUR + 120_000);
    assertThat(reported(MissedTimeLog.MISSED).getFirst().payload())
        .containsEntry("missed", 4)
        .containsEntry("made_up", 1)
        .containsEntry("first_due", "1970-01-01T01:00:00.000Z")
        .containsEntry("scheduled_for", "1970-01-01T05:00:00.000Z");
  }

  @Test
  void whatAPauseHasPassedOverIsCountedAndToldOnce() {
    input(new ScheduleInput.Pause("holidays", null), HOUR);
    input(new ScheduleInput.Resume(""), 3 * DAY + HOUR);
    assertThat(state.schedule().counters().skipped()).isEqualTo(3);
    assertThat(reported(MissedTimeLog.SKIPPED)).hasSize(1);
    assertThat(reported(MissedTimeLog.SKIPPED).getFirst().payload())
        .containsEntry("skipped", 3)
        .containsEntry("first_due", "1970-01-02T00:00:00.000Z");
  }

  @Test
  void theLogCountsWhatWasTold() {
    MissedTimeLog times = new MissedTimeLog();
    firstNight();
    input(machine.wake(), 5 * DAY); // nobody looked for three nights
    input(
        new ScheduleInput.Seen(DispatchIds.ofTime("s", 5 * DAY), Set.of("job-1"), ASKING),
        5 * DAY + 10);
    state.schedule().work().news().unreported().forEach(times::note);
    assertThat(times.counts())
        .containsEntry("missed", 3L)
        .containsEntry("blocked", 1L)
        .containsEntry("made_up", 0L);
  }
}
