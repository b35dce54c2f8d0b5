package io.mirrorneuron.runtime.engine;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node the owner of jobs that have none, with an epoch that fences earlier owners. */
final class TakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
  private static final long RETRY_MS = 250;

  private final JobStore store;
  private final Timers timers;
  private final String owner;
  private final Consumer<StoredJob> adopted;
  private volatile boolean closed;

  /**
   * @param adopted gets each job that is this node's now
   */
  TakeOver(JobStore store, Timers timers, String owner, Consumer<StoredJob> adopted) {
    this.store = store;
    this.timers = timers;
    this.owner = owner;
    this.adopted = adopted;
  }

  /**
   * Takes over every job that is not terminal. What the store does not answer now is tried again
   * until it does. Answers how many jobs there are.
   */
  CompletionStage<Integer> all() {
    return store
        .activeJobs()
        .thenCompose(
            ids -> {
              CompletableFuture<?>[] all =
                  ids.stream()
                      .map(id -> adopt(id).toCompletableFuture())
                      .toArray(CompletableFuture<?>[]::new);
              return CompletableFuture.allOf(all).thenApply(done -> all.length);
            })
        .whenComplete(
            (count, failure) -> {
              if (failure != null) {
                LOG.warn("open jobs could not be listed: {}; trying again", failure.toString());
                later(this::all);
              }
            });
  }

  private CompletionStage<Void> adopt(String jobId) {
    return store
        .takeOver(jobId, owner)
        .thenCompose(
            epoch ->
                store
                    .load(jobId)
                    .thenAccept(
                        stored ->
                            stored
                                .filter(job -> job.epoch() == epoch) // else it was taken over again
                                .ifPresent(adopted)))
        .exceptionally(
            failure -> {
              if (isAway(failure)) {
                later(() -> adopt(jobId));
              } else {
                LOG.error("job {} could not be taken over", jobId, failure);
              }
              return null;
            });
  }

  private void later(Runnable task) {
    if (!closed) {
      timers.at(timers.now() + RETRY_MS, task);
    }
  }

  static boolean isAway(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof MnException known && known.code() == ErrorCode.UNAVAILABLE;
  }

  /** Takes the job over if it is there by then. */
  void later(String jobId) {
    later(() -> adopt(jobId));
  }

  void close() {
    closed = true;
  }
}
