package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the store tidied: at the start, and then each minute. An ended job stays that much longer.
 *
 * @param before has what is needed of jobs that are to go written; they go another time then
 */
record JobTidying(JobStore store, Timers timers, Runnable before) {
  private static final Logger LOG = LoggerFactory.getLogger(JobTidying.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /**
   * Returns when the store is in order; after this time in any case. That is enough for some
   * millions of jobs of an earlier version.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** To be called before anybody is answered, as counts may be wrong before. */
  void start() {
    try {
      tidy().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      LOG.debug("the store is tidied later"); // logged, and tried again each minute
    } catch (TimeoutException e) {
      LOG.warn("the store is still being tidied; counts of jobs may be wrong until that is done");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    later();
  }

  private void later() {
    timers.at(timers.now() + INTERVAL.toMillis(), this::again);
  }

  private void again() {
    tidy().whenComplete((done, failure) -> later());
  }

  private CompletionStage<Integer> tidy() {
    before.run();
    return store
        .tidy()
        .whenComplete(
            (removed, failure) -> {
              if (failure == null && removed > 0) {
                LOG.info("removed {} ended jobs whose time was over", removed);
              } else if (failure != null && !Storage.isFull(failure)) {
                LOG.warn(
                    "the store could not be tidied, it is tried again: {}", failure.toString());
              }
            });
  }
}
