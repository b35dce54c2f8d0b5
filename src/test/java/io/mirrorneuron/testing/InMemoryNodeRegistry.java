package io.mirrorneuron.testing;

import io.mirrorneuron.store.NodeRegistry;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Owners live until they leave. */
public final class InMemoryNodeRegistry implements NodeRegistry {
  private final Set<String> living = ConcurrentHashMap.newKeySet();

  @Override
  public CompletionStage<Void> beat(String owner) {
    living.add(owner);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> leave(String owner) {
    living.remove(owner);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Set<String>> living() {
    return CompletableFuture.completedFuture(Set.copyOf(living));
  }
}
