package io.mirrorneuron.runtime.schedule.event;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.event.EmittedEvent;
import io.mirrorneuron.port.event.NewEvent;
import io.mirrorneuron.port.event.TriggerEvent;
import io.mirrorneuron.port.event.TriggerEvents;
import io.mirrorneuron.port.schedule.NewSchedule;
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
            Submission.of(SampleManifests.program(name, "true")),
            Map.of("kind", "event", "name", name, "prohibit_overlap", false, "trigger", trigger),
            Map.of());
    return runtime.runtime().schedules().create(wanted).scheduleId();
  }

  private static List<TriggerEvent> endsOf(String schedule) {
    return events.list(1000).data().stream()
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
    assertThat(endsOf(schedule))
        .noneMatch(event -> Integer.valueOf(11).equals(event.payload().get("chain")));
  }
}
