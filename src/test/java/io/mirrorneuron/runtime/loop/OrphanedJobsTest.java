package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each bucket of a Redis Cluster that has another master tells the engine to look for jobs. */
class OrphanedJobsTest {
  private static final int BUCKETS = 64;

  private final InMemoryJobStore disk = new InMemoryJobStore();
  private final TurnedClock clock = new TurnedClock(Instant.EPOCH);
  private final TurnedTimers timers = new TurnedTimers(clock);
  private final Set<String> open = ConcurrentHashMap.newKeySet();
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();
  private TakeOver takeOver;
  private OrphanedJobs left;

  @BeforeEach
  void start() {
    Engine.Ports ports =
        new Engine.Ports(
            slow(),
            new InMemoryNodeRegistry(),
            new LocalScheduler("node"),
            new ManualExecutions(),
            timers,
            jobId -> Runnable::run);
    takeOver =
        new TakeOver(
            ports,
            "node",
            open::contains,
            (job, isGiven) -> {
              open.add(job.jobId());
              return CompletableFuture.completedStage(null);
            });
    left =
        new OrphanedJobs(
            ports, "node", open::contains, takeOver, () -> CompletableFuture.completedStage(null));
    disk.create(
        new NewJob("job", "node", "{}", null, null, null),
        JobStoreContract.turn("job", 1, 1, 1, 1, "running"));
  }

  /** A store whose answers about open jobs are given by the test. */
  private JobStore slow() {
    return (JobStore)
        Proxy.newProxyInstance(
            JobStore.class.getClassLoader(),
            new Class<?>[] {JobStore.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("activeJobs")) {
                return method.invoke(disk, arguments);
              }
              answers.add(new CompletableFuture<>());
              return answers.getLast().thenCompose(now -> disk.activeJobs());
            });
  }

  private List<CompletableFuture<Integer>> ask() {
    return IntStream.range(0, BUCKETS).mapToObj(i -> left.resumed().toCompletableFuture()).toList();
  }

  private void away() {
    answers.getLast().completeExceptionally(MnException.unavailable("away", null));
  }

  @Test
  void whoAsksDuringASearchSharesTheNextOne() {
    List<CompletableFuture<Integer>> asked = ask();
    assertThat(answers).hasSize(1);

    answers.getLast().complete(null);
    assertThat(asked.getFirst()).isCompletedWithValue(1);
    assertThat(asked.getLast()).isNotDone();
    assertThat(answers).as("it may have come too late for the first").hasSize(2);

    answers.getLast().complete(null);
    assertThat(asked.subList(1, BUCKETS)).allMatch(each -> each.join() == 0);
    timers.advance(Duration.ofSeconds(10));
    assertThat(answers).hasSize(2);
    assertThat(open).containsExactly("job");
  }

  @Test
  void aStoreThatIsAwayIsAskedAgainByOne() {
    List<CompletableFuture<Integer>> asked = ask();
    away();
    assertThat(asked.getFirst()).isCompletedExceptionally();
    asked = ask();
    assertThat(answers).as("the next one waits a little").hasSize(1);

    timers.advance(Duration.ofMillis(250));
    assertThat(answers).hasSize(2);
    away();
    timers.advance(Duration.ofMillis(250));
    assertThat(answers).hasSize(3);
    answers.getLast().complete(null);
    timers.advance(Duration.ofSeconds(10));
    assertThat(answers).hasSize(3);
    assertThat(open).containsExactly("job");
    assertThat(asked).allMatch(CompletableFuture::isDone);
  }

  @Test
  void aSearchThatTakesLongHoldsUpNoOther() {
    List<CompletableFuture<Integer>> asked = ask();
    timers.advance(Duration.ofSeconds(1));
    assertThat(answers).hasSize(2);
    answers.getLast().complete(null);
    assertThat(asked.getLast()).isCompletedWithValue(1);
    answers.getFirst().complete(null);
    assertThat(asked.getFirst()).isCompletedWithValue(0);
    timers.advance(Duration.ofSeconds(10));
    assertThat(answers).hasSize(2);
  }

  @Test
  void whoWaitsIsToldThatTheNodeStops() {
    List<CompletableFuture<Integer>> asked = ask();
    takeOver.close();
    left.close();
    assertThat(asked.getLast()).isCompletedExceptionally();
    CompletionStage<Integer> late = left.orphans();
    answers.getFirst().complete(null);
    answers.getLast().complete(null);
    assertThat(late.toCompletableFuture()).isDone();
  }

  private void see(boolean lapsed, long departures) {
    left.see(new NodeRegistry.Beat(lapsed, Set.of("node"), departures));
  }

  @Test
  void aNodeDoesNotTakeItselfForOneThatIsGone() {
    see(true, 3); // it has just started
    see(true, 4);
    assertThat(answers).as("only this node itself had lapsed").isEmpty();
    see(false, 4);
    assertThat(answers).isEmpty();
    see(true, 6);
    assertThat(answers).as("another one is gone, too").hasSize(1);
  }
}
