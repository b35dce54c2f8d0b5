package io.mirrorneuron.launch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Lets any number of readers wait for the next change. Thread-safe. */
final class News {
  private final AtomicReference<CompletableFuture<Void>> next =
      new AtomicReference<>(new CompletableFuture<>());

  /** Completes at the next change. */
  CompletableFuture<Void> next() {
    return next.get();
  }

  void tell() {
    next.getAndSet(new CompletableFuture<>()).complete(null);
  }
}
