package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Duration;
import java.time.Instant;

class TurnedTimersTest implements TimersContract {
  private final TurnedTimers timers =
      new TurnedTimers(new TurnedClock(Instant.parse("2026-06-20T10:00:00Z")));

  @Override
  public Timers timers() {
    return timers;
  }

  @Override
  public void turn(Duration by) {
    timers.advance(by);
  }
}
