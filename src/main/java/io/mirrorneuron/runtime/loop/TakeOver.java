package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.EventLoops;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.JobHolder;
import io.mirrorneuron.store.JobStore.StoredJob;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node the owner of jobs. A new epoch fences the former owner. */
final class TakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
  private static final long RETRY_MS = 250;

  private final JobStore store;
  private final Timers timers;
  private final EventLoops eventLoops;
  private final String owner;
  private final Predicate<String> isOpen;
  private final Adopted adopted;

  /** Jobs that are being taken over; two concurrent attempts would both open the job. */
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  /** Jobs released by living nodes for this one, until they are open. */
  private final Set<String> given = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  /** Receives each job that this node has taken over, on the job's event loop. */
  @FunctionalInterface
  interface Adopted {
    /**
     * @param isGiven whether its living owner has released it for this node
     * @return completes when the job is open
     */
    CompletionStage<?> open(StoredJob job, boolean isGiven);
  }

  /**
   * @param isOpen whether a job is already open on this node
   * @param adopted is called on event loops: Redis answers for many jobs at once, and a caller must
   *     not wait for all of them
   */
  TakeOver(Engine.Ports ports, String owner, Predicate<String> isOpen, Adopted adopted) {
    this.store = ports.store();
    this.timers = ports.timers();
    this.eventLoops = ports.eventLoops();
    this.owner = owner;
    this.isOpen = isOpen;
    this.adopted = adopted;
  }

  /**
   * Takes over a job with this known holder, unless the holder has changed since.
   *
   * @param takes owners whose jobs are taken
   * @param taken counts the jobs taken
   * @param again runs later when the store has not answered
   */
  CompletableFuture<?> adopt(
      String jobId,
      CompletableFuture<JobHolder> holder,
      Predicate<String> takes,
      AtomicInteger taken,
      Runnable again) {
    return holder
        .thenCompose(
            its ->
                its == null || !takes.test(its.owner())
                    ? CompletableFuture.<Void>completedFuture(null)
                    : adopt(jobId, its, taken))
        .exceptionally(
            failure -> {
              if (isTemporary(failure)) {
                later(again);
              } else {
                failed(jobId, failure);
              }
              return null;
            });
  }

  private static void failed(String jobId, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof MnException known && known.isJobDamaged()) {
      LOG.error("job {} is left alone: {}", jobId, known.getMessage());
    } else {
      LOG.error("job {} could not be taken over", jobId, failure);
    }
  }

  private CompletionStage<Void> adopt(String jobId, JobHolder from, AtomicInteger taken) {
    if (!underWay.add(jobId)) {
      return CompletableFuture.failedFuture(
          MnException.unavailable("job " + jobId + " is being taken over already", null));
    }
    return (isOpen.test(jobId)
            ? CompletableFuture.<Void>completedFuture(null)
            : adoptNow(jobId, from, taken))
        .whenComplete((done, failure) -> underWay.remove(jobId));
  }

  private CompletionStage<Void> adoptNow(String jobId, JobHolder from, AtomicInteger taken) {
    return store
        .takeOver(jobId, from.owner(), owner, from.epoch())
        .thenCompose(
            epoch ->
                store
                    .load(jobId)
                    .thenComposeAsync(
                        stored ->
                            stored
                                .filter(
                                    job ->
                                        job.epoch() == epoch) // otherwise another node was faster
                                .map(job -> opened(job, taken))
                                .orElseGet(() -> CompletableFuture.completedFuture(null)),
                        eventLoops.of(jobId)));
  }

  private CompletionStage<Void> opened(StoredJob job, AtomicInteger taken) {
    taken.incrementAndGet();
    return adopted.open(job, given.remove(job.jobId())).thenAccept(open -> {});
  }

  /**
   * Takes over a job that its living owner has released, unless that was long ago.
   *
   * @param epoch under which {@code from} released it
   * @return whether {@code from} does not own it any more; fails while that is unknown
   */
  CompletionStage<Boolean> given(String jobId, String from, long epoch) {
    given.add(jobId);
    return adopt(jobId, new JobHolder(from, epoch), new AtomicInteger())
        .thenCompose(done -> store.owner(jobId))
        .thenApply(now -> left(jobId, from, now))
        .whenComplete(
            (taken, failure) -> {
              if (failure != null) {
                later(jobId); // an answer may be lost
              }
            });
  }

  /**
   * Whether the owner has changed. If this node is not the new owner, the job is not given to it.
   */
  private boolean left(String jobId, String from, String now) {
    if (!owner.equals(now)) {
      given.remove(jobId);
    }
    return !from.equals(now);
  }

  /** Whether no node has taken the job over since this node owned it under this epoch. */
  CompletionStage<Boolean> isStill(String jobId, long epoch) {
    return store.holder(jobId).thenApply(new JobHolder(owner, epoch)::equals);
  }

  /** Runs the task after a short pause, unless the node stops. */
  void later(Runnable task) {
    later(RETRY_MS, task);
  }

  void later(long delayMs, Runnable task) {
    if (!closed) {
      timers.at(timers.now() + delayMs, task);
    }
  }

  /** Whether the store did not answer, so that it is unknown what it has written. */
  static boolean isAway(Throwable failure) {
    return code(failure) == ErrorCode.UNAVAILABLE;
  }

  /** The error for the creator of a job whose write has failed. */
  static Throwable reported(Throwable failure, String jobId) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return isAway(cause) && cause instanceof MnException away
        ? away.inDoubt("job " + jobId)
        : cause;
  }

  /** Whether a retry may succeed: the store is away, or its disk is full. */
  static boolean isTemporary(Throwable failure) {
    return isAway(failure) || code(failure) == ErrorCode.STORAGE_FULL;
  }

  /** The value in place of a permanent failure; temporary failures stay. */
  static <T> CompletionStage<T> orElse(Throwable failure, T value) {
    return isTemporary(failure)
        ? CompletableFuture.failedFuture(failure)
        : CompletableFuture.completedFuture(value);
  }

  private static ErrorCode code(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof MnException known ? known.code() : null;
  }

  /** Opens the job later, if it then exists and is owned by this node. */
  void later(String jobId) {
    later(
        () ->
            adopt(
                jobId,
                store.holder(jobId).toCompletableFuture(),
                owner::equals,
                new AtomicInteger(),
                () -> later(jobId)));
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }
}
