package io.mirrorneuron.runtime.schedule.event;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events and real schedules: what is told makes jobs, once, and no circle turns for ever. */
class EventSchedulesIT {
  @TempDir static Path home;
  private static RuntimeFixture runtime;
  private static TriggerEvents events;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
    events = runtime.runtime().events();
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static String schedule(String name, Map<String, Object> trigger) {
    NewSchedule wanted =
        new NewSchedule(
            Submission.of(SampleManifests.program(name, "sh", "-c", "cat $MN_BODY_FILE")),
            Map.of("kind", "event", "name", name, "prohibit_overlap", false, "trigger", trigger),
            Map.of());
    return runtime.runtime().schedules().create(wanted).scheduleId();
  }

  private static List<TriggerEvent> endsOf(String schedule) {
    return events.list(1000).data().stream()
        .filter(event -> event.eventType().startsWith("job_"))
        .filter(event -> schedule.equals(event.payload().get("schedule_id")))
        .toList();
  }

  @Test
  void anEventThatPassesTheFilterMakesAJobOnce() {
    String schedule =
        schedule(
            "on-order",
            Map.of("event_type", "order_paid", "filters", Map.of("order.country", "NL")));
    Map<String, Object> payload = Map.of("order", Map.of("country", "NL"));
    EmittedEvent first = events.emit(new NewEvent("order-1", "order_paid", "shop", payload));
    assertThat(first.dispatched()).isEqualTo(1);
    assertThat(first.scheduleId()).isEqualTo(schedule);

    EmittedEvent again = events.emit(new NewEvent("order-1", "order_paid", "shop", payload));
    assertThat(again.status()).isEqualTo("known");
    assertThat(again.dispatched()).isZero();
    assertThat(again.skipped()).isEqualTo(1);
    assertThat(events.emit(new NewEvent(null, "order_paid", "shop", Map.of())).dispatched())
        .isZero();
    eventually("the end of its job is told", () -> endsOf(schedule).size() == 1);
    assertThat(endsOf(schedule).getFirst().payload()).containsEntry("job_id", first.jobId());
  }

  @Test
  void aScheduleThatWaitsForItsOwnJobsEndsAfterSome() {
    String schedule =
        schedule(
            "circle", Map.of("event_type", List.of("job_completed", "begin"), "filters", Map.of()));
    events.emit(new NewEvent(null, "begin", "test", Map.of()));
    eventually(
        "the chain is at its end",
        () ->
            endsOf(schedule).stream()
                .anyMatch(event -> Integer.valueOf(10).equals(event.payload().get("chain"))));
    runtime.runtime().schedules().delete(schedule, "");
    eventually("all is told of it", () -> reported(schedule).contains("schedule_deleted"));
    assertThat(endsOf(schedule))
        .noneMatch(event -> Integer.valueOf(11).equals(event.payload().get("chain")));
  }

  private static List<String> reported(String schedule) {
    return events.list(1000).data().stream()
        .filter(event -> event.eventType().startsWith("schedule_"))
        .filter(event -> schedule.equals(event.payload().get("schedule_id")))
        .map(TriggerEvent::eventType)
        .toList()
        .reversed();
  }

  @Test
  void whatHappensToAScheduleIsAnEvent() {
    var schedules = runtime.runtime().schedules();
    String id = schedule("told", Map.of("event_type", "nobody_tells"));
    schedules.pause(id, "lunch", null);
    schedules.resume(id, null);
    schedules.update(id, Map.of("name", "again"), null);
    String job = schedules.dispatch(id, Map.of(), null, null).jobId();
    assertThat(job).isNotNull();
    schedules.delete(id, "done");
    eventually(
        "all is told",
        () ->
            reported(id)
                .containsAll(
                    List.of(
                        "schedule_created",
                        "schedule_paused",
                        "schedule_resumed",
                        "schedule_updated",
                        "schedule_dispatched",
                        "schedule_deleted")));
    assertThat(reported(id)).doesNotHaveDuplicates().hasSize(6);
    TriggerEvent dispatched =
        events.list(1000).data().stream()
            .filter(event -> event.eventType().equals("schedule_dispatched"))
            .filter(event -> id.equals(event.payload().get("schedule_id")))
            .findFirst()
            .orElseThrow();
    assertThat(dispatched.payload()).containsEntry("job_id", job).containsEntry("reason", "manual");
    assertThat(schedules.list(SchedulesPort.Query.ALL).data())
        .noneMatch(one -> one.scheduleId().equals(id));
    assertThatThrownBy(() -> schedules.dispatch(id, Map.of(), null, null))
        .isInstanceOf(MnException.class)
        .hasMessageContaining("was not found");
  }

  /** The schedule hears of itself, and its dispatches make each other: the chain has an end. */
  @Test
  void aScheduleThatWaitsForItsOwnDispatchesEnds() {
    String id =
        schedule("itself", Map.of("event_type", List.of("schedule_dispatched", "start_it")));
    events.emit(new NewEvent(null, "start_it", "test", Map.of()));
    eventually("the chain is at its end", () -> chains(id).contains(10));
    runtime.runtime().schedules().delete(id, "");
    eventually("it is gone", () -> reported(id).contains("schedule_deleted"));
    assertThat(chains(id)).doesNotContain(11);
  }

  private static String body(String job) {
    return runtime.awaitEnd(job).at("/job/result").toString();
  }

  private static List<Object> chains(String schedule) {
    return events.list(1000).data().stream()
        .filter(event -> event.eventType().equals("schedule_dispatched"))
        .filter(event -> schedule.equals(event.payload().get("schedule_id")))
        .map(event -> event.payload().get("chain"))
        .toList();
  }

  @Test
  void twoEventsOfAKeyMakeOneJobAndWhySaysWhatIsMissing() {
    String id =
        schedule(
            "pair",
            Map.of(
                "correlate",
                Map.of(
                    "key",
                    "order.id",
                    "within_ms",
                    600_000,
                    "events",
                    List.of(
                        Map.of("event_type", "paid", "filters", Map.of("country", "NL")),
                        Map.of("event_type", "packed", "key", "order_id")))));
    var schedules = runtime.runtime().schedules();
    assertThat(schedules.get(id).why())
        .isEqualTo("it waits for events paid and packed within 600000 ms of each other");
    Map<String, Object> paid = Map.of("country", "NL", "order", Map.of("id", 17));
    assertThat(events.emit(new NewEvent("p-17", "paid", "shop", paid)).dispatched()).isZero();
    assertThat(events.emit(new NewEvent("p-17", "paid", "shop", paid)).dispatched()).isZero();
    assertThat(schedules.get(id).why())
        .contains("for packed of 17 until")
        .contains("paid is there");

    events.emit(new NewEvent(null, "packed", "store", Map.of("order_id", 18)));
    EmittedEvent packed =
        events.emit(new NewEvent("s-17", "packed", "store", Map.of("order_id", "17")));
    assertThat(packed.dispatched()).isEqualTo(1);
    assertThat(packed.scheduleId()).isEqualTo(id);
    String body = body(packed.jobId());
    assertThat(body).contains("p-17", "s-17");
    assertThat(events.emit(new NewEvent("p-17", "paid", "shop", paid)).dispatched()).isZero();
    assertThat(schedules.get(id).counters().dispatched()).isEqualTo(1);
    assertThat(schedules.get(id).why()).contains("for paid of 18 until");
  }

  @Test
  void manyEventsMakeOneJobWhenThereIsQuiet() {
    String id =
        schedule("quiet", Map.of("event_type", "changed", "debounce", Map.of("wait_ms", 6_000)));
    var schedules = runtime.runtime().schedules();
    for (int i = 0; i < 12; i++) {
      assertThat(
              events
                  .emit(new NewEvent("c-%02d".formatted(i), "changed", "test", Map.of("i", i)))
                  .dispatched())
          .isZero();
    }
    eventually("its job is made", () -> schedules.get(id).counters().dispatched() == 1);
    String body = body(schedules.get(id).dispatches().getFirst().jobId());
    assertThat(body).contains("12", "c-11", "c-02").doesNotContain("c-01");
  }
}
