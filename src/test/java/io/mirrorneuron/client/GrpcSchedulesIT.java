package io.mirrorneuron.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.SchedulesPortContract;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules of a real node, asked over gRPC. */
class GrpcSchedulesIT implements SchedulesPortContract {
  @TempDir static Path home;
  private static RuntimeFixture runtime;
  private static GrpcRuntime server;
  private static Clients clients;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
    server = GrpcRuntime.before(runtime);
    clients = server.connect();
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
    runtime.close();
  }

  @Override
  public SchedulesPort schedules() {
    return clients.schedules();
  }

  @Test
  void aDelayedOneMakesItsJobAndIsCompleted() {
    String id = create(Map.of("delay_ms", 300)).scheduleId();

    Eventually.eventually(
        "it is completed", () -> schedules().get(id).status().equals("completed"));
    ScheduleView over = schedules().get(id);
    assertThat(over.counters().dispatched()).isEqualTo(1);
    assertThat(over.dispatches()).hasSize(1);
    String job = over.dispatches().getFirst().jobId();
    assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    var dispatch = runtime.jobs().get(job).json().at("/job/manifest/metadata/schedule_dispatch");
    assertThat(dispatch.at("/schedule_id").asText()).isEqualTo(id);
    assertThat(dispatch.at("/dispatch_id").asText())
        .isEqualTo(over.dispatches().getFirst().dispatchId());
  }

  @Test
  void noScheduleHasAZeroByteInItsName() {
    for (Runnable call :
        List.<Runnable>of(
            () -> schedules().get("\0"),
            () -> schedules().update("\0", Map.of(), ""),
            () -> schedules().pause("\0", "", null),
            () -> schedules().resume("\0", ""),
            () -> schedules().delete("\0", ""),
            () -> schedules().dispatch("\0", Map.of(), "", null))) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              MnException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }
  }

  @Test
  void whatIsDueWhileNoServerRunsIsMadeAfterwards() {
    String id = create(Map.of("delay_ms", 1500)).scheduleId();
    runtime.restart();

    Eventually.eventually(
        "it is completed",
        () -> runtime.runtime().schedules().get(id).status().equals("completed"));
    assertThat(runtime.runtime().schedules().get(id).counters().dispatched()).isEqualTo(1);
  }
}
