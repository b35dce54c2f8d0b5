package io.mirrorneuron.testing;

import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * Jobs that commit turn after turn, one at a time each, as an engine does: a commit that fails is
 * in doubt, so the state is loaded again and gone on with. Counts what was acknowledged.
 */
public final class CommitWriters {
  private static final String MEMBER = "n";
  private static final long PAUSE_MS = 50;

  private final Vertx vertx;
  private final JobStore store;
  private final AtomicLongArray acknowledged;
  private final AtomicLongArray successes;
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong doubts = new AtomicLong();
  private final AtomicLong all = new AtomicLong();
  private final AtomicLong lastAt = new AtomicLong();
  private final AtomicLong longestGap = new AtomicLong();
  private final List<CompletableFuture<Void>> ends = new ArrayList<>();
  private volatile boolean stopped;
  private volatile Throwable lastDoubt;

  /** Whether a replica must have what is answered; both ways with the property "all". */
  public static Stream<Boolean> modes() {
    return "all".equals(System.getProperty("redis.failover"))
        ? Stream.of(true, false)
        : Stream.of(true);
  }

  /** Creates the jobs and lets them write until {@link #stop}. */
  public static CommitWriters start(Vertx vertx, JobStore store, int jobs) {
    CommitWriters writers = new CommitWriters(vertx, store, jobs);
    for (int i = 0; i < jobs; i++) {
      int job = i;
      store
          .create(new NewJob(id(job), "owner", "{}", null, null, null), commit(job, 1))
          .toCompletableFuture()
          .join();
    }
    writers.lastAt.set(System.nanoTime());
    for (int i = 0; i < jobs; i++) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      writers.ends.add(end);
      writers.write(i, 2, end);
    }
    return writers;
  }

  private CommitWriters(Vertx vertx, JobStore store, int jobs) {
    this.vertx = vertx;
    this.store = store;
    this.acknowledged = new AtomicLongArray(jobs);
    this.successes = new AtomicLongArray(jobs);
  }

  private static String id(int job) {
    return "job-" + job;
  }

  private static Commit commit(int job, long number) {
    return new Commit(
        id(job),
        1,
        Map.of(MEMBER, Long.toString(number)),
        List.of(),
        Map.of(),
        List.of(),
        List.of("{\"n\":" + number + "}"),
        number,
        "{}",
        number,
        "running",
        false,
        JobStore.Allocations.NONE,
        null);
  }

  private void write(int job, long number, CompletableFuture<Void> end) {
    if (stopped) {
      end.complete(null);
      return;
    }
    store
        .commit(commit(job, number))
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                acknowledged(job, number);
                write(job, number + 1, end);
              } else {
                lastDoubt = failure;
                reload(job, end);
              }
            });
  }

  private void acknowledged(int job, long number) {
    acknowledged.set(job, number);
    successes.incrementAndGet(job);
    all.incrementAndGet();
    long now = System.nanoTime();
    long gap = now - lastAt.getAndSet(now);
    longestGap.accumulateAndGet(gap, Math::max);
  }

  private void reload(int job, CompletableFuture<Void> end) {
    doubts.incrementAndGet();
    store
        .load(id(job))
        .whenComplete(
            (stored, failure) -> {
              if (failure != null) {
                if (stopped) {
                  end.complete(null);
                } else {
                  vertx.setTimer(PAUSE_MS, timer -> reload(job, end));
                }
              } else {
                write(job, found(job, stored) + 1, end);
              }
            });
  }

  /** What the store has; what it lacks of what was acknowledged is counted once. */
  private long found(int job, Optional<StoredJob> stored) {
    long number = stored.map(each -> Long.parseLong(each.fields().get(MEMBER))).orElse(0L);
    long missing = acknowledged.get(job) - number;
    if (missing > 0) {
      lost.addAndGet(missing);
      acknowledged.set(job, number);
    }
    return number;
  }

  /** How many commits were acknowledged. */
  public long count() {
    return all.get();
  }

  /** Waits until each job has committed so many turns more. */
  public void writeOn(int turns) {
    long[] before = new long[successes.length()];
    Arrays.setAll(before, successes::get);
    for (int i = 0; i < before.length; i++) {
      int job = i;
      Eventually.eventually(
          "the job commits",
          () -> "%d turns, last doubt: %s".formatted(successes.get(job) - before[job], lastDoubt),
          seen -> successes.get(job) >= before[job] + turns);
    }
  }

  /** How many acknowledged commits are known to be missing by now. */
  public long lost() {
    return lost.get();
  }

  /** How often a state was loaded again, or could not be. */
  public long inDoubt() {
    return doubts.get();
  }

  /** The longest time without an acknowledged commit of any job, in milliseconds. */
  public long longestGapMs() {
    return longestGap.get() / 1_000_000;
  }

  /** Ends the writing, reads all jobs, and answers how many acknowledged commits are missing. */
  public long stop() {
    stopped = true;
    CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new)).join();
    for (int i = 0; i < acknowledged.length(); i++) {
      int job = i;
      Eventually.eventually("the job is read", () -> isRead(job));
    }
    return lost.get();
  }

  private boolean isRead(int job) {
    try {
      found(job, store.load(id(job)).toCompletableFuture().join());
      return true;
    } catch (CompletionException away) {
      return false;
    }
  }
}
