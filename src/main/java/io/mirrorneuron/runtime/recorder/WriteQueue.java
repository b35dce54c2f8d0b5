package io.mirrorneuron.runtime.recorder;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Jobs whose runs are behind, for one thread that writes them. Any thread may add jobs or wait
 * until those that are behind now are written.
 */
final class WriteQueue {
  private static final int BATCH = 64;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int MOST_AT_REST = 10_000;

  private final SequencedSet<String> waiting = new LinkedHashSet<>();
  private final Set<String> underWay = new HashSet<>();
  private final Map<CompletableFuture<Void>, Set<String>> asked = new HashMap<>();
  private boolean closed;
  private boolean away;

  /** Does not block. */
  synchronized void add(String jobId) {
    if (waiting.add(jobId) && waiting.size() == 1) {
      notifyAll();
    }
  }

  /**
   * Returns when the jobs that are behind now are written; at once while the store is away.
   *
   * @param wanted if this one is behind, it is the next and the only one that is waited for
   * @throws TimeoutException when that takes longer
   */
  void await(String wanted, Duration patience) throws TimeoutException, InterruptedException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      Set<String> jobs = new HashSet<>(waiting);
      jobs.addAll(underWay);
      if (jobs.isEmpty() || away) {
        return;
      }
      if (jobs.contains(wanted)) {
        jobs.retainAll(Set.of(wanted));
        if (waiting.contains(wanted)) {
          waiting.addFirst(wanted);
        }
      }
      asked.put(done, jobs);
      notifyAll();
    }
    try {
      done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is only ever completed
    }
  }

  /**
   * The next jobs to write; the caller says of them {@link #written} or {@link #unavailable}.
   *
   * @param idle how long to wait for jobs; zero for ever
   * @return none when that was over, null when closed and nothing is left
   */
  synchronized List<String> next(Duration idle) throws InterruptedException {
    if (waiting.isEmpty() && !closed) {
      wait(idle.toMillis());
    }
    if (waiting.isEmpty()) {
      return closed ? null : List.of();
    }
    List<String> batch = waiting.stream().limit(BATCH).toList();
    batch.forEach(waiting::remove);
    underWay.addAll(batch);
    return batch;
  }

  synchronized void written(List<String> batch) {
    away = false;
    underWay.clear();
    asked.values().forEach(jobs -> batch.forEach(jobs::remove));
    asked.entrySet().removeIf(one -> one.getValue().isEmpty() && one.getKey().complete(null));
  }

  /**
   * The store is away, so nobody is to wait for it here. The batch stays behind.
   *
   * @return after a while, whether to go on
   */
  synchronized boolean unavailable(List<String> batch, Duration pause) throws InterruptedException {
    underWay.clear();
    waiting.addAll(batch);
    asked.keySet().forEach(one -> one.complete(null));
    asked.clear();
    away = true;
    if (!closed) {
      wait(pause.toMillis());
    }
    return !closed;
  }

  /**
   * Jobs come before what is written of them: while there are many, the writer rests three times as
   * long as it works, unless somebody waits for it or too much has piled up.
   */
  synchronized void rest(long workedNanos) throws InterruptedException {
    long until = System.nanoTime() + Math.min(REST_NANOS, 3 * workedNanos);
    long left = until - System.nanoTime();
    while (left > 0 && !closed && asked.isEmpty() && waiting.size() < MOST_AT_REST) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = until - System.nanoTime();
    }
  }

  /** What is behind is still handed out, in haste. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
