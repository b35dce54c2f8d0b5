package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Leader.Timers;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that leave this node for another node. Their programs end first, except those that stay
 * until the new node offers their services. Thread-safe.
 */
final class DepartingJobs {
  private static final Logger LOG = LoggerFactory.getLogger(DepartingJobs.class);
  private static final long LOOK_MS = 500;

  /** A client that has just looked up a service may still call it. */
  private static final long GRACE_MS = 1000;

  private final EngineContext context;
  private final Timers timers;
  private final Consumer<String> forgotten;
  private final Set<String> leaving = ConcurrentHashMap.newKeySet();
  private final Map<String, Stay> staying = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param forgotten receives the id of a job that has not left and that this node gave up
   *     meanwhile for another reason; a search for this node's jobs may have skipped it
   */
  DepartingJobs(EngineContext context, Consumer<String> forgotten) {
    this.context = context;
    this.timers = context.timers();
    this.forgotten = forgotten;
  }

  EngineContext context() {
    return context;
  }

  /** Whether programs of the job are being ended for a move to another node. */
  boolean has(String jobId) {
    return leaving.contains(jobId);
  }

  /** Jobs that have left and of which programs still run here. */
  Set<String> staying() {
    return Set.copyOf(staying.keySet());
  }

  /**
   * @param isOpen whether this is still the job's loop
   * @return as {@link JobMoves#leave}
   */
  CompletableFuture<Long> leave(JobLoop loop, BooleanSupplier isOpen, JobMoves.Leaving how) {
    String jobId = loop.jobId();
    if (!leaving.add(jobId)) {
      return CompletableFuture.completedFuture(0L);
    }
    return mayLeave(loop, how)
        .thenCompose(may -> loop.leave(isOpen, how))
        .thenCompose(stay -> stay == null ? none() : left(jobId, stay, loop.epoch()))
        .whenComplete(
            (epoch, failure) -> {
              leaving.remove(jobId);
              boolean hasLeft = failure == null && epoch > 0;
              if (!hasLeft && !isOpen.getAsBoolean()) {
                forgotten.accept(jobId);
              }
            });
  }

  /**
   * Otherwise the job could return to the node where its services still run, and they would end.
   */
  private static CompletableFuture<Void> mayLeave(JobLoop loop, JobMoves.Leaving how) {
    return how.staysForMs() == 0
        ? CompletableFuture.completedFuture(null)
        : loop.isArriving().thenAccept(DepartingJobs::requireThere);
  }

  private static void requireThere(boolean isArriving) {
    if (isArriving) {
      throw MnException.precondition("its services do not pass here yet");
    }
  }

  private static CompletableFuture<Long> none() {
    return CompletableFuture.completedFuture(0L);
  }

  /** Registers the staying programs before the job goes; otherwise they end with the rest. */
  private CompletionStage<Long> left(String jobId, Stay stay, long epoch) {
    staying.put(jobId, stay);
    return stay.others()
        .thenCompose(gone -> needed(stay))
        .thenCompose(
            isNeeded -> {
              if (isNeeded) {
                LOG.info("job {} leaves; its services stay until they pass elsewhere", jobId);
                later(LOOK_MS, () -> look(jobId, stay));
              }
              return isNeeded ? CompletableFuture.completedStage(null) : end(jobId);
            })
        .thenApply(done -> epoch);
  }

  private static CompletionStage<Boolean> needed(Stay stay) {
    return stay.isNeeded().exceptionally(away -> false);
  }

  private void look(String jobId, Stay stay) {
    if (staying.get(jobId) != stay) {
      return; // it has ended
    }
    stay.isNeeded()
        .exceptionally(away -> true)
        .thenAccept(
            isNeeded -> {
              if (isNeeded) {
                later(LOOK_MS, () -> look(jobId, stay));
              } else {
                later(GRACE_MS, () -> over(jobId, stay));
              }
            });
  }

  private void over(String jobId, Stay stay) {
    if (staying.get(jobId) == stay) {
      LOG.info("the services of job {} end here", jobId);
      end(jobId);
    }
  }

  /**
   * Ends the staying programs of a job.
   *
   * @return completes when none is left
   */
  CompletionStage<Void> end(String jobId) {
    Stay stay = staying.get(jobId);
    return stay == null ? CompletableFuture.completedStage(null) : ended(jobId, stay);
  }

  private CompletionStage<Void> ended(String jobId, Stay stay) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    stay.end()
        .whenComplete(
            (done, away) -> {
              if (away == null || closed) {
                staying.remove(jobId, stay);
                ended.complete(null);
              } else {
                later(LOOK_MS, () -> ended(jobId, stay).thenAccept(ended::complete));
              }
            });
    return ended;
  }

  private void later(long delay, Runnable task) {
    if (!closed) {
      timers.at(timers.now() + delay, task);
    }
  }

  /** Staying programs end with the other programs of this node. */
  void close() {
    closed = true;
  }

  /**
   * Programs of a job that another node has taken: they run here until the new node offers their
   * services. Their output is ignored. Thread-safe.
   */
  static final class Stay {
    private final JobWatch.Staying staying;
    private final Consumer<String> stop;
    private final Set<String> running;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private CompletableFuture<Void> others = CompletableFuture.completedFuture(null);
    private boolean lost;

    /**
     * @param stop ends an execution
     * @param here executions of the job on this node
     */
    Stay(JobWatch.Staying staying, Consumer<String> stop, Set<String> here) {
      this.staying = staying;
      this.stop = stop;
      this.running = new HashSet<>(here);
      running.retainAll(staying.executions());
    }

    /** The same, once the other programs of the job have ended. */
    Stay after(CompletableFuture<Void> gone) {
      others = gone;
      return this;
    }

    /** Completes when no other program of the job runs here. */
    CompletableFuture<Void> others() {
      return others;
    }

    synchronized Set<String> running() {
      return Set.copyOf(running);
    }

    /** Called for any execution of the job. */
    synchronized void finished(String executionId) {
      if (running.remove(executionId)) {
        lost = true;
        if (running.isEmpty()) {
          over.complete(null);
        }
      }
    }

    /**
     * Whether it is still needed. If one of its programs has ended, the service is lost and it is
     * not.
     */
    CompletionStage<Boolean> isNeeded() {
      return isLost() ? CompletableFuture.completedStage(false) : staying.isNeeded();
    }

    private synchronized boolean isLost() {
      return lost;
    }

    /**
     * Completes when none of its programs runs; fails while the store still announces the service.
     */
    CompletionStage<Void> end() {
      running().forEach(stop);
      if (running().isEmpty()) {
        over.complete(null);
      }
      return staying.end().thenCombine(over, (reported, ended) -> null);
    }
  }
}
