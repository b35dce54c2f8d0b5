package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Four servers on one store, one of which dies with three hundred open jobs. */
class DeadOwnersTest {
  private static final int JOBS = 300;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final InMemoryJobStore store = new InMemoryJobStore();
  private final InMemoryNodeRegistry nodes = new InMemoryNodeRegistry();
  private final TurnedTimers timers = new TurnedTimers(new TurnedClock(Instant.EPOCH));
  private final Server a = new Server("a");
  private final Server b = new Server("b");
  private final Server c = new Server("c");

  private final class Server {
    final String owner;
    final Set<String> open = ConcurrentHashMap.newKeySet();
    final OrphanedJobs left;

    Server(String owner) {
      this.owner = owner;
      Engine.Ports ports =
          new Engine.Ports(
              store,
              nodes,
              new LocalScheduler(owner),
              new ManualExecutions(),
              timers,
              jobId -> Runnable::run);
      TakeOver takeOver =
          new TakeOver(
              ports,
              owner,
              open::contains,
              (job, isGiven) -> {
                open.add(job.jobId());
                return CompletableFuture.completedStage(null);
              });
      left =
          new OrphanedJobs(
              ports, owner, open::contains, takeOver, () -> CompletableFuture.completedStage(null));
    }

    /** Hears of who lives. */
    void beat() {
      NodeRegistry.Beat beat = nodes.beat(owner).toCompletableFuture().join();
      left.see(beat);
    }
  }

  @BeforeEach
  void oneDies() {
    nodes.beat("dead");
    a.beat();
    b.beat();
    c.beat();
    for (int i = 0; i < JOBS; i++) {
      String job = "job-" + i;
      store.create(
          new NewJob(job, "dead", "{}", null, null, null),
          JobStoreContract.turn(job, 1, 1, 1, 1, "running"));
    }
    nodes.leave("dead");
  }

  @Test
  void itsJobsSpreadOverThoseThatLive() {
    a.beat();
    b.beat();
    c.beat();

    for (Server server : new Server[] {a, b, c}) {
      assertThat(server.open).as(server.owner).hasSizeBetween(JOBS / 4, JOBS / 2);
    }
    assertThat(a.open.size() + b.open.size() + c.open.size()).isEqualTo(JOBS);
    timers.advance(PATIENCE);
    assertThat(a.open.size() + b.open.size() + c.open.size()).isEqualTo(JOBS);
  }

  @Test
  void whatAnHeirDoesNotTakeGoesToAnother() {
    a.beat();
    int share = a.open.size();
    assertThat(share).isLessThan(JOBS);

    timers.advance(PATIENCE.minusMillis(1));
    assertThat(a.open).hasSize(share);
    timers.advance(Duration.ofMillis(1));
    assertThat(a.open).hasSize(JOBS);
  }

  @Test
  void theLastOneTakesAll() {
    nodes.leave("b");
    nodes.leave("c");
    a.beat();

    assertThat(a.open).hasSize(JOBS);
  }

  @Test
  void whoIsAskedForAllTakesAll() {
    assertThat(a.left.orphans().toCompletableFuture()).isCompletedWithValue(JOBS);
  }
}
