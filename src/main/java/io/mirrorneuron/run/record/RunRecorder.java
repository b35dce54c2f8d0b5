package io.mirrorneuron.run.record;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the folders of runs up to what the store has of their jobs: at the end of a job, when it
 * asks people, as long as somebody looks, and else from time to time. What is missing after a crash
 * is found by reading the folder, and written once. One thread, which reads a batch of jobs from
 * the store at a time.
 */
public final class RunRecorder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunRecorder.class);
  private static final int EVENTS = 1000;
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** How often the logs of running programs are journalled: programs may truncate them. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final RunStore runs;
  private final JobStore store;
  private final Consumer<String> beforeEnd;
  private final JobEnds ends;
  private final RunBacklog backlog;
  private final OnDemandJobs unread;
  private final Thread thread;
  private final OpenRecordings recordings = new OpenRecordings();

  /** Confined to the thread. */
  private final FailingRuns failing;

  private long looked = System.nanoTime();

  /**
   * @param runs written by this process
   * @param beforeEnd is given the id of a run whose job has ended, before its folder is completed:
   *     writes the output of its programs that is still in memory
   * @param ends hears of jobs whose folders are complete, before they count as recorded
   * @param storage is given failed writes, and reports a full disk
   */
  public RunRecorder(
      RunStore runs, JobStore store, Consumer<String> beforeEnd, JobEnds ends, Storage storage) {
    this.ends = ends;
    this.runs = runs;
    this.backlog = runs.backlog();
    this.store = store;
    this.beforeEnd = beforeEnd;
    this.failing = new FailingRuns(storage);
    this.unread = new OnDemandJobs(runs, store);
    this.thread = Thread.ofPlatform().daemon().name("mn-run-recorder").start(this::work);
  }

  /**
   * Must be called after each commit of a job. Any thread; does not block.
   *
   * @param isPressing whether its run is to be written at once: the job has ended, or asks people.
   *     Otherwise that waits for more, unless somebody looks at the run
   */
  public void changed(String jobId, boolean isPressing) {
    if (isPressing || runs.isWatched(recordings.runOf(jobId))) {
      backlog.add(jobId);
    } else {
      backlog.addLater(jobId);
    }
  }

  /** Records this owner's jobs that an earlier process did not record to their end. */
  public CompletionStage<Void> recover(String owner) {
    unread.recover(owner);
    CompletionStage<Void> search =
        store
            .unrecordedJobs()
            .thenCompose(
                jobs ->
                    CompletableFuture.allOf(
                        jobs.stream()
                            .map(job -> recover(job, owner).toCompletableFuture())
                            .toArray(CompletableFuture[]::new)));
    backlog.awaits(search);
    return search;
  }

  private CompletionStage<Void> recover(String job, String owner) {
    return store
        .owner(job)
        .thenAccept(
            its -> {
              if (its == null || its.equals(owner)) {
                changed(job, true);
              }
            });
  }

  /**
   * Returns when all that was committed before the call is in the run store; earlier when the store
   * of jobs is away, or after a while.
   *
   * @return false when that was not long enough
   */
  public boolean catchUp() {
    return backlog.catchUp();
  }

  /** As {@link #catchUp}, with the runs that wait for somebody to look. */
  public boolean writeAll() {
    catchUp(); // runs of jobs that have just ended count as waiting only then
    unread.writeAll();
    return catchUp();
  }

  /** Has runs written that wait for somebody to look, where their jobs are to go; not blocking. */
  public void writeDue() {
    unread.writeDue();
  }

  private void work() {
    try {
      for (List<String> batch = next(); batch != null; batch = next()) {
        long start = System.nanoTime();
        if (record(batch)) {
          backlog.written(batch);
          backlog.rest(System.nanoTime() - start);
        } else if (!backlog.unavailable(batch, RETRY)) {
          return;
        }
        look();
      }
    } catch (InterruptedException e) {
      LOG.debug("the run recorder was interrupted");
    }
  }

  /** Waits for jobs; while programs run or runs fail, not longer than {@link #LOOK}. */
  private List<String> next() throws InterruptedException {
    boolean looks = !failing.isEmpty() || recordings.havePrograms();
    return backlog.next(looks ? LOOK : Duration.ZERO);
  }

  private void look() {
    if (System.nanoTime() - looked >= LOOK.toNanos()) {
      looked = System.nanoTime();
      recordings.journalLogs(this::failed);
    }
    failing.retry(backlog::add);
  }

  /** Forgets how far the recording has come. */
  private void failed(String job, RuntimeException why) {
    recordings.forget(job);
    failing.add(job, why);
  }

  /** Answers false when the store could not be read; the batch must then be tried again. */
  private boolean record(List<String> jobs) {
    List<JobReading> all = new ArrayList<>();
    jobs.stream().filter(unread::isWanted).forEach(recordings::forget); // others have told of them
    for (String job : jobs) {
      all.add(JobReading.of(store, job, recordings.recorded(job), EVENTS));
    }
    EndedBatch ended = new EndedBatch();
    try {
      all.forEach(reads -> record(reads, ended));
      List<String> written = ended.settle(store);
      recordings.close(written);
      unread.written(written);
      return true;
    } catch (CompletionException e) {
      if (!Storage.isFull(e.getCause())) {
        LOG.warn("the run store waits for the store of jobs: {}", String.valueOf(e.getCause()));
      }
      return false;
    }
  }

  private void record(JobReading reads, EndedBatch ended) {
    String job = reads.jobId();
    try {
      String text = await(reads.row());
      RecordedJob row = text == null ? null : RecordedJob.parse(text);
      boolean isShown = row != null && RunId.isRunId(row.runId());
      boolean isNew = isShown && recordings.get(job) == null;
      CompletionStage<?> end = isNew ? unread.add(row, reads, ends) : null;
      if (end != null) {
        ended.unread(job, end);
      } else if (!isShown || isWritten(row, reads)) { // what was removed has its run as it is
        ended(reads, ended);
      }
      if (!isShown) {
        failing.remove(job);
      }
    } catch (CompletionException e) {
      if (e.getCause() instanceof MnException damage && damage.isJobDamaged()) {
        failed(job, damage); // of this job only
        return;
      }
      throw e;
    } catch (RuntimeException e) {
      failed(job, e);
    }
  }

  private void ended(JobReading reads, EndedBatch ended) {
    String job = reads.jobId();
    if (unread.isWanted(job)) {
      ended.read(job);
    } else {
      ended.recorded(job, ends.ended(reads.ended(recordings.get(job))));
    }
  }

  /** Writes what is new; answers whether there is nothing left to record of the job. */
  private boolean isWritten(RecordedJob row, JobReading reads) {
    Recording recording = recordings.of(row, () -> begun(row, reads));
    recording.record(row, await(reads.events()));
    recording.news().tell(ends, row, recording.origin());
    failing.remove(reads.jobId());
    return recording.isOver();
  }

  private Recording begun(RecordedJob row, JobReading reads) {
    String job = reads.jobId();
    return new Recording(
        runs,
        row,
        Json.parseObject(reads.given(), "stored manifest"),
        after -> await(store.events(job, after, EVENTS)),
        beforeEnd,
        unread.isWanted(job) ? reported -> CompletableFuture.completedStage(null) : ends);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  /** Writes what is committed by now, then stops. */
  @Override
  public void close() {
    backlog.close();
    try {
      thread.join(STOP_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Jobs of which nothing is left to record for now, until that is told and noted. */
  private static final class EndedBatch {
    private final List<CompletionStage<?>> reported = new ArrayList<>();
    private final List<String> recorded = new ArrayList<>();
    private final List<String> unread = new ArrayList<>();
    private final List<String> read = new ArrayList<>();

    /** The run is written to the end, or there is none. */
    void recorded(String job, CompletionStage<?> end) {
      reported.add(end);
      recorded.add(job);
    }

    /** The run is to be written when somebody looks. */
    void unread(String job, CompletionStage<?> end) {
      reported.add(end);
      unread.add(job);
    }

    /** The same is written now; its end was told before. */
    void read(String job) {
      read.add(job);
    }

    /**
     * Notes it once everybody has heard.
     *
     * @return jobs whose runs are written
     * @throws java.util.concurrent.CompletionException when the store is away
     */
    List<String> settle(JobStore store) {
      reported.forEach(end -> end.toCompletableFuture().join());
      if (!recorded.isEmpty()) {
        store.recorded(recorded).toCompletableFuture().join();
      }
      if (!unread.isEmpty()) {
        store.unread(unread).toCompletableFuture().join();
      }
      if (!read.isEmpty()) {
        store.read(read).toCompletableFuture().join();
      }
      recorded.addAll(read);
      return recorded;
    }
  }

  /** The jobs whose runs could not be written when it was last tried. For one thread. */
  private static final class FailingRuns {
    private static final Logger LOG = LoggerFactory.getLogger(FailingRuns.class);

    /** How often they are tried again: a full disk may have room again. */
    private static final Duration REPAIR = Duration.ofSeconds(5);

    private final Storage storage;
    private final Set<String> jobs = new HashSet<>();
    private long retried = System.nanoTime();

    /**
     * @param storage is given failed writes, and reports a full disk
     */
    FailingRuns(Storage storage) {
      this.storage = storage;
    }

    boolean isEmpty() {
      return jobs.isEmpty();
    }

    /** Logs a failure, once for each job. */
    void add(String job, RuntimeException why) {
      if (Storage.isFull(storage.explained(why))) {
        jobs.add(job);
        LOG.debug("the run of job {} cannot be written: {}", job, why.getMessage());
      } else if (jobs.add(job)) {
        boolean isNews = jobs.size() == 1; // when the root is unreachable, all fail alike
        Throwable details = isNews && !(why instanceof MnException) ? why : null;
        String reported = "the run of job {} cannot be written, it will be tried again: {}";
        LOG.error(reported, job, why.getMessage(), details);
      }
    }

    void remove(String job) {
      jobs.remove(job);
    }

    /** Tells all of them from time to time. */
    void retry(Consumer<String> again) {
      if (System.nanoTime() - retried >= REPAIR.toNanos()) {
        retried = System.nanoTime();
        jobs.forEach(again);
      }
    }
  }

  /** Of jobs that are not recorded to their end. Confined to one thread, but for {@link #runOf}. */
  private static final class OpenRecordings {
    private final Map<String, Recording> recordings = new HashMap<>();

    /** The runs of these jobs that are not named after them. */
    private final Map<String, String> named = new ConcurrentHashMap<>();

    /** The run of the job, as far as it is known. Any thread. */
    String runOf(String job) {
      return named.getOrDefault(job, RunId.of(job));
    }

    /** Null when there is none. */
    Recording get(String job) {
      return recordings.get(job);
    }

    /** The number of the last event that is recorded; -1 when there is no recording. */
    long recorded(String job) {
      Recording known = recordings.get(job);
      return known == null ? -1 : known.recorded();
    }

    Recording of(RecordedJob job, Supplier<Recording> begin) {
      Recording known = recordings.get(job.jobId());
      if (known == null) {
        known = begin.get();
        recordings.put(job.jobId(), known);
        if (!job.runId().equals(RunId.of(job.jobId()))) {
          named.put(job.jobId(), job.runId());
        }
      }
      return known;
    }

    /** Whether programs may be writing into one of the folders. */
    boolean havePrograms() {
      return recordings.values().stream().anyMatch(Recording::hasPrograms);
    }

    /**
     * See {@link Recording#journalLogs}.
     *
     * @param failed is given the job and what is wrong with it
     */
    void journalLogs(BiConsumer<String, RuntimeException> failed) {
      new ArrayList<>(recordings.entrySet())
          .forEach(
              recording -> {
                try {
                  recording.getValue().journalLogs();
                } catch (RuntimeException e) {
                  failed.accept(recording.getKey(), e);
                }
              });
    }

    /** How far it has come is not known any more. */
    void forget(String job) {
      recordings.remove(job);
    }

    /** They are recorded to their end. */
    void close(Collection<String> jobs) {
      recordings.keySet().removeAll(jobs);
      named.keySet().removeAll(jobs);
    }
  }
}
