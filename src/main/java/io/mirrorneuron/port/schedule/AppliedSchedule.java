package io.mirrorneuron.port.schedule;

import io.mirrorneuron.port.schedule.FiringPreview.FiringTime;
import java.util.List;

/**
 * What came of a bundle that a schedule was to have.
 *
 * @param outcome {@code created}, {@code replaced} or {@code unchanged}
 * @param schedule as it is then
 * @param next when it is due next, a few times; none when no time makes it so
 */
public record AppliedSchedule(String outcome, ScheduleView schedule, List<FiringTime> next) {
  public AppliedSchedule {
    next = next == null ? List.of() : List.copyOf(next);
  }
}
