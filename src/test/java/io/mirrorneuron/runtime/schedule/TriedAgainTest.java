package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Events and times that have led to no job. */
class TriedAgainTest {
  private static final Map<String, Object> ON_ORDER = Map.of("event_type", "order");
  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private final List<String> reported = new ArrayList<>(); // oldest first
  private ScheduleState state;

  private void begin(Map<String, Object> members) {
    Definition definition = DefinitionReader.read(ScheduleWorld.CALENDAR, members, 0);
    Schedule schedule = ScheduleWorld.schedule("s", definition, 0);
    state = machine.decide(Optional.empty(), new ScheduleInput.Create(schedule, "{}"), 0).get();
  }

  private void input(ScheduleInput input, long now) {
    state = machine.decide(Optional.of(state), input, now).get();
    state.news().forEach(news -> reported.add(Json.write(news)));
  }

  private static final String TIME = "1970-01-01T00:00:00.001Z";

  private void happened(String dispatch) {
    Map<String, Object> payload = Map.of("n", 1);
    TriggerEvent event = new TriggerEvent(dispatch, "order", "api", payload, TIME);
    input(new ScheduleInput.Happened(dispatch, event), 1);
  }

  @Test
  void anEventThatWasBlockedIsTriedAgainWhenItIsToldAgain() {
    begin(Map.of("trigger", ON_ORDER));
    happened("e1");
    input(new ScheduleInput.Started("e1", "job-1"), 2);
    happened("e2");
    input(new ScheduleInput.Seen("e2", Set.of("job-1")), 3);
    assertThat(state.schedule().counters().blocked()).isEqualTo(1);
    assertThat(state.schedule().knows("e2")).isFalse();

    happened("e2");
    happened("e2");
    assertThat(state.schedule().waiting()).hasSize(1);
    input(new ScheduleInput.Seen("e2", Set.of()), 4);
    input(new ScheduleInput.Started("e2", "job-2"), 5);
    happened("e2");
    assertThat(state.schedule().waiting()).isEmpty();
    assertThat(state.schedule().counters().dispatched()).isEqualTo(2);

    DispatchRecord last = ScheduleViews.dispatches(reported.reversed()).getFirst();
    assertThat(last.status()).isEqualTo("submitted");
    assertThat(last.jobId()).isEqualTo("job-2");
    assertThat(last.statusReason()).isNull();
  }

  @Test
  void anEventThatFailedIsTriedAgainWhenItIsToldAgain() {
    begin(Map.of("trigger", ON_ORDER));
    happened("e1");
    input(new ScheduleInput.NotStarted("e1", "no", false), 2);
    assertThat(state.schedule().counters().failed()).isEqualTo(1);
    happened("e1");
    assertThat(state.schedule().awaits("e1")).isTrue();
  }

  @Test
  void aTimeBringsNoPayloadSoItFailsWhereOneIsRequired() {
    begin(Map.of("cron", "* * * * *", "parameterized", Map.of("meta_required", List.of("region"))));
    input(machine.wake(), 60_000);
    assertThat(state.schedule().waiting()).isEmpty();
    assertThat(state.schedule().counters().failed()).isEqualTo(1);
    assertThat(ScheduleViews.dispatches(reported.reversed()).getFirst().statusReason())
        .isEqualTo("payload lacks region");

    begin(Map.of("delay_ms", 1_000, "parameterized", Map.of("payload", "required")));
    input(machine.wake(), 1_000);
    assertThat(state.schedule().status()).isEqualTo(Schedule.Status.COMPLETED);
    assertThat(ScheduleViews.row(state.schedule(), Set.of()).why())
        .isEqualTo("its job could not be made, as its dispatch says, and it makes no other");
  }
}
