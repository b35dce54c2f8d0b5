package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the folders of runs as the store has their jobs: behind the commits, never before them, and
 * never twice. What is missing after a crash is found by looking into the folder. One thread; it
 * reads a batch of jobs from the store at a time.
 */
public final class RunRecorder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunRecorder.class);
  private static final int EVENTS = 1000;
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** How often runs that cannot be written are tried again: disks are given room, folders back. */
  private static final Duration REPAIR = Duration.ofSeconds(5);

  /** How often the files of running programs are looked at: they may cut off what they wrote. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final RunStore runs;
  private final JobStore store;
  private final Consumer<String> beforeEnd;
  private final RunBacklog backlog;
  private final Storage storage;
  private final Thread thread;

  /** By job; only of jobs that are not recorded to their end. Confined to the thread. */
  private final Map<String, Recording> recordings = new HashMap<>();

  /** Jobs whose runs could not be written when it was last tried. Confined to the thread. */
  private final Set<String> failing = new HashSet<>();

  private long looked = System.nanoTime();
  private long repaired = looked;

  /**
   * @param runs written by this process
   * @param beforeEnd told the id of a run whose job has ended, before its folder is finished;
   *     writes what it still has of it
   * @param storage is told of writes that a disk refused, and tells people
   */
  public RunRecorder(RunStore runs, JobStore store, Consumer<String> beforeEnd, Storage storage) {
    this.runs = runs;
    this.backlog = runs.backlog();
    this.store = store;
    this.beforeEnd = beforeEnd;
    this.storage = storage;
    this.thread = Thread.ofPlatform().daemon().name("mn-run-recorder").start(this::work);
  }

  /** Something was committed of the job. Any thread; does not block. */
  public void changed(String jobId) {
    backlog.add(jobId);
  }

  /**
   * Goes on with the runs of this owner's jobs that an earlier process did not write to the end.
   */
  public CompletionStage<Void> recover(String owner) {
    return store.unrecordedJobs().thenAccept(jobs -> jobs.forEach(job -> recover(job, owner)));
  }

  private void recover(String job, String owner) {
    store
        .owner(job)
        .thenAccept(
            its -> {
              if (its == null || its.equals(owner)) {
                changed(job);
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

  /** Waits no longer for jobs than until it is time to look at files. */
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
                  recording.getValue().look();
                } catch (RuntimeException e) {
                  failed(recording.getKey(), e);
                }
              });
    }
    if (System.nanoTime() - repaired >= REPAIR.toNanos()) {
      repaired = System.nanoTime();
      failing.forEach(this::changed);
    }
  }

  /** Logged once; what the folder has by then is found when it is tried again. */
  private void failed(String job, RuntimeException why) {
    recordings.remove(job);
    if (Storage.isFull(storage.explained(why))) {
      failing.add(job);
      LOG.debug("the run of job {} cannot be written: {}", job, why.getMessage());
    } else if (failing.add(job)) {
      Throwable details = failing.size() == 1 ? why : null; // a folder that is away fails them all
      LOG.error(
          "the run of job {} cannot be written, it will be tried again: {}",
          job,
          why.getMessage(),
          details);
    }
  }

  /** All that a batch needs is asked for at once. */
  private record Asked(
      String jobId,
      CompletionStage<String> row,
      CompletionStage<List<StoredEvent>> events,
      CompletionStage<String> manifest) {}

  /** Answers whether the store could be read. */
  private boolean record(List<String> jobs) {
    List<Asked> questions = new ArrayList<>();
    for (String job : jobs) {
      Recording known = recordings.get(job);
      questions.add(
          new Asked(
              job,
              store.row(job),
              store.events(job, known == null ? 0 : known.recorded(), EVENTS),
              known == null ? store.manifest(job) : null));
    }
    List<String> ended = new ArrayList<>();
    try {
      for (Asked question : questions) {
        if (record(question)) {
          ended.add(question.jobId());
        }
      }
      if (!ended.isEmpty()) {
        await(store.recorded(ended));
        ended.forEach(recordings::remove);
      }
      return true;
    } catch (CompletionException e) {
      if (!Storage.isFull(e.getCause())) {
        LOG.warn("the run store waits for the store of jobs: {}", String.valueOf(e.getCause()));
      }
      return false;
    }
  }

  /** Answers whether the job's run is written to its end. */
  private boolean record(Asked question) {
    String job = question.jobId();
    String text = await(question.row());
    List<StoredEvent> events = await(question.events());
    try {
      if (text == null) {
        failing.remove(job);
        return true; // removed; what was written of its run stays
      }
      ObjectNode row = Json.parseObject(text, "stored row");
      Recording recording = recordings.get(job);
      if (recording == null) {
        if (!RunId.isRunId(row.path("run_id").asText())) {
          return true;
        }
        ObjectNode manifest = Json.parseObject(await(question.manifest()), "stored manifest");
        recording =
            new Recording(
                runs, row, manifest, after -> await(store.events(job, after, EVENTS)), beforeEnd);
        recordings.put(job, recording);
      }
      recording.record(row, events);
      failing.remove(job);
      return recording.isOver();
    } catch (CompletionException e) {
      throw e;
    } catch (RuntimeException e) {
      failed(job, e);
      return false;
    }
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
