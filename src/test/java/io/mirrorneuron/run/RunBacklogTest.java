package io.mirrorneuron.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunBacklogTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final RunBacklog backlog = new RunBacklog();

  @Test
  void handsOutEachJobOnceOldestFirst() throws Exception {
    add("a", "b", "a");
    assertThat(next()).containsExactly("a", "b");
    add("b");
    assertThat(next()).containsExactly("b");
  }

  @Test
  void whoWaitsForAllHearsWhenAllThatWereBehindAreWritten() throws Exception {
    IntStream.range(0, 65).forEach(i -> backlog.add("job-" + i));
    List<String> first = next();
    CompletableFuture<Void> all = await("");
    backlog.add("later");
    backlog.written(first);
    assertThat(all).isNotDone();
    backlog.written(next());
    assertThat(all).succeedsWithin(LONG);
  }

  @Test
  void whoWaitsForOneIsServedFirst() throws Exception {
    IntStream.range(0, 1000).forEach(i -> backlog.add("job-" + i));
    CompletableFuture<Void> one = await("job-999");
    List<String> batch = next();
    assertThat(batch).startsWith("job-999", "job-0");
    backlog.written(batch);
    assertThat(one).succeedsWithin(LONG);
  }

  @Test
  void whoWaitsForOneThatIsUnderWayWaitsForThatBatch() throws Exception {
    add("a");
    List<String> batch = next();
    add("b");
    CompletableFuture<Void> one = await("a");
    backlog.written(batch);
    assertThat(one).succeedsWithin(LONG);
  }

  @Test
  void whoWaitsForAnUnknownOneWaitsForAll() throws Exception {
    add("a");
    CompletableFuture<Void> unknown = await("named");
    assertThat(unknown).isNotDone();
    backlog.written(next());
    assertThat(unknown).succeedsWithin(LONG);
  }

  @Test
  void nobodyWaitsWhileTheStoreIsAway() throws Exception {
    add("a");
    CompletableFuture<Void> before = await("");
    assertThat(backlog.unavailable(next(), Duration.ofMillis(1))).isTrue();
    assertThat(before).succeedsWithin(LONG);
    backlog.await("", LONG);
    assertThat(next()).containsExactly("a");
  }

  @Test
  void saysWhenItTakesTooLong() {
    add("a");
    assertThatThrownBy(() -> backlog.await("", Duration.ofMillis(1)))
        .isInstanceOf(TimeoutException.class);
  }

  @Test
  void handsOutWhatIsLeftAfterItWasClosed() throws Exception {
    add("a");
    backlog.close();
    assertThat(next()).containsExactly("a");
    assertThat(next()).isNull();
  }

  @Test
  void whatIsPutOffIsHandedOutOnceWhenItsTimeHasCome() throws Exception {
    backlog.addLater("a");
    backlog.addLater("a");
    backlog.addLater("b");
    assertThat(backlog.isBehind("run-a")).isTrue();
    add("b");
    assertThat(next()).containsExactly("b");
    assertThat(next()).containsExactly("a");
    backlog.written(List.of("a", "b"));
    assertThat(backlog.isBehind("run-a")).isFalse();
  }

  @Test
  void theMoreJobsArePutOffTheLongerUnlessSomebodyLooks() throws Exception {
    IntStream.range(0, 1000).forEach(i -> backlog.addLater("job-" + i));
    assertThat(backlog.next(Duration.ofMillis(600))).isEmpty();
    backlog.hurry("run-job-999");
    assertThat(next()).containsExactly("job-999");
  }

  @Test
  void whoWaitsForOneThatIsPutOffGetsItAloneAndAtOnce() throws Exception {
    backlog.addLater("a");
    backlog.addLater("b");
    CompletableFuture<Void> one = await("b");
    assertThat(next()).containsExactly("b");
    backlog.written(List.of("b"));
    assertThat(one).succeedsWithin(LONG);
    assertThat(backlog.isBehind("run-a")).isTrue();
  }

  @Test
  void whoLooksAtARunWhoseJobIsNotKnownHasAllThatIsPutOffWritten() throws Exception {
    backlog.addLater("a");
    backlog.addLater("b");
    backlog.hurry("named");
    assertThat(next()).containsExactly("a", "b");
  }

  @Test
  void handsOutWhatIsPutOffAfterItWasClosed() throws Exception {
    backlog.addLater("a");
    backlog.close();
    assertThat(next()).containsExactly("a");
    assertThat(next()).isNull();
  }

  private void add(String... jobs) {
    List.of(jobs).forEach(backlog::add);
  }

  private List<String> next() throws InterruptedException {
    return backlog.next(LONG);
  }

  /** A waiter that has begun to wait. */
  private CompletableFuture<Void> await(String wanted) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread waiter =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    backlog.await(wanted, LONG);
                    done.complete(null);
                  } catch (TimeoutException | InterruptedException e) {
                    done.completeExceptionally(e);
                  }
                });
    Eventually.eventually(
        "it waits", () -> done.isDone() || waiter.getState() == Thread.State.TIMED_WAITING);
    return done;
  }
}
