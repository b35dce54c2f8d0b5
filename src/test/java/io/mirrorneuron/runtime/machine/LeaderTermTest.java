package io.mirrorneuron.runtime.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.testing.InMemoryLeaderLease;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class LeaderTermTest {
  private final TurnedTimers timers =
      new TurnedTimers(new TurnedClock(Instant.parse("2026-01-01T00:00:00Z")));

  /** What the clock of the store differs from that of servers. */
  private long setBy;

  private final InMemoryLeaderLease lease = new InMemoryLeaderLease(() -> timers.now() + setBy);

  /** A server that does nothing while it is stopped, as under SIGSTOP. */
  private static final class Stoppable implements Timers {
    private final Timers timers;
    boolean stopped;

    Stoppable(Timers timers) {
      this.timers = timers;
    }

    @Override
    public long now() {
      return timers.now();
    }

    @Override
    public void at(long at, Runnable task) {
      timers.at(
          at,
          () -> {
            if (stopped) {
              at(timers.now() + 100, task); // it comes late
            } else {
              task.run();
            }
          });
    }
  }

  private LeaderTerm lead(String owner, LeaderLease held, Timers clock) {
    LeaderTerm lead = new LeaderTerm("k", owner, held, Lifetime.DEFAULT, clock);
    lead.start();
    return lead;
  }

  @Test
  void oneLeadsAndGoesOnLeading() {
    LeaderTerm a = lead("a", lease, timers);
    LeaderTerm b = lead("b", lease, timers);
    long term = a.term().orElseThrow();
    timers.advance(Duration.ofMinutes(10));

    assertThat(a.term()).hasValue(term);
    assertThat(b.term()).isEmpty();
  }

  @Test
  void whoClosesLetsAnotherLeadSoon() {
    LeaderTerm a = lead("a", lease, timers);
    LeaderTerm b = lead("b", lease, timers);
    a.close();
    assertThat(a.term()).isEmpty();
    timers.advance(Duration.ofMillis(Lifetime.DEFAULT.leadAskMs()));
    assertThat(b.term()).isPresent();
  }

  @Test
  void whoStoodStillLeadsNoMoreBeforeItHasAskedAnybody() {
    Stoppable stopped = new Stoppable(timers);
    LeaderTerm a = lead("a", lease, stopped);
    LeaderTerm b = lead("b", lease, timers);
    long first = a.term().orElseThrow();
    stopped.stopped = true;
    timers.advance(Duration.ofMinutes(1));

    assertThat(a.term()).isEmpty(); // by its own clock
    assertThat(b.term().orElseThrow()).isGreaterThan(first);
    stopped.stopped = false;
    timers.advance(Duration.ofMinutes(1));
    assertThat(a.term()).isEmpty();
    assertThat(b.term()).isPresent();
  }

  @Test
  void aloneItLeadsAgainUnderAnotherTerm() {
    Stoppable stopped = new Stoppable(timers);
    LeaderTerm a = lead("a", lease, stopped);
    long first = a.term().orElseThrow();
    stopped.stopped = true;
    timers.advance(Duration.ofMinutes(1));
    stopped.stopped = false;
    timers.advance(Duration.ofSeconds(5));

    assertThat(a.term().orElseThrow()).isGreaterThan(first);
  }

  @Test
  void whileTheStoreIsAwayItLeadsNoLongerThanItsLeaseLasts() {
    boolean[] away = {false};
    LeaderLease remote =
        new LeaderLease() {
          @Override
          public CompletionStage<Answer> take(
              String kind, String owner, long lasts, long term, String over) {
            return away[0]
                ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                : lease.take(kind, owner, lasts, term, over);
          }

          @Override
          public CompletionStage<Void> leave(String kind, String owner, long term) {
            return lease.leave(kind, owner, term);
          }
        };
    LeaderTerm a = lead("a", remote, timers);
    away[0] = true;
    timers.advance(Duration.ofMillis(Lifetime.DEFAULT.trustedLeadMs() - 1));
    assertThat(a.term()).isPresent();
    timers.advance(Duration.ofMillis(1));
    assertThat(a.term()).isEmpty();
  }

  @Test
  void whenTheClockOfTheStoreIsSetBackAndTheLeaderIsGoneAnotherLeadsSoon() {
    Stoppable stopped = new Stoppable(timers);
    LeaderTerm a = lead("a", lease, stopped);
    LeaderTerm b = lead("b", lease, timers);
    long first = a.term().orElseThrow();
    stopped.stopped = true;
    setBy = -3_600_000;
    timers.advance(Duration.ofMillis(Lifetime.DEFAULT.leadMs()));
    assertThat(b.term()).isEmpty();
    timers.advance(Duration.ofMillis(Lifetime.DEFAULT.silentLeadMs()));

    assertThat(b.term().orElseThrow()).isGreaterThan(first);
    stopped.stopped = false;
    timers.advance(Duration.ofMinutes(1));
    assertThat(a.term()).isEmpty();
    assertThat(b.term()).isPresent();
  }

  @Test
  void whenTheClockOfTheStoreIsSetALeaderThatLivesGoesOn() {
    LeaderTerm a = lead("a", lease, timers);
    LeaderTerm b = lead("b", lease, timers);
    long first = a.term().orElseThrow();
    setBy = -3_600_000;
    timers.advance(Duration.ofMinutes(2));

    assertThat(a.term()).hasValue(first);
    assertThat(b.term()).isEmpty();
  }
}
