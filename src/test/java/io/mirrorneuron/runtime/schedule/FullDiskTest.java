package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.testing.FakeSchedules;
import io.mirrorneuron.testing.SampleManifests;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of the times of a schedule that is due every minute while a disk is full. */
class FullDiskTest {
  private final FakeSchedules schedules = new FakeSchedules();
  private String id;

  /** At 03:04:05; the first job is made at 03:05, and has ended. */
  private void begin(Map<String, Object> members) {
    Map<String, Object> all = new HashMap<>(members);
    all.put("cron", "* * * * *");
    Submission quick = Submission.of(SampleManifests.program("quick", "true"));
    id = schedules.port().create(new NewSchedule(quick, all, Map.of())).scheduleId();
    schedules.advance(Duration.ofSeconds(60));
    assertThat(made()).containsExactly("03:05");
    schedules.jobs.open.clear();
  }

  private ScheduleView view() {
    return schedules.port().get(id);
  }

  private static String minute(DispatchRecord record) {
    return record.scheduledFor().substring(11, 16);
  }

  /** The times that have had their jobs, in the order in which those were made. */
  private List<String> made() {
    return of("submitted");
  }

  private List<String> of(String status) {
    return view().dispatches().reversed().stream()
        .filter(record -> record.status().equals(status))
        .map(FullDiskTest::minute)
        .toList();
  }

  /** Redis takes the first change of the time that comes next, and then none for a while. */
  private void fill(Duration time) {
    schedules.records.room = 1;
    schedules.advance(time);
    schedules.records.room = Long.MAX_VALUE;
  }

  /** Each job ends before the next look. */
  private void goOn(Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      schedules.advance(Duration.ofSeconds(1));
      schedules.jobs.open.clear();
    }
  }

  @Test
  void noJobComesLaterThanItsGrace() {
    begin(Map.of("missed_policy", "skip"));
    fill(Duration.ofSeconds(160)); // from 03:05:05 to 03:07:45
    goOn(Duration.ofSeconds(60));

    assertThat(of("failed")).containsExactly("03:06");
    assertThat(view().dispatches())
        .filteredOn(record -> record.status().equals("failed"))
        .extracting(DispatchRecord::statusReason)
        .containsExactly(
            "nothing could be stored until its grace was over: a disk was full, or Redis away");
    assertThat(made()).containsExactly("03:05", "03:07", "03:08");
    assertThat(view().counters().blocked()).isZero();
  }

  @Test
  void eachTimeHasItsJobInOrderWhereAllAreMadeUpFor() {
    begin(Map.of("missed_policy", "catchup_all"));
    fill(Duration.ofSeconds(200)); // to 03:08:25
    goOn(Duration.ofSeconds(80));

    assertThat(made()).containsExactly("03:05", "03:06", "03:07", "03:08", "03:09");
    assertThat(view().counters().blocked()).isZero();
    assertThat(view().counters().failed()).isZero();
  }

  /** Here Redis itself has room, and what came of it is stored. */
  @Test
  void whatIsRefusedUntilItsGraceIsOverIsMadeUpForToo() {
    begin(Map.of("missed_policy", "catchup_all", "catchup_limit", 2));
    schedules.jobs.failure = new MnException(ErrorCode.STORAGE_FULL, "storage_full", "it is full");
    schedules.advance(Duration.ofSeconds(115)); // to 03:07:00
    assertThat(view().why()).endsWith("last time: it is full");
    schedules.advance(Duration.ofSeconds(40));
    schedules.jobs.failure = null;
    goOn(Duration.ofSeconds(50));

    assertThat(made()).containsExactly("03:05", "03:06", "03:07", "03:08");
  }

  @Test
  void whatIsRefusedUntilItsGraceIsOverFailsWhereNothingIsMadeUpFor() {
    begin(Map.of("missed_policy", "skip"));
    schedules.jobs.failure = new MnException(ErrorCode.STORAGE_FULL, "storage_full", "it is full");
    schedules.advance(Duration.ofSeconds(130)); // to 03:07:15
    schedules.jobs.failure = null;
    goOn(Duration.ofSeconds(20));

    assertThat(of("failed")).containsExactly("03:06");
    assertThat(made()).containsExactly("03:05", "03:07");
  }

  @Test
  void noMoreAreMadeUpForThanTheLimitSays() {
    begin(Map.of("missed_policy", "catchup_all", "catchup_limit", 2, "prohibit_overlap", false));
    schedules.jobs.failure = new MnException(ErrorCode.STORAGE_FULL, "storage_full", "it is full");
    schedules.advance(Duration.ofSeconds(380)); // to 03:11:25
    schedules.jobs.failure = null;
    goOn(Duration.ofSeconds(30));

    assertThat(made()).containsExactly("03:05", "03:06", "03:07", "03:11");
    assertThat(of("failed")).containsExactly("03:08", "03:09", "03:10");
  }
}
