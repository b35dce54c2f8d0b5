package io.mirrorneuron.runtime.schedule;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows of schedules, and a server that does not run when they end. */
class EndedWindowsIT {
  @TempDir private Path home;
  private final TurnedClock clock = new TurnedClock(Clock.systemUTC());
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    runtime = RuntimeFixture.at(home, clock);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  private SchedulesPort schedules() {
    return runtime.runtime().schedules();
  }

  private String create() {
    String script = "touch %s/begun-$$; sleep 600".formatted(home);
    String manifest = SampleManifests.program("long", "sh", "-c", script);
    Map<String, Object> window = Map.of("duration_ms", 60_000);
    NewSchedule wanted =
        new NewSchedule(
            Submission.of(manifest), Map.of("cron", "0 0 1 1 *", "window", window), Map.of());
    return schedules().create(wanted).scheduleId();
  }

  private long begun() {
    try (var files = Files.list(home)) {
      return files.filter(file -> file.getFileName().toString().startsWith("begun-")).count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a job of a new schedule, and has no server run for a while meanwhile. */
  private String jobAfterAway(String schedule, Duration away) {
    String job = schedules().dispatch(schedule, Map.of(), null, null).jobId();
    eventually("its program runs", () -> begun() == 1);
    runtime.leave();
    clock.turn(away);
    runtime.startAgain();
    return job;
  }

  @Test
  void aJobWhoseWindowEndedWhileNoServerRanIsNotBegunAgain() {
    String schedule = create();
    ObjectNode job = runtime.awaitEnd(jobAfterAway(schedule, Duration.ofMinutes(2)));

    assertThat(job.at("/job/status").asText()).isEqualTo("cancelled");
    assertThat(job.at("/job/result/reason").asText())
        .isEqualTo("the window of its schedule has ended");
    assertThat(begun()).as("starts of its program").isEqualTo(1);
    eventually(
        "the schedule says so",
        () ->
            schedules().get(schedule).dispatches().stream()
                .map(DispatchRecord::status)
                .anyMatch("window_closed"::equals));
    assertThat(schedules().get(schedule).activeJobIds()).isEmpty();
  }

  @Test
  void aJobWhoseWindowIsOpenGoesOn() {
    String job = jobAfterAway(create(), Duration.ofSeconds(5));
    eventually("its program runs again", () -> begun() == 2);
    runtime.jobs().cancel(job, null, "");
  }
}
