package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.area.jobs.JobStreams.JobChanges;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobChangesTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();

  /** What to call after a change, by watched job. */
  private final Map<String, Runnable> watched = new HashMap<>();

  private final JobChanges changes =
      new JobChanges(
          vertx,
          (job, onChange) -> {
            watched.put(job, onChange);
            return Future.succeededFuture(() -> watched.remove(job));
          });

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void aJobThatHasEndedIsNotWatchedAnyMore() {
    changes.observe("a");
    changes.observe("b");

    changes.ended("a");

    assertThat(watched).containsOnlyKeys("b");
  }

  @Test
  void whoWaitsForWhatComesAfterTheEndKeepsTheWatch() {
    Future<Void> waits = changes.after("a", changes.observe("a").result(), LONG);

    changes.ended("a");
    assertThat(watched).containsOnlyKeys("a");

    watched.get("a").run();
    waits.await();
  }

  @Test
  void whoAsksForAChangeOfAJobThatIsNotWatchedAnyMoreReadsAgain() {
    long version = changes.observe("a").result();
    changes.ended("a");

    assertThat(changes.after("a", version, LONG).isComplete()).isTrue();
    changes.observe("a");
    assertThat(changes.after("a", version, LONG).isComplete()).isTrue();
  }
}
