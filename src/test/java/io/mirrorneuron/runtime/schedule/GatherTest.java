package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.event.Gathered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that wait for others: what is complete, what is forgotten, and what there is room for. */
class GatherTest {
  private static final long MINUTE = 60_000;

  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private final List<DispatchRecord> records = new ArrayList<>();
  private ScheduleState state;
  private long now = 1_000_000;
  private int reported;

  @BeforeEach
  void forget() {
    state = null;
  }

  private static Definition definition(Map<String, Object> trigger) {
    return DefinitionReader.read(
        ScheduleWorld.CALENDAR, Map.of("trigger", trigger, "prohibit_overlap", false), 0);
  }

  private void create(Map<String, Object> trigger) {
    Schedule schedule = ScheduleWorld.schedule("s", definition(trigger), now);
    give(new ScheduleInput.Create(schedule, "{}"));
  }

  private void correlate(String... types) {
    List<Map<String, String>> events = new ArrayList<>();
    for (String type : types) {
      events.add(Map.of("event_type", type));
    }
    create(Map.of("correlate", Map.of("events", events, "within_ms", 10 * MINUTE, "key", "k")));
  }

  private void give(ScheduleInput input) {
    state = machine.decide(Optional.ofNullable(state), input, now).orElseThrow();
    records.addAll(state.news());
    state = machine.read(machine.write(state)); // as the next server has it
  }

  private String why() {
    return ScheduleViews.full(state.schedule(), null, List.of(), Set.of(), Map.of()).why();
  }

  @Test
  void whyNamesWhatIsThereAndWhatIsMissing() {
    correlate("z1", "z1", "z2");
    tell("z1", Map.of("k", 1));
    assertThat(why()).contains("it waits for another z1 and z2 of 1").endsWith("; z1 is there");
    tell("z2", Map.of("k", 1));
    assertThat(why()).contains("it waits for another z1 of 1").endsWith("; z1 and z2 are there");
  }

  private void tell(String type, Map<String, Object> payload) {
    String id = "e" + reported++;
    TriggerEvent event = new TriggerEvent(id, type, "test", payload, "then");
    give(new ScheduleInput.Happened(DispatchIds.ofEvent("s", id), event));
  }

  private void tell(String type, Object key) {
    tell(type, Map.of("k", key));
  }

  private List<ScheduleWork.Due> due() {
    return state.schedule().waiting();
  }

  private static List<Object> eventsOf(ScheduleWork.Due due) {
    return ((List<?>) due.payload().get("events"))
        .stream().<Object>map(event -> ((Map<?, ?>) event).get("event_id")).toList();
  }

  private String lastRecord() {
    return records.getLast().status() + ": " + records.getLast().statusReason();
  }

  /** They wait for earlier jobs as what was missed does, but nothing was missed. */
  @Test
  void theirJobWasNotMissed() {
    correlate("a", "b");
    tell("a", 1);
    tell("b", 1);
    now += 40;
    give(new ScheduleInput.Started(due().getFirst().dispatchId(), "job-1"));
    assertThat(lastRecord()).isEqualTo("submitted: null");

    state = null;
    create(Map.of("event_type", "x", "debounce", Map.of("wait_ms", 1_000)));
    tell("x", 1);
    now += 1_014;
    give(new ScheduleInput.Wake());
    give(new ScheduleInput.Started(due().getFirst().dispatchId(), "job-2"));
    assertThat(lastRecord()).isEqualTo("submitted: null");
    assertThat(state.schedule().counters().missed()).isZero();
  }

  @Test
  void numbersAndTextsAreTheSameKeyAndOthersAreNot() {
    correlate("a", "b");
    tell("a", 12);
    tell("b", 13);
    assertThat(due()).isEmpty();
    tell("b", "12");
    assertThat(due()).hasSize(1);
    tell("a", 13.0);
    assertThat(due()).hasSize(2);
    assertThat(due().getFirst().payload()).containsEntry("key", "12").containsEntry("count", 2);
    assertThat(eventsOf(due().getLast())).containsExactly("e1", "e3");
  }

  /** The first is too old, but the second of its kind is not. */
  @Test
  void anyThatAreCloseEnoughBelongTogether() {
    correlate("a", "b");
    tell("a", 1);
    now += 9 * MINUTE;
    tell("a", 1);
    now += 9 * MINUTE;
    tell("b", 1);
    assertThat(due()).hasSize(1);
    assertThat(eventsOf(due().getFirst())).containsExactly("e1", "e2");
  }

  @Test
  void whatIsTooOldIsForgottenAndRecorded() {
    correlate("a", "b");
    tell("a", 1);
    assertThat(machine.wakeAt(state)).hasValue(now + 10 * MINUTE);
    now += 10 * MINUTE;
    give(machine.wake());
    assertThat(state.schedule().gathered()).isEqualTo(Gathered.NOTHING);
    assertThat(lastRecord()).isEqualTo("skipped: the others have not come within its time");
    tell("b", 1);
    assertThat(due()).isEmpty();
  }

  @Test
  void aTypeThatStandsThereThreeTimesMustComeThreeTimes() {
    correlate("a", "a", "a");
    tell("a", 1);
    tell("a", 1);
    assertThat(due()).isEmpty();
    tell("a", 1);
    assertThat(due()).hasSize(1);
    assertThat(eventsOf(due().getFirst())).containsExactly("e0", "e1", "e2");
  }

  @Test
  void thereIsRoomForSoManyKeysAndSoManyBytes() {
    correlate("a", "b");
    for (int key = 0; key < Gathered.MOST_SETS; key++) {
      tell("a", key);
    }
    tell("a", "one more");
    assertThat(lastRecord()).isEqualTo("blocked: events of 100 keys wait already");
    tell("b", 7);
    assertThat(due()).as("what waits goes on").hasSize(1);
    tell("a", "one more");
    assertThat(state.schedule().gathered().sets()).hasSize(Gathered.MOST_SETS);

    tell("b", Map.of("k", 8, "text", "x".repeat(40_000)));
    assertThat(lastRecord()).startsWith("failed: its payload has 40017 characters as JSON");
    for (int key = 10; key < 19; key++) {
      tell("a", Map.of("k", key, "text", "x".repeat(30_000)));
    }
    assertThat(lastRecord()).startsWith("blocked: the events that wait have 2");
    tell("a", "k".repeat(201));
    assertThat(lastRecord()).contains("the value of its key has 201 characters, more than 200");
    assertThat(machine.write(state).length()).isLessThan(400_000);
  }

  @Test
  void anEventWithoutTheKeyIsNotForIt() {
    correlate("a", "b");
    Definition.Trigger trigger = state.schedule().definition().trigger();
    assertThat(trigger.matches(new TriggerEvent("e", "a", "t", Map.of(), "then"))).isFalse();
    assertThat(trigger.matches(new TriggerEvent("e", "a", "t", Map.of("k", 1), "then"))).isTrue();
  }

  @Test
  void aStreamOfEventsIsHeldNoLongerThanItMayBe() {
    create(Map.of("event_type", "a", "debounce", Map.of("wait_ms", 1_000, "max_wait_ms", 5_000)));
    long first = now;
    for (; now <= first + 4_900; now += 700) {
      tell("a", 1);
      assertThat(due()).isEmpty();
    }
    assertThat(machine.wakeAt(state)).hasValue(first + 5_000);
    now = first + 5_100;
    tell("a", 1);
    assertThat(due()).hasSize(1);
    assertThat(due().getFirst().payload()).containsEntry("count", 8);
    assertThat(due().getFirst().at()).isEqualTo(first + 5_000);
    assertThat(state.schedule().gathered().sets().getFirst().count()).isEqualTo(1);
  }

  @Test
  void aPauseAndAnotherTriggerForgetWhatWaits() {
    correlate("a", "b");
    tell("a", 1);
    give(new ScheduleInput.Pause("lunch", null));
    assertThat(lastRecord()).isEqualTo("skipped: the schedule was paused");
    give(new ScheduleInput.Resume(null));
    tell("b", 1);
    assertThat(due()).isEmpty();

    Definition same = state.schedule().definition();
    give(new ScheduleInput.Redefine(same, true, null));
    assertThat(state.schedule().gathered().sets()).hasSize(1);
    give(new ScheduleInput.Redefine(definition(Map.of("event_type", "a")), true, null));
    assertThat(lastRecord()).isEqualTo("skipped: the schedule was changed");
    assertThat(state.schedule().gathered().isEmpty()).isTrue();
  }
}
