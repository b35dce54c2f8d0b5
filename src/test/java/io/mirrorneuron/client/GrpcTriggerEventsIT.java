package io.mirrorneuron.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.testing.GrpcRuntime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Events over gRPC: nothing of them is lost on the way. */
class GrpcTriggerEventsIT {
  private static GrpcRuntime server;
  private static Clients clients;
  private static TriggerEvents events;

  @BeforeAll
  static void start() {
    server = GrpcRuntime.start();
    clients = server.connect();
    events = clients.events();
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
  }

  @Test
  void whatIsReportedIsListed() {
    Map<String, Object> payload = new HashMap<>(Map.of("n", 1, "deep", Map.of("l", List.of(1.5))));
    payload.put("nothing", null);
    EmittedEvent answer = events.emit(new NewEvent(null, "paid", null, payload));

    assertThat(answer.event().source()).isEqualTo("api");
    assertThat(answer.event().payload()).isEqualTo(payload);
    assertThat(answer.scheduleId()).isEqualTo("sched_1");
    assertThat(events.list(0).data()).contains(answer.event());
  }

  @Test
  void theIdOfAnEventTravels() {
    NewEvent event = new NewEvent("e-77", "paid", "shop", Map.of());
    assertThat(events.emit(event).status()).isEqualTo("emitted");
    assertThat(events.emit(event).status()).isEqualTo("known");
    assertThatThrownBy(() -> events.emit(new NewEvent("e-77", "other", "shop", Map.of())))
        .isInstanceOfSatisfying(
            MnException.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT));
    assertThatThrownBy(() -> events.emit(new NewEvent(null, null, null, null)))
        .hasMessage("event_type is required");
  }
}
