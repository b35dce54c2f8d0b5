package io.mirrorneuron.run.record;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.run.OnDemandRuns;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.record.JobEnds.EndedJob;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs without programs whose runs are written when somebody looks. Until then a run is what the
 * store has of its job, which stays as long. Thread-safe.
 */
final class OnDemandJobs implements OnDemandRuns {
  private static final Logger LOG = LoggerFactory.getLogger(OnDemandJobs.class);
  private static final int AT_ONCE = 200;
  private static final int DUE_AT_ONCE = 1000;

  /** What happens in a job that nobody but the runtime has to do with. */
  private static final Set<String> PLAIN =
      Set.of(
          "job_pending",
          "job_validated",
          "job_warnings",
          "reliability_strategy_resolved",
          "job_reliability_degraded",
          "job_scheduled",
          "job_running",
          "agent_message_received",
          "aggregator_received",
          "aggregator_duplicate_ignored",
          "job_completed");

  private final RunStore runs;
  private final RunBacklog backlog;
  private final JobStore store;

  /** Jobs that somebody has looked for and that are not written yet. */
  private final Set<String> wanted = ConcurrentHashMap.newKeySet();

  private volatile String owner;

  OnDemandJobs(RunStore runs, JobStore store) {
    this.runs = runs;
    this.backlog = runs.backlog();
    this.store = store;
    runs.unread(this);
  }

  /**
   * Has the run of a job wait, if it may; then tells what has happened in the job.
   *
   * @return its end, as it is told; null when the run is to be written now
   */
  CompletionStage<?> add(RecordedJob job, JobReading reads, JobEnds hears) {
    if (!mayWait(job)) {
      return null;
    }
    List<RecordedEvent> events =
        reads.events().toCompletableFuture().join().stream().map(RecordedEvent::parse).toList();
    boolean areAll = !events.isEmpty() && events.size() == job.eventSeq();
    if (!areAll || !events.stream().allMatch(event -> PLAIN.contains(event.type()))) {
      return null;
    }
    var manifest = Json.parseObject(reads.given(), "stored manifest");
    EndedJob.Origin origin = RecordedJob.origin(manifest);
    events.forEach(new ChangeEvents(hears, job, origin)::tell);
    runs.waits(RecordedDocuments.shown(job, manifest, events.getLast()));
    return hears.ended(job.asEnded(origin));
  }

  /** Whether nobody looks at the run of the job, and it has ended well. */
  private boolean mayWait(RecordedJob job) {
    return backlog.isOnDemand()
        && job.status().equals("completed")
        && job.runId().equals(RunId.of(job.jobId()))
        && !isWanted(job.jobId())
        && !runs.has(job.runId())
        && !runs.isWatched(job.runId());
  }

  /** Whether somebody has looked for the run of the job. */
  boolean isWanted(String jobId) {
    return wanted.contains(jobId);
  }

  /** These are written. */
  void written(Collection<String> jobIds) {
    wanted.removeAll(jobIds);
  }

  /** Whose jobs this process writes. */
  void recover(String me) {
    owner = me;
    if (!backlog.isOnDemand()) {
      store.unreadJobs().thenAccept(jobs -> jobs.forEach(this::wantOwn));
    }
  }

  private void wantOwn(String job) {
    store.owner(job).thenAccept(its -> want(job, owner.equals(its)));
  }

  private void want(String job, boolean isOurs) {
    if (isOurs && wanted.add(job)) {
      backlog.add(job);
    }
  }

  /** Has those written whose jobs are to be removed; does not block. */
  void writeDue() {
    store.dueUnreadJobs(DUE_AT_ONCE).thenAccept(jobs -> jobs.forEach(job -> want(job, true)));
  }

  /** Has all written; returns when that has begun. */
  void writeAll() {
    await(store.unreadJobs()).forEach(job -> want(job, true));
  }

  @Override
  public boolean make(String runId) {
    String job = RunId.job(runId).orElse(null);
    if (job == null || !backlog.isOnDemand() || !isOurs(job) || !await(store.isUnread(job))) {
      return runs.has(runId);
    }
    want(job, true);
    backlog.catchUp(runId);
    return runs.has(runId);
  }

  @Override
  public boolean makeAnew(String runId, String jobId) {
    if (runs.present(runId).filter(RunFolder::isOver).isEmpty()) {
      want(jobId, true);
      backlog.catchUp(runId);
    }
    return runs.has(runId);
  }

  private boolean isOurs(String job) {
    return owner != null && owner.equals(await(store.owner(job)));
  }

  @Override
  public void each(Consumer<Shown> hears) {
    if (!backlog.isOnDemand()) {
      return;
    }
    List<String> jobs = await(store.unreadJobs());
    for (int from = 0; from < jobs.size(); from += AT_ONCE) {
      jobs.subList(from, Math.min(from + AT_ONCE, jobs.size())).stream()
          .map(job -> new Read(job, store))
          .toList()
          .forEach(read -> read.tell(owner, hears));
    }
  }

  /** Pending reads of one; those of a batch are sent together. */
  private record Read(
      String job,
      CompletionStage<String> owner,
      CompletionStage<String> row,
      CompletionStage<String> manifest,
      CompletionStage<List<StoredEvent>> last) {

    Read(String job, JobStore store) {
      this(job, store.owner(job), store.row(job), store.manifest(job), store.lastEvents(job, 1));
    }

    void tell(String me, Consumer<Shown> hears) {
      try {
        String text = await(row);
        List<StoredEvent> events = await(last);
        if (text == null || events.isEmpty() || !Objects.equals(me, await(owner))) {
          return;
        }
        var written = Json.parseObject(await(manifest), "stored manifest");
        hears.accept(
            RecordedDocuments.shown(
                RecordedJob.parse(text), written, RecordedEvent.parse(events.getLast())));
      } catch (MnException e) {
        if (!e.isJobDamaged()) {
          throw e;
        }
        LOG.warn("the run of job {} is not listed: {}", job, e.getMessage());
      }
    }
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof MnException known ? known : e;
    }
  }
}
