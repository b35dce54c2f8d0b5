package io.mirrorneuron.run.record;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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
  private final Thread thread;

  /** By job; only of jobs that are not recorded to their end. Confined to the thread. */
  private final Map<String, Recording> recordings = new HashMap<>();

  /** The runs of these jobs that are not named after them. */
  private final Map<String, String> named = new ConcurrentHashMap<>();

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
    this.thread = Thread.ofPlatform().daemon().name("mn-run-recorder").start(this::work);
  }

  /**
   * Must be called after each commit of a job. Any thread; does not block.
   *
   * @param isPressing whether its run is to be written at once: the job has ended, or asks people.
   *     Otherwise that waits for more, unless somebody looks at the run
   */
  public void changed(String jobId, boolean isPressing) {
    if (isPressing || runs.isWatched(named.getOrDefault(jobId, RunId.of(jobId)))) {
      backlog.add(jobId);
    } else {
      backlog.addLater(jobId);
    }
  }

  /** Records this owner's jobs that an earlier process did not record to their end. */
  public CompletionStage<Void> recover(String owner) {
    return store.unrecordedJobs().thenAccept(jobs -> jobs.forEach(job -> recover(job, owner)));
  }

  private void recover(String job, String owner) {
    store
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
    boolean looks =
        !failing.isEmpty() || recordings.values().stream().anyMatch(Recording::hasPrograms);
    return backlog.next(looks ? LOOK : Duration.ZERO);
  }

  private void look() {
    if (System.nanoTime() - looked >= LOOK.toNanos()) {
      looked = System.nanoTime();
      new ArrayList<>(recordings.entrySet())
          .forEach(
              recording -> {
                try {
                  recording.getValue().journalLogs();
                } catch (RuntimeException e) {
                  failed(recording.getKey(), e);
                }
              });
    }
    failing.retry(backlog::add);
  }

  /** Forgets how far the recording has come. */
  private void failed(String job, RuntimeException why) {
    recordings.remove(job);
    failing.add(job, why);
  }

  /** Answers false when the store could not be read; the batch must then be tried again. */
  private boolean record(List<String> jobs) {
    List<JobReading> all = new ArrayList<>();
    for (String job : jobs) {
      Recording known = recordings.get(job);
      all.add(JobReading.of(store, job, known == null ? -1 : known.recorded(), EVENTS));
    }
    List<String> ended = new ArrayList<>();
    List<CompletionStage<?>> told = new ArrayList<>();
    try {
      for (JobReading reads : all) {
        if (record(reads)) {
          ended.add(reads.jobId());
          told.add(ends.ended(reads.ended(recordings.get(reads.jobId()))));
        }
      }
      if (!ended.isEmpty()) {
        told.forEach(RunRecorder::await);
        await(store.recorded(ended));
        recordings.keySet().removeAll(ended);
        named.keySet().removeAll(ended);
      }
      return true;
    } catch (CompletionException e) {
      if (!Storage.isFull(e.getCause())) {
        LOG.warn("the run store waits for the store of jobs: {}", String.valueOf(e.getCause()));
      }
      return false;
    }
  }

  /** Answers whether there is nothing left to record of the job. */
  private boolean record(JobReading reads) {
    String job = reads.jobId();
    try {
      String text = await(reads.row());
      List<StoredEvent> events = await(reads.events());
      if (text == null) {
        failing.remove(job);
        return true; // removed; its run stays as it is
      }
      RecordedJob row = RecordedJob.parse(text);
      if (!RunId.isRunId(row.runId())) {
        return true;
      }
      Recording recording = recordings.computeIfAbsent(job, one -> begun(row, reads));
      recording.record(row, events);
      recording.news().tell(ends, row, recording.origin());
      failing.remove(job);
      return recording.isOver();
    } catch (CompletionException e) {
      if (e.getCause() instanceof MnException damage && damage.isJobDamaged()) {
        failed(job, damage); // of this job only
        return false;
      }
      throw e;
    } catch (RuntimeException e) {
      failed(job, e);
      return false;
    }
  }

  private Recording begun(RecordedJob row, JobReading reads) {
    String job = reads.jobId();
    if (!row.runId().equals(RunId.of(job))) {
      named.put(job, row.runId());
    }
    return new Recording(
        runs,
        row,
        Json.parseObject(await(reads.manifest()), "stored manifest"),
        after -> await(store.events(job, after, EVENTS)),
        beforeEnd,
        ends);
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
}
