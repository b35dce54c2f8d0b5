package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.mirrorneuron.runtime.port.Leader.Timers;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScheduledTimersTest implements TimersContract {
  private final ScheduledTimers timers = new ScheduledTimers(Clock.systemUTC());

  @AfterEach
  void close() {
    timers.close();
  }

  @Override
  public Timers timers() {
    return timers;
  }

  @Override
  public void turn(Duration by) {
    // time passes by itself
  }

  @Test
  void whoeverComesAfterTheEndIsNotHeard() {
    timers.close();

    assertThatCode(() -> timers.at(timers.now(), () -> {})).doesNotThrowAnyException();
  }
}
