package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import java.util.List;

/**
 * A schedule, and what the last decision writes beside it.
 *
 * @param news dispatch records, oldest first; empty when read back
 * @param manifest new manifest of its jobs; null when it stays
 */
record ScheduleState(Schedule schedule, List<DispatchRecord> news, String manifest) {
  ScheduleState {
    news = List.copyOf(news);
  }

  static ScheduleState of(Schedule schedule) {
    return new ScheduleState(schedule, List.of(), null);
  }
}
