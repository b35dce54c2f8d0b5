package io.mirrorneuron.testing;

import io.mirrorneuron.runtime.port.Leader.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Timers by a clock that a test turns: tasks run in their order, on the thread that turns it. */
public final class TurnedTimers implements Timers {
  private record Task(long at, Runnable action) {}

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparing(Task::at));
  private final TurnedClock clock;

  public TurnedTimers(TurnedClock clock) {
    this.clock = clock;
  }

  public void advance(Duration by) {
    Instant end = clock.instant().plus(by);
    while (!tasks.isEmpty() && tasks.peek().at <= end.toEpochMilli()) {
      Task next = tasks.poll();
      clock.turn(Duration.ofMillis(Math.max(0, next.at - now())));
      next.action.run();
    }
    clock.turn(Duration.between(clock.instant(), end));
  }

  @Override
  public long now() {
    return clock.millis();
  }

  @Override
  public void at(long at, Runnable task) {
    tasks.add(new Task(at, task));
  }
}
