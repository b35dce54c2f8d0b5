package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.NodeRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this node the owner of jobs whose owner is dead, or was this node before it was started
 * anew; a new epoch fences the former owner. Sends heartbeats for this node.
 */
final class TakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
  private static final long RETRY_MS = 250;
  private static final long BEAT_MS = NodeRegistry.LIFETIME_MS / 3;

  private final JobStore store;
  private final NodeRegistry nodes;
  private final Timers timers;
  private final String owner;
  private final Predicate<String> isOpen;
  private final Consumer<StoredJob> adopted;
  private Set<String> knownLiving = Set.of();
  private volatile boolean closed;

  /**
   * @param isOpen whether a job is already open on this node
   * @param adopted gets each job that this node has become the owner of
   */
  TakeOver(
      JobStore store,
      NodeRegistry nodes,
      Timers timers,
      String owner,
      Predicate<String> isOpen,
      Consumer<StoredJob> adopted) {
    this.store = store;
    this.nodes = nodes;
    this.timers = timers;
    this.owner = owner;
    this.isOpen = isOpen;
    this.adopted = adopted;
  }

  /** Sends heartbeats from now on, and takes over the jobs of each owner whose heartbeats stop. */
  void keepWatch() {
    if (closed) {
      return;
    }
    nodes
        .beat(owner)
        .thenCompose(done -> nodes.living())
        .thenAccept(this::compare)
        .whenComplete((done, failure) -> timers.at(timers.now() + BEAT_MS, this::keepWatch));
  }

  private synchronized void compare(Set<String> living) {
    if (!living.containsAll(knownLiving)) {
      LOG.info("a node is gone; looking for its jobs");
      orphans();
    }
    knownLiving = living;
  }

  /** Remembers owners whose jobs were left alone, so that their end is noticed. */
  private synchronized void remember(Set<String> living) {
    Set<String> known = new HashSet<>(knownLiving);
    known.addAll(living);
    knownLiving = known;
  }

  /**
   * Takes over every open job that has no living owner. What the store does not answer now is tried
   * again until it does. Answers how many open jobs were looked at.
   */
  CompletionStage<Integer> orphans() {
    return nodes
        .living()
        .thenCompose(
            living -> {
              remember(living);
              return store.activeJobs().thenCompose(jobIds -> adoptOrphans(jobIds, living));
            })
        .whenComplete(
            (count, failure) -> {
              if (failure != null && !closed) {
                LOG.warn("open jobs could not be listed: {}; trying again", failure.toString());
                later(this::orphans);
              }
            });
  }

  private CompletionStage<Integer> adoptOrphans(List<String> jobIds, Set<String> living) {
    CompletableFuture<?>[] all =
        jobIds.stream()
            .filter(jobId -> !isOpen.test(jobId))
            .map(jobId -> adopt(jobId, living).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(all).thenApply(done -> all.length);
  }

  private CompletionStage<Void> adopt(String jobId, Set<String> living) {
    return store
        .owner(jobId)
        .thenCompose(
            from ->
                from == null || (living.contains(from) && !from.equals(owner))
                    ? CompletableFuture.<Void>completedFuture(null)
                    : adopt(jobId, from))
        .exceptionally(
            failure -> {
              if (isTemporary(failure)) {
                later(() -> adopt(jobId, living));
              } else {
                LOG.error("job {} could not be taken over", jobId, failure);
              }
              return null;
            });
  }

  private CompletionStage<Void> adopt(String jobId, String from) {
    return store
        .takeOver(jobId, from, owner)
        .thenCompose(
            epoch ->
                store
                    .load(jobId)
                    .thenAccept(
                        stored ->
                            stored
                                .filter(job -> job.epoch() == epoch) // else another node was faster
                                .ifPresent(adopted)));
  }

  private void later(Runnable task) {
    if (!closed) {
      timers.at(timers.now() + RETRY_MS, task);
    }
  }

  /** Whether the store did not answer, so that nobody knows what it has written. */
  static boolean isAway(Throwable failure) {
    return code(failure) == ErrorCode.UNAVAILABLE;
  }

  /** Whether the store may do later what it did not now: it is away, or its disk is full. */
  static boolean isTemporary(Throwable failure) {
    return isAway(failure) || code(failure) == ErrorCode.STORAGE_FULL;
  }

  private static ErrorCode code(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof MnException known ? known.code() : null;
  }

  /** Opens the job later, if it then exists and is owned by this node. */
  void later(String jobId) {
    later(() -> adopt(jobId, Set.of()));
  }

  CompletionStage<Void> close() {
    closed = true;
    return nodes.leave(owner);
  }
}
