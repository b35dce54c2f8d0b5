package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import java.util.List;

/**
 * A schedule and what the decision that led to it adds beside it.
 *
 * @param news of its dispatches, oldest first; none in what is read
 * @param manifest of its jobs, when it is written anew; else null
 */
record ScheduleState(Schedule schedule, List<DispatchRecord> news, String manifest) {
  ScheduleState {
    news = List.copyOf(news);
  }

  static ScheduleState of(Schedule schedule) {
    return new ScheduleState(schedule, List.of(), null);
  }
}
