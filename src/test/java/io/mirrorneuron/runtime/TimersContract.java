package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.port.Leader.Timers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What all timers promise. */
interface TimersContract {
  Timers timers();

  /** Turns a clock that stands; nothing where time passes by itself. */
  void turn(Duration by);

  @Test
  default void tasksRunOnceInTheOrderOfTheirTimesAndNotBefore() throws Exception {
    Timers timers = timers();
    List<String> ran = new CopyOnWriteArrayList<>();
    List<Long> early = new CopyOnWriteArrayList<>();
    CountDownLatch left = new CountDownLatch(3);
    long start = timers.now();
    record Task(String name, long at) {}
    for (Task task : List.of(new Task("b", 60), new Task("a", 30), new Task("c", 90))) {
      timers.at(
          start + task.at(),
          () -> {
            ran.add(task.name());
            if (timers.now() < start + task.at()) {
              early.add(task.at());
            }
            left.countDown();
          });
    }

    turn(Duration.ofMillis(89));
    turn(Duration.ofMillis(11));

    assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).containsExactly("a", "b", "c");
    assertThat(early).isEmpty();
  }

  @Test
  default void whatIsOverdueRunsToo() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    timers().at(timers().now() - 1000, ran::countDown);

    turn(Duration.ZERO);
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  default void aTaskMaySetTheNext() throws Exception {
    Timers timers = timers();
    CountDownLatch ran = new CountDownLatch(1);
    timers.at(timers.now() + 1, () -> timers.at(timers.now() + 1, ran::countDown));

    turn(Duration.ofMillis(2));
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
