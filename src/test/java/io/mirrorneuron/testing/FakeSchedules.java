package io.mirrorneuron.testing;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.runtime.schedule.ScheduleKeeper;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Schedules as they are, with a clock that a test turns, jobs that it ends, and no Redis. */
public final class FakeSchedules {
  public final InMemoryRecordStore records = new InMemoryRecordStore();
  public final FakeChildJobs jobs = new FakeChildJobs();
  private final TurnedClock clock = new TurnedClock(GatewayFixture.NOW);
  private final TurnedTimers timers = new TurnedTimers(clock);
  private final ScheduleKeeper keeper;

  public FakeSchedules() {
    AtomicLong ids = new AtomicLong();
    var lease = new InMemoryLeaderLease(timers::now);
    var home =
        new ScheduleKeeper.Home(
            records,
            lease,
            "fake",
            Lifetime.DEFAULT,
            () -> "%06d".formatted(ids.incrementAndGet()));
    keeper =
        new ScheduleKeeper(
            home, jobs, event -> CompletableFuture.completedFuture(null), timers, Runnable::run);
    records.lead("schedules", 1);
    keeper.start();
  }

  public SchedulesPort port() {
    return keeper.port();
  }

  /** Fingerprints of files that schedules have. */
  public Set<String> bundles() {
    return keeper.bundles().toCompletableFuture().join();
  }

  /** Sets the clock, forth or back: no time goes by. */
  public void setClock(Duration by) {
    clock.turn(by);
  }

  public void advance(Duration time) {
    timers.advance(time);
  }
}
