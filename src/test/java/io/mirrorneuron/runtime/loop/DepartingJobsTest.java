package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Jobs that are to leave a node, and do not. */
class DepartingJobsTest {
  private static final String NODE = "node";
  private static final String JOB = "job";
  private static final String MANIFEST = SampleManifests.program("graph", "work");

  private final TurnedClock clock = new TurnedClock(Instant.EPOCH);
  private final TurnedTimers timers = new TurnedTimers(clock);
  private final InMemoryNodeRegistry registry = new InMemoryNodeRegistry(clock::millis);
  private final ManualExecutions programs = new ManualExecutions();

  /** Whether the services of the job pass here: an answer that the test gives. */
  private final CompletableFuture<Boolean> isArriving = new CompletableFuture<>();

  private Engine engine() {
    Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);
    return new Engine(
        new Engine.Identity(NODE, NODE, false, Integer.MAX_VALUE),
        new Engine.Ports(
            new InMemoryJobStore(),
            registry,
            new LocalScheduler(NODE),
            programs,
            timers,
            jobId -> Runnable::run),
        manifests::parse,
        fingerprint -> null,
        (jobId, isPressing) -> {},
        (state, epoch, teller) -> new Arriving());
  }

  private final class Arriving implements JobWatch.Listener {
    @Override
    public void settled(JobState state) {}

    @Override
    public void left() {}

    @Override
    public CompletionStage<Boolean> isArriving() {
      return isArriving;
    }
  }

  /**
   * Whoever goes on with the jobs of this node meanwhile takes one that is about to leave for one
   * that is cared for.
   */
  @Test
  void oneThatTheNodeLetsGoOfWhileItIsAskedWhetherItMayLeaveIsOpenedAgain() {
    Engine engine = engine();
    engine
        .creation()
        .submit(
            new NewJob(JOB, NODE, MANIFEST, null, null, null),
            new Manifests(DefaultRunner.HOST_LOCAL).parse(MANIFEST),
            null,
            null,
            null,
            List.of());
    registry.beat("other");
    engine.keepWatch();
    CompletableFuture<Long> left =
        engine.moves().leave(JOB, new JobMoves.Leaving(true, 1_000)).toCompletableFuture();

    registry.leave(NODE); // others take it for dead
    timers.advance(Duration.ofSeconds(6));
    assertThat(engine.isOpen(JOB)).isFalse();
    assertThat(engine.mayWork()).as("it goes on").isTrue();
    isArriving.completeExceptionally(MnException.unavailable("no answer", null));

    assertThat(left).isCompletedExceptionally();
    timers.advance(Duration.ofSeconds(1));
    assertThat(engine.isOpen(JOB)).isTrue();
    assertThat(programs.names()).containsExactly("work");
  }
}
