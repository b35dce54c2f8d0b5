package io.mirrorneuron.port;

import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.testing.FakeSchedules;

class FakeSchedulesTest implements SchedulesPortContract {
  private final SchedulesPort schedules = new FakeSchedules().port();

  @Override
  public SchedulesPort schedules() {
    return schedules;
  }
}
