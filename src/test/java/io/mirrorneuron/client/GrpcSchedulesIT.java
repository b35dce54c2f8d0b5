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
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules of a real node, asked over gRPC. */
@Whole
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

  /** Together far more than one message of gRPC may have: a list ends before, and says where. */
  @Test
  void aLongListComesInPages() {
    String filler = "x".repeat(15_000);
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 320; i++) {
      Map<String, Object> details = Map.of("cron", "0 2 1 1 *", "metadata", Map.of("m", filler));
      made.add(create(details).scheduleId());
    }
    Set<String> listed = new HashSet<>();
    int pages = 0;
    String after = null;
    do {
      SchedulesPort.Page page =
          schedules().list(new SchedulesPort.Query("periodic", null, null, after, 0));
      page.data().forEach(row -> assertThat(listed.add(row.scheduleId())).isTrue());
      after = page.next();
      pages++;
    } while (after != null);
    assertThat(listed).containsAll(made);
    assertThat(pages).isGreaterThan(1);
    made.forEach(id -> schedules().delete(id, ""));
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
