package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview.FiringTime;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.PreviewQuery;
import io.mirrorneuron.testing.FakeSchedules;
import io.mirrorneuron.testing.SampleManifests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The times to come, as they are told to whoever asks. */
class NextTimesTest {
  private final FakeSchedules schedules = new FakeSchedules();

  private List<String> next(String id, String from) {
    return schedules.port().preview(new PreviewQuery(id, Map.of(), 2, from)).data().stream()
        .map(FiringTime::at)
        .toList();
  }

  @Test
  void theyAreThoseThatFireAlsoAfterTheClockWasSetBack() {
    Submission quick = Submission.of(SampleManifests.program("quick", "true"));
    String id =
        schedules
            .port()
            .create(new NewSchedule(quick, Map.of("cron", "* * * * *"), Map.of()))
            .scheduleId();
    schedules.advance(Duration.ofMinutes(3));
    String due = schedules.port().get(id).nextRunAt();
    assertThat(due).isEqualTo("2026-01-02T03:08:00.000Z");
    assertThat(next(id, null)).containsExactly(due, "2026-01-02T03:09:00.000Z");

    schedules.setClock(Duration.ofHours(-1));
    assertThat(schedules.port().get(id).nextRunAt()).isEqualTo(due);
    assertThat(next(id, null)).containsExactly(due, "2026-01-02T03:09:00.000Z");
    assertThat(next(id, "2026-01-02T03:00:00Z")).first().isEqualTo(due);
    assertThat(next(id, "2026-01-01T00:00:00Z"))
        .as("of the past")
        .first()
        .isEqualTo("2026-01-01T00:01:00.000Z");
  }

  @Test
  void noneComesWhileItIsPaused() {
    Submission quick = Submission.of(SampleManifests.program("quick", "true"));
    String id =
        schedules
            .port()
            .create(new NewSchedule(quick, Map.of("cron", "* * * * *"), Map.of()))
            .scheduleId();
    schedules.port().pause(id, "", null);
    assertThat(next(id, null)).isEmpty();
    assertThat(next(id, "2026-01-02T04:00:00Z")).isEmpty();

    schedules.port().pause(id, "", "2026-01-02T03:30:00Z");
    assertThat(next(id, null))
        .containsExactly("2026-01-02T03:30:00.000Z", "2026-01-02T03:31:00.000Z");
    assertThat(next(id, "2026-01-02T04:00:00Z")).first().isEqualTo("2026-01-02T04:01:00.000Z");
    schedules.port().resume(id, "");
    assertThat(next(id, null)).first().isEqualTo(schedules.port().get(id).nextRunAt());
  }
}
