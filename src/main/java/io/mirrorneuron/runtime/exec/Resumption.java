package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.pool.Pools;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * When a server has started, programs that had slots as it ended are given them first: the others
 * wait until all of those have asked, but not for ever.
 */
final class Resumption {
  private static final long LONGEST_S = 30;

  /** For programs that had slots and wait for something else first, such as services. */
  private static final long LATE_S = 5;

  private Resumption() {}

  /**
   * @param ordered completes when all programs that were there before have been started again
   */
  static void begin(
      Pools pools, Supplier<Collection<ExecutionRun>> runs, CompletionStage<?> ordered) {
    pools.holdBack();
    CompletableFuture.allOf(ordered.toCompletableFuture())
        .completeOnTimeout(null, LONGEST_S, TimeUnit.SECONDS)
        .handle((done, failure) -> asked(runs.get()))
        .thenCompose(
            all -> CompletableFuture.allOf(all).completeOnTimeout(null, LATE_S, TimeUnit.SECONDS))
        .whenComplete((done, failure) -> pools.letIn());
  }

  private static CompletableFuture<?>[] asked(Collection<ExecutionRun> runs) {
    return runs.stream()
        .filter(run -> run.execution().rank().had())
        .map(run -> run.slots().asked())
        .toArray(CompletableFuture<?>[]::new);
  }
}
