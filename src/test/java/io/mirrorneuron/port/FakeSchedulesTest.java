package io.mirrorneuron.port;

import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.testing.FakeSchedules;
import java.time.Duration;

class FakeSchedulesTest implements SchedulesPortContract {
  private final FakeSchedules fake = new FakeSchedules();

  @Override
  public SchedulesPort schedules() {
    return fake.port();
  }

  @Override
  public void goOn() {
    fake.jobs.open.clear();
    fake.advance(Duration.ofSeconds(1));
  }
}
