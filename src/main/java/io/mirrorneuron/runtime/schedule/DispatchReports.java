package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.DispatchRecord;
import io.mirrorneuron.port.schedule.DispatchReport;
import io.mirrorneuron.port.schedule.TriggerEvent;
import java.util.List;
import java.util.Optional;

/** What is answered to those who make schedules due. */
final class DispatchReports {
  /** The rest is in the schedules. */
  private static final int MOST_SHOWN = 20;

  private DispatchReports() {}

  /**
   * @param found empty while an earlier job of the schedule is being made
   */
  static DispatchReport of(String scheduleId, Optional<DispatchRecord> found) {
    DispatchRecord dispatch = found.orElse(null);
    List<DispatchRecord> all = found.stream().toList();
    return new DispatchReport(
        1,
        count(all, "submitted"),
        found.isEmpty() ? 1 : 0,
        count(all, "failed"),
        0,
        count(all, "blocked"),
        scheduleId,
        dispatch == null ? null : dispatch.jobId(),
        dispatch == null ? "waiting" : dispatch.status(),
        dispatch,
        null,
        null,
        null);
  }

  /**
   * @param checked how many schedules were looked at
   * @param matched for how many of them the event was
   */
  static DispatchReport of(TriggerEvent event, int checked, int matched, List<DispatchRecord> all) {
    return new DispatchReport(
        checked,
        count(all, "submitted"),
        Math.max(0, matched - all.size()),
        count(all, "failed"),
        0,
        count(all, "blocked"),
        null,
        all.size() == 1 ? all.getFirst().jobId() : null,
        "emitted",
        null,
        all.stream().limit(MOST_SHOWN).toList(),
        event,
        event.eventId());
  }

  private static int count(List<DispatchRecord> all, String status) {
    return (int) all.stream().filter(record -> record.status().equals(status)).count();
  }
}
