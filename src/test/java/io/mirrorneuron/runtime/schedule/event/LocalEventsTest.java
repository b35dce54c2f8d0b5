package io.mirrorneuron.runtime.schedule.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.testing.FakeEvents;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is stored of an event, what is told of it, and what happens when it comes again. */
class LocalEventsTest {
  private final FakeEvents fake = new FakeEvents();
  private final TriggerEvents events = fake.port();

  private EmittedEvent emit(String id, String type, Map<String, Object> payload) {
    return events.emit(new NewEvent(id, type, null, payload));
  }

  @Test
  void theAnswerHasTheEventAndWhatItSetOff() {
    EmittedEvent answer = events.emit(new NewEvent(null, "paid", "shop", Map.of("amount", 3)));

    assertThat(answer.status()).isEqualTo("emitted");
    assertThat(answer.event())
        .isEqualTo(
            new TriggerEvent(
                "event_1", "paid", "shop", Map.of("amount", 3), "2026-01-02T03:04:05.006Z"));
    assertThat(answer.eventId()).isEqualTo("event_1");
    assertThat(answer.dispatched()).isEqualTo(1);
    assertThat(answer.jobId()).isEqualTo("job-1");
  }

  @Test
  void secretsAreForSchedulesOnly() {
    Map<String, Object> payload =
        new HashMap<>(Map.of("api_key", "k-123", "deep", Map.of("token", "t")));
    payload.put("nothing", null);
    EmittedEvent answer = emit(null, "paid", payload);

    Map<String, Object> shown = new HashMap<>(payload);
    shown.put("api_key", "[REDACTED]");
    shown.put("deep", Map.of("token", "[REDACTED]"));
    assertThat(answer.event().payload()).isEqualTo(shown);
    assertThat(events.list(1).data().getFirst().payload()).isEqualTo(shown);
    assertThat(fake.happened().getFirst().payload()).isEqualTo(payload);
  }

  @Test
  void whatComesAgainIsStoredOnceAndToldToSchedulesAgain() {
    emit("e-1", "paid", Map.of("a", 1));
    EmittedEvent again = emit("e-1", "paid", Map.of("a", 1));

    assertThat(again.status()).isEqualTo("known");
    assertThat(again.eventId()).isEqualTo("e-1");
    assertThat(events.list(10).data()).hasSize(1);
    assertThat(fake.happened()).extracting(TriggerEvent::eventId).containsExactly("e-1", "e-1");
  }

  @Test
  void anotherEventWithTheSameIdIsRefused() {
    emit("e-1", "paid", Map.of("a", 1));
    assertThatThrownBy(() -> emit("e-1", "paid", Map.of("a", 2)))
        .isInstanceOfSatisfying(
            MnException.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessage("another event with the id e-1 was emitted at 2026-01-02T03:04:05.006Z");
    assertThat(fake.happened()).hasSize(1);
  }

  @Test
  void idsOfEventsOfTheRuntimeAreItsOwn() {
    String own = RuntimeEvent.idOf("nightly-1781949605000-5f2a90c31b7e", 31);
    assertThatThrownBy(() -> emit(own, "job_completed", Map.of()))
        .isInstanceOfSatisfying(
            MnException.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID))
        .hasMessageStartingWith("event_id " + own + " has the form of those of the runtime's own");
    assertThat(events.list(10).data()).isEmpty();
    assertThat(emit("event_1781949605000-5f2a90c31b7e", "paid", Map.of()).status())
        .as("an id that the server made")
        .isEqualTo("emitted");
  }

  @Test
  void theNewestAreListedFirstAHundredWhereNobodySaysHowMany() {
    IntStream.range(0, 1100).forEach(i -> emit(null, "e" + i, Map.of()));

    assertThat(events.list(2).data())
        .extracting(TriggerEvent::eventType)
        .containsExactly("e1099", "e1098");
    assertThat(events.list(0).data()).hasSize(100);
    assertThat(events.list(-1).data()).hasSize(100);
    assertThat(events.list(5000).data()).hasSize(1000);
  }

  @Test
  void whatIsNoEventIsRefused() {
    String large = "x".repeat(2 << 20);
    assertThatThrownBy(() -> emit(null, " ", Map.of())).hasMessage("event_type is required");
    assertThatThrownBy(() -> events.emit(new NewEvent(null, "job_completed", "runtime", Map.of())))
        .hasMessage("source runtime is reserved for events of the runtime; give another");
    assertThatThrownBy(() -> emit(null, "a\nb", Map.of()))
        .hasMessage("event_type must have at most 200 characters and no control characters");
    assertThatThrownBy(() -> emit("a b", "paid", Map.of()))
        .hasMessageStartingWith("event_id must be");
    assertThatThrownBy(() -> emit(null, "paid", Map.of("a", large)))
        .hasMessage("payload must have at most 2097152 characters as JSON");
    assertThat(List.copyOf(events.list(1).data())).isEmpty();
  }
}
