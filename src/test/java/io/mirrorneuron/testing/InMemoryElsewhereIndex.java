package io.mirrorneuron.testing;

import io.mirrorneuron.store.RemoteExecutionIndex;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Keeps the contract of {@link RemoteExecutionIndex} for jobs whose epochs it is told. */
public final class InMemoryElsewhereIndex implements RemoteExecutionIndex {
  private final Map<String, Long> epochs = new ConcurrentHashMap<>();
  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  private final ToLongFunction<String> epochOf;
  private final Map<String, String> nodes = new ConcurrentHashMap<>();

  public InMemoryElsewhereIndex() {
    this.epochOf = jobId -> epochs.getOrDefault(jobId, 0L);
  }

  /**
   * @param epochOf finds the epoch of a job
   */
  public InMemoryElsewhereIndex(ToLongFunction<String> epochOf) {
    this.epochOf = epochOf;
  }

  public void owned(String jobId, long epoch) {
    epochs.put(jobId, epoch);
  }

  @Override
  public CompletionStage<Boolean> begin(
      String jobId, long epoch, String executionId, String worker) {
    boolean isOwner = epochOf.applyAsLong(jobId) == epoch;
    if (isOwner) {
      nodes.put(executionId, worker);
      taken.remove(executionId);
    }
    return CompletableFuture.completedStage(isOwner);
  }

  @Override
  public CompletionStage<Boolean> take(
      String jobId, long epoch, String executionId, String worker) {
    boolean isMine = epochOf.applyAsLong(jobId) == epoch && worker.equals(nodes.get(executionId));
    if (isMine) {
      taken.add(executionId);
    }
    return CompletableFuture.completedStage(isMine);
  }

  @Override
  public CompletionStage<GivenUp> giveUp(
      String jobId, long epoch, String executionId, boolean isCertain) {
    if (epochOf.applyAsLong(jobId) != epoch) {
      return CompletableFuture.completedStage(GivenUp.FENCED);
    }
    if (!isCertain && taken.contains(executionId)) {
      return CompletableFuture.completedStage(GivenUp.TAKEN);
    }
    end(jobId, executionId);
    return CompletableFuture.completedStage(GivenUp.DONE);
  }

  @Override
  public CompletionStage<Map<String, String>> of(String jobId, Collection<String> executionIds) {
    return CompletableFuture.completedStage(
        executionIds.stream()
            .filter(nodes::containsKey)
            .collect(Collectors.toMap(id -> id, nodes::get)));
  }

  @Override
  public CompletionStage<Void> end(String jobId, String executionId) {
    nodes.remove(executionId);
    taken.remove(executionId);
    return CompletableFuture.completedStage(null);
  }
}
