package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.port.EventLoops;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How an engine takes up jobs that were open before. */
class TakeOverTest {
  private static final int JOBS = 20;
  private static final String IDLE =
      """
      {"manifest_version": "1.0", "graph_id": "idle", "type": "service",
       "nodes": [{"node_id": "a", "agent_type": "router", "role": "root"}]}""";

  private final InMemoryJobStore disk = new InMemoryJobStore();
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);
  private final Deque<Runnable> eventLoop = new ArrayDeque<>();

  private Engine engine(EventLoops eventLoops) {
    return new Engine(
        new Engine.Identity("node", "node", false, Integer.MAX_VALUE),
        new Engine.Ports(
            disk,
            new InMemoryNodeRegistry(),
            new LocalScheduler("node"),
            new ManualExecutions(), // no agent runs a program
            new TurnedTimers(new TurnedClock(Instant.EPOCH)),
            eventLoops),
        manifests::parse,
        fingerprint -> null,
        (jobId, isPressing) -> {});
  }

  /** Whoever shares a thread with the store is served in between, however many there are. */
  @Test
  void eachJobIsTakenUpInATaskOfItsOwn() {
    Engine before = engine(jobId -> Runnable::run);
    for (int i = 0; i < JOBS; i++) {
      NewJob job = new NewJob("job-" + i, "node", IDLE, null, null, null);
      before.creation().submit(job, manifests.parse(IDLE), null, null, null, List.of());
    }
    assertThat(before.openJobs()).isEqualTo(JOBS);

    Engine after = engine(jobId -> eventLoop::addLast);
    var recovery = after.recover().toCompletableFuture();
    assertThat(after.openJobs()).isZero();
    assertThat(eventLoop).hasSize(JOBS);
    for (int taken = 1; taken <= JOBS; taken++) {
      assertThat(recovery.isDone()).isFalse();
      eventLoop.removeFirst().run();
      assertThat(after.openJobs()).isEqualTo(taken);
    }
    assertThat(recovery.join()).isEqualTo(JOBS);
  }
}
