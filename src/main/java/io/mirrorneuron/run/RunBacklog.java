package io.mirrorneuron.run;

import io.mirrorneuron.model.RunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of jobs whose run folders are behind the committed state, in a process that writes runs
 * itself. The recorder's thread consumes it; any thread may add jobs or wait until the jobs now
 * behind are written. A closed backlog stays closed: a later recorder needs another store.
 */
public final class RunBacklog implements RunWriter, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunBacklog.class);

  /** The longest time that a reader waits for the recorder. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int BATCH = 64;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int MOST_AT_REST = 10_000;

  private final boolean onDemand;
  private final SequencedSet<String> waiting = new LinkedHashSet<>();

  /** Jobs that are delayed and not yet in the queue. */
  private final PutOff later = new PutOff();

  private final Set<String> underWay = new HashSet<>();
  private final BacklogReaders readers = new BacklogReaders();
  private CompletableFuture<?> search = CompletableFuture.completedFuture(null);
  private boolean closed;
  private boolean away;

  /** The latest time at which {@link #next} wakes up by itself. */
  private long sleeps = Long.MAX_VALUE;

  /** A backlog in which each run is written, also without readers. */
  public RunBacklog() {
    this(false);
  }

  /**
   * @param onDemand whether runs of jobs without programs wait for their first reader
   */
  public RunBacklog(boolean onDemand) {
    this.onDemand = onDemand;
  }

  public boolean isOnDemand() {
    return onDemand;
  }

  /**
   * Until this search for the jobs that an earlier process left is complete, any run may be behind.
   */
  public synchronized void awaits(CompletionStage<?> looking) {
    search = looking.toCompletableFuture();
  }

  /** Queues the job. Does not block. */
  public synchronized void add(String jobId) {
    later.remove(jobId);
    if (waiting.add(jobId) && waiting.size() == 1) {
      notifyAll();
    }
  }

  /**
   * Queues the job after a short delay, so that its events until then are written at once; a reader
   * ends the delay. Does not block.
   */
  public synchronized void addLater(String jobId) {
    if (waiting.contains(jobId)) {
      return;
    }
    if (later.add(jobId, System.nanoTime()) && later.nextDue() < sleeps) {
      notifyAll();
    }
  }

  /** Ends the delay of the run's job, because the run has a reader. Does not block. */
  @Override
  public synchronized void hurry(String runId) {
    hurryJob(RunId.job(runId).orElse(runId));
  }

  private void hurryJob(String jobId) {
    if (later.remove(jobId)) {
      waiting.addFirst(jobId);
    } else if (!isBehindWith(jobId)) { // the job of this run is not known
      waiting.addAll(later.takeAll());
    }
    notifyAll();
  }

  @Override
  public synchronized boolean isBehind(String runId) {
    return isBehindWith(RunId.job(runId).orElse(runId));
  }

  @Override
  public synchronized boolean mayBeBehind(String runId) {
    boolean isSomething =
        !search.isDone() || !waiting.isEmpty() || !later.isEmpty() || !underWay.isEmpty();
    return isSomething && (RunId.job(runId).isEmpty() || isBehind(runId));
  }

  private boolean isBehindWith(String jobId) {
    return !search.isDone()
        || waiting.contains(jobId)
        || later.contains(jobId)
        || underWay.contains(jobId);
  }

  /**
   * {@inheritDoc}
   *
   * <p>If the run is named after its job, as by default, that job is written first; for other names
   * the call waits for all jobs that are behind.
   */
  @Override
  public boolean catchUp(String runId) {
    return awaitOrWarn(RunId.job(runId).orElse(runId));
  }

  /** As {@link #catchUp(String)}, for all runs. */
  public boolean catchUp() {
    return awaitOrWarn("");
  }

  private boolean awaitOrWarn(String jobId) {
    try {
      await(jobId, PATIENCE);
      return true;
    } catch (TimeoutException e) {
      LOG.warn("the run store is more than {} behind the jobs", PATIENCE);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Returns when the jobs that are behind now are written; at once while the store is away.
   *
   * @param wanted if this job is behind, it is written next and the call waits for no other job
   * @throws TimeoutException when that takes longer
   */
  void await(String wanted, Duration patience) throws TimeoutException, InterruptedException {
    BacklogReaders.await(whatIsLeft(), patience);
    CompletableFuture<Void> done;
    synchronized (this) {
      hurryJob(wanted);
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
      done = readers.add(jobs);
      notifyAll();
    }
    BacklogReaders.await(done, patience);
  }

  private synchronized CompletableFuture<?> whatIsLeft() {
    return search.exceptionally(_ -> null); // the store is away: readers do not wait for it here
  }

  /**
   * The next jobs to write. For these the caller must call {@link #written} or {@link
   * #unavailable}.
   *
   * @param idle the longest wait for jobs; zero for no limit
   * @return empty after that time; null when the backlog is closed and empty
   */
  public synchronized List<String> next(Duration idle) throws InterruptedException {
    long until = idle.isZero() ? Long.MAX_VALUE : System.nanoTime() + idle.toNanos();
    for (long left = untilDue(until); waiting.isEmpty() && left > 0; left = untilDue(until)) {
      sleeps = left == Long.MAX_VALUE ? left : System.nanoTime() + left;
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    if (waiting.isEmpty()) {
      return closed ? null : List.of();
    }
    List<String> batch = waiting.stream().limit(BATCH).toList();
    batch.forEach(waiting::remove);
    underWay.addAll(batch);
    return batch;
  }

  /** Queues jobs whose delay is over; returns the nanoseconds until the next delay ends. */
  private long untilDue(long until) {
    long now = System.nanoTime();
    waiting.addAll(closed ? later.takeAll() : later.takeDue(now));
    long next = later.isEmpty() ? until : Math.min(until, later.nextDue());
    return closed ? 0 : next == Long.MAX_VALUE ? next : next - now;
  }

  public synchronized void written(List<String> batch) {
    away = false;
    underWay.clear();
    readers.written(batch);
  }

  /**
   * The store is away: releases waiting readers, keeps the batch queued, and pauses.
   *
   * @return whether to go on
   */
  public synchronized boolean unavailable(List<String> batch, Duration pause)
      throws InterruptedException {
    underWay.clear();
    waiting.addAll(batch);
    readers.letGo();
    away = true;
    if (!closed) {
      wait(pause.toMillis());
    }
    return !closed;
  }

  /**
   * Running jobs have priority over recording them: while there are many, the writer pauses three
   * times as long as it works, unless a reader waits for it or the queue is too long.
   */
  public synchronized void rest(long workedNanos) throws InterruptedException {
    long until = System.nanoTime() + Math.min(REST_NANOS, 3 * workedNanos);
    long left = until - System.nanoTime();
    while (left > 0 && !closed && readers.isEmpty() && waiting.size() < MOST_AT_REST) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = until - System.nanoTime();
    }
  }

  /** Jobs still queued are handed out without pauses. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Readers that wait until the runs of some jobs are written. Guarded by their backlog. */
  private static final class BacklogReaders {
    private final Map<CompletableFuture<Void>, Set<String>> asked = new HashMap<>();

    boolean isEmpty() {
      return asked.isEmpty();
    }

    /**
     * @param jobs owned by this object afterwards
     * @return completed when all of them are written
     */
    CompletableFuture<Void> add(Set<String> jobs) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      asked.put(done, jobs);
      return done;
    }

    /** Must be called without the lock. */
    static void await(CompletableFuture<?> done, Duration patience)
        throws TimeoutException, InterruptedException {
      try {
        done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // it never completes exceptionally
      }
    }

    void written(Collection<String> jobs) {
      asked.values().forEach(left -> jobs.forEach(left::remove));
      asked.entrySet().removeIf(one -> one.getValue().isEmpty() && one.getKey().complete(null));
    }

    /** Releases all waiting readers. */
    void letGo() {
      asked.keySet().forEach(one -> one.complete(null));
      asked.clear();
    }
  }

  /**
   * Jobs whose folders have no reader and may stay behind for a while: half a second, plus a
   * fiftieth of it for each job delayed since some last became ready, as running many jobs goes
   * before recording them. A job that ends during the delay is written once. Times are those of
   * {@link System#nanoTime}. Not thread-safe.
   */
  static final class PutOff {
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** When the delay of each began, the earliest first. */
    private final SequencedMap<String, Long> since = new LinkedHashMap<>();

    /** The largest number of delayed jobs since some last became ready. */
    private int most;

    /** Returns false when the job is delayed already; its time stays. */
    boolean add(String jobId, long now) {
      int before = since.size();
      boolean isNew = since.putIfAbsent(jobId, now) == null;
      most = before == 0 ? 1 : Math.max(most, since.size());
      return isNew;
    }

    /** Returns false when the job was not delayed. */
    boolean remove(String jobId) {
      return since.remove(jobId) != null;
    }

    boolean contains(String jobId) {
      return since.containsKey(jobId);
    }

    boolean isEmpty() {
      return since.isEmpty();
    }

    List<String> takeAll() {
      List<String> all = new ArrayList<>(since.keySet());
      since.clear();
      return all;
    }

    /** Takes the jobs whose delay is over. */
    List<String> takeDue(long now) {
      List<String> due = new ArrayList<>();
      while (!since.isEmpty() && nextDue() <= now) {
        due.add(since.pollFirstEntry().getKey());
      }
      most = due.isEmpty() ? most : since.size();
      return due;
    }

    /** When the first delay ends if no more jobs come; there must be at least one job. */
    long nextDue() {
      long pace = Math.min(LONGEST_NANOS, PACE_NANOS + EACH_NANOS * (most - 1));
      return since.firstEntry().getValue() + pace;
    }
  }
}
