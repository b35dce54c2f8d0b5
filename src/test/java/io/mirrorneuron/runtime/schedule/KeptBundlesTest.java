package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.NewSchedule;
import io.mirrorneuron.testing.FakeSchedules;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sweep of payload files asks which ones schedules have. */
class KeptBundlesTest {
  private final FakeSchedules schedules = new FakeSchedules();

  private String create(String bundle) {
    schedules.jobs.bundle = bundle;
    return schedules
        .port()
        .create(new NewSchedule(Submission.of("{}"), Map.of("cron", "@yearly"), Map.of()))
        .scheduleId();
  }

  @Test
  void filesAreKeptAsLongAsTheirSchedule() {
    create(null);
    String gone = create("b1");
    for (int i = 0; i < 600; i++) { // more than a page
      create("b" + (2 + i % 3));
    }
    assertThat(schedules.bundles()).containsExactlyInAnyOrder("b1", "b2", "b3", "b4");
    schedules.jobs.bundle = "b5";
    schedules
        .port()
        .replaceBundle(gone, new NewSchedule(Submission.of("{}"), Map.of(), Map.of()), "");
    assertThat(schedules.bundles()).contains("b1", "b5");
    schedules.port().delete(gone, "");
    assertThat(schedules.bundles()).containsExactlyInAnyOrder("b2", "b3", "b4");
  }
}
