package io.mirrorneuron.testing;

import io.mirrorneuron.store.elsewhere.ElsewhereIndex;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Keeps the contract of {@link ElsewhereIndex} for jobs whose epochs it is told. */
public final class InMemoryElsewhereIndex implements ElsewhereIndex {
  private final Map<String, Long> epochs = new ConcurrentHashMap<>();
  private final Map<String, String> nodes = new ConcurrentHashMap<>();

  public void owned(String jobId, long epoch) {
    epochs.put(jobId, epoch);
  }

  @Override
  public CompletionStage<Boolean> begin(
      String jobId, long epoch, String executionId, String worker) {
    boolean isOwner = epochs.getOrDefault(jobId, 0L) == epoch;
    if (isOwner) {
      nodes.put(executionId, worker);
    }
    return CompletableFuture.completedStage(isOwner);
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
    return CompletableFuture.completedStage(null);
  }
}
