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
 * itself. One thread, the recorder's, works it off. Any thread may add jobs or wait until those
 * that are behind now are written. Once closed it stays closed: a later recorder needs another
 * store.
 */
public final class RunBacklog implements RunWriter, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunBacklog.class);

  /** How long a reader waits for the recorder at most. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int BATCH = 64;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int MOST_AT_REST = 10_000;

  private final boolean onDemand;
  private final SequencedSet<String> waiting = new LinkedHashSet<>();

  /** Jobs that are not waiting yet. */
  private final PutOff later = new PutOff();

  private final Set<String> underWay = new HashSet<>();
  private final BacklogReaders readers = new BacklogReaders();
  private CompletableFuture<?> search = CompletableFuture.completedFuture(null);
  private boolean closed;
  private boolean away;

  /** Until when {@link #next} sleeps at most, unless it is woken. */
  private long sleeps = Long.MAX_VALUE;

  /** Each run is written, also when nobody looks. */
  public RunBacklog() {
    this(false);
  }

  /**
   * @param onDemand whether runs of jobs without programs wait until somebody looks
   */
  public RunBacklog(boolean onDemand) {
    this.onDemand = onDemand;
  }

  public boolean isOnDemand() {
    return onDemand;
  }

  /** What an earlier process left is being looked for: until then any run may be behind. */
  public synchronized void awaits(CompletionStage<?> looking) {
    search = looking.toCompletableFuture();
  }

  /** The job is to be written next. Does not block. */
  public synchronized void add(String jobId) {
    later.remove(jobId);
    if (waiting.add(jobId) && waiting.size() == 1) {
      notifyAll();
    }
  }

  /**
   * The job is to be written before long, so that all that happens to it until then is written at
   * once; earlier when somebody asks for it. Does not block.
   */
  public synchronized void addLater(String jobId) {
    if (waiting.contains(jobId)) {
      return;
    }
    if (later.add(jobId, System.nanoTime()) && later.nextDue() < sleeps) {
      notifyAll();
    }
  }

  /** Somebody looks at the run from now on. Does not block. */
  @Override
  public synchronized void hurry(String runId) {
    hurryJob(RunId.job(runId).orElse(runId));
  }

  private void hurryJob(String jobId) {
    if (later.remove(jobId)) {
      waiting.addFirst(jobId);
    } else if (!isBehindWith(jobId)) { // whose run it is is not known
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
   * <p>If the run is named after its job, as by default, that job is written first; for other
   * names, everything that is behind is waited for.
   */
  @Override
  public boolean catchUp(String runId) {
    return awaitOrWarn(RunId.job(runId).orElse(runId));
  }

  /** The same for all runs. */
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
   * @param wanted if this one is behind, it is the next and the only one that is waited for
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
    return search.exceptionally(_ -> null); // the store is away: nobody waits for it here
  }

  /**
   * The next jobs to write; the caller must report {@link #written} or {@link #unavailable} for
   * them.
   *
   * @param idle how long to wait for jobs; zero for ever
   * @return none when that was over, null when closed and nothing is left
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

  /** Moves jobs whose time has come; how long to wait for the next one, in nanoseconds. */
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
   * The store is away, so nobody is to wait for it here. The batch stays behind.
   *
   * @return after a while, whether to go on
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
   * times as long as it works, unless somebody waits for it or too much has piled up.
   */
  public synchronized void rest(long workedNanos) throws InterruptedException {
    long until = System.nanoTime() + Math.min(REST_NANOS, 3 * workedNanos);
    long left = until - System.nanoTime();
    while (left > 0 && !closed && readers.isEmpty() && waiting.size() < MOST_AT_REST) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = until - System.nanoTime();
    }
  }

  /** Jobs that are behind are still handed out, without pauses. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Those who wait until the runs of some jobs are written. Guarded by their backlog. */
  private static final class BacklogReaders {
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

  /**
   * Jobs whose folders nobody looks at and that may be behind for a while: for half a second, and a
   * fiftieth more for each that there were since the last time that some were due, as running many
   * jobs goes before recording them. A job that is over by then is written once. The time is that
   * of {@link System#nanoTime}. Not thread-safe.
   */
  static final class PutOff {
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Since when each is put off, the earliest first. */
    private final SequencedMap<String, Long> since = new LinkedHashMap<>();

    /** How many there were. */
    private int most;

    /** Answers false when it is put off already, and stays so from then. */
    boolean add(String jobId, long now) {
      int before = since.size();
      boolean isNew = since.putIfAbsent(jobId, now) == null;
      most = before == 0 ? 1 : Math.max(most, since.size());
      return isNew;
    }

    /** Answers false when it was not put off. */
    boolean remove(String jobId) {
      return since.remove(jobId) != null;
    }

    boolean contains(String jobId) {
      return since.containsKey(jobId);
    }

    boolean isEmpty() {
      return since.isEmpty();
    }

    /** Takes all of them. */
    List<String> takeAll() {
      List<String> all = new ArrayList<>(since.keySet());
      since.clear();
      return all;
    }

    /** Takes those whose time has come. */
    List<String> takeDue(long now) {
      List<String> due = new ArrayList<>();
      while (!since.isEmpty() && nextDue() <= now) {
        due.add(since.pollFirstEntry().getKey());
      }
      most = due.isEmpty() ? most : since.size();
      return due;
    }

    /** When the first of them is due if no more come; there must be one. */
    long nextDue() {
      long pace = Math.min(LONGEST_NANOS, PACE_NANOS + EACH_NANOS * (most - 1));
      return since.firstEntry().getValue() + pace;
    }
  }
}
