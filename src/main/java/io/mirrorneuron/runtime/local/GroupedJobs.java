package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.operation.ItemOutcome;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.EndedJobs;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What operations do to jobs one by one. A job that was dealt with before is told the same again.
 *
 * @param all jobs of all nodes
 * @param clearing when what has ended may be removed
 * @param threads that may block
 */
record GroupedJobs(
    JobsPort all, EndedJobs ended, Clearing clearing, Executor threads, Timers timers) {
  /** So long runs may take to be written; then their jobs stay. */
  private static final long PATIENCE_MS = 60_000;

  /** So many jobs are dealt with at once. */
  private static final int AT_ONCE = 8;

  private static final ItemOutcome CLEARED = ItemOutcome.of(ItemOutcome.CLEARED);

  OperationInput cancel(String operation, OperationDeed deed) {
    String by = deed.order().by();
    return done(deed, each(deed.jobs(), job -> cancelled(job, by, "operation " + operation)));
  }

  private ItemOutcome cancelled(String job, String by, String reason) {
    try {
      String status = all.cancel(job, by, reason);
      if (status.equals(RunStatus.CANCELLED.word())) {
        return ItemOutcome.of(ItemOutcome.CANCELLED);
      }
      return RunStatus.of(status).isFinal()
          ? ItemOutcome.because(ItemOutcome.SKIPPED, status, "it had ended by itself")
          : ItemOutcome.because(
              ItemOutcome.CANCELLATION_PENDING, status, "its programs have not ended yet");
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return ItemOutcome.because(ItemOutcome.SKIPPED, null, "it is gone");
      }
      boolean mayPass = e.code().retryable();
      return ItemOutcome.failed(
          mayPass ? ItemOutcome.CANCELLATION_PENDING : ItemOutcome.FAILED, e.getMessage());
    }
  }

  /** A job that was removed by an earlier try of the same round is removed. */
  OperationInput clear(OperationDeed deed) {
    if (!clearing.isPossible().getAsBoolean()) {
      String why = "runs of ended jobs are still being written";
      return done(
          deed,
          deed.jobs().stream()
              .collect(
                  Collectors.toMap(
                      job -> job, job -> ItemOutcome.failed(ItemOutcome.DEFERRED, why))));
    }
    boolean mayCome = timers.now() - deed.order().at() < PATIENCE_MS;
    Set<String> staying = Set.copyOf(Answers.await(ended.remove(deed.jobs())));
    clearing.after().run();
    return done(
        deed,
        deed.jobs().stream()
            .collect(
                Collectors.toMap(
                    job -> job, job -> staying.contains(job) ? staying(mayCome) : CLEARED)));
  }

  private static ItemOutcome staying(boolean mayCome) {
    return ItemOutcome.because(
        mayCome ? ItemOutcome.DEFERRED : ItemOutcome.SKIPPED,
        null,
        "it is open, or its run is still to be written by its node, and then it can be cleared");
  }

  private static OperationInput done(OperationDeed deed, Map<String, ItemOutcome> outcomes) {
    return OperationInput.Done.of(deed, outcomes, null);
  }

  private Map<String, ItemOutcome> each(List<String> jobs, Function<String, ItemOutcome> deed) {
    Map<String, ItemOutcome> outcomes = new ConcurrentHashMap<>();
    Queue<String> left = new ConcurrentLinkedQueue<>(jobs);
    Runnable hand =
        () -> {
          for (String job = left.poll(); job != null; job = left.poll()) {
            outcomes.put(job, deed.apply(job));
          }
        };
    CompletableFuture.allOf(
            IntStream.range(0, Math.min(AT_ONCE, jobs.size()))
                .mapToObj(i -> CompletableFuture.runAsync(hand, threads))
                .toArray(CompletableFuture[]::new))
        .join();
    return outcomes;
  }
}
