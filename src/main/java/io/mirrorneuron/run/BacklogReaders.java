package io.mirrorneuron.run;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Those who wait until the runs of some jobs are written. Guarded by their backlog. */
final class BacklogReaders {
  private final Map<CompletableFuture<Void>, Set<String>> asked = new HashMap<>();

  boolean isEmpty() {
    return asked.isEmpty();
  }

  /**
   * @param jobs belongs to this object from now on
   * @return completed when all of them are written
   */
  CompletableFuture<Void> add(Set<String> jobs) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    asked.put(done, jobs);
    return done;
  }

  /** To be called without the lock. */
  static void await(CompletableFuture<?> done, Duration patience)
      throws TimeoutException, InterruptedException {
    try {
      done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is only ever completed
    }
  }

  void written(Collection<String> jobs) {
    asked.values().forEach(left -> jobs.forEach(left::remove));
    asked.entrySet().removeIf(one -> one.getValue().isEmpty() && one.getKey().complete(null));
  }

  /** They wait no longer. */
  void letGo() {
    asked.keySet().forEach(one -> one.complete(null));
    asked.clear();
  }
}
