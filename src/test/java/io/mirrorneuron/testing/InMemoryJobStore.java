package io.mirrorneuron.testing;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.EndedJobs;
import io.mirrorneuron.store.JobStore.JobHolder;
import io.mirrorneuron.store.JobStore.RowsWanted;
import io.mirrorneuron.store.ListedRow;
import io.mirrorneuron.store.RankedJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The job store as plain maps; answers at once, on the calling thread. Keeps an index beside the
 * jobs as the scripts of the real one do, so that a count can be wrong here too.
 */
public final class InMemoryJobStore implements JobStore, EndedJobs {
  private static final class Job {
    long epoch = 1;
    String owner;
    String manifest;
    String row;
    long updatedAt;
    String status;
    boolean terminal;
    final Map<String, String> fields = new LinkedHashMap<>();
    final Map<String, String> blobs = new LinkedHashMap<>();
    final List<StoredEvent> events = new ArrayList<>();
  }

  private static final Duration KEPT = Duration.ofDays(7);

  private final int eventsPerJob;
  private final LongSupplier now;
  private final Map<String, Set<String>> index = new TreeMap<>();
  private final Map<String, Long> leaving = new LinkedHashMap<>();
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final Set<String> unrecorded = new LinkedHashSet<>();
  private final Set<String> unread = new LinkedHashSet<>();
  private final Map<String, String> keys = new LinkedHashMap<>();
  private final Map<String, String> runs = new LinkedHashMap<>();
  private final Map<String, String> allocations = new LinkedHashMap<>();

  public InMemoryJobStore() {
    this(Integer.MAX_VALUE);
  }

  /**
   * @param eventsPerJob events kept of each job, the newest
   */
  public InMemoryJobStore(int eventsPerJob) {
    this(eventsPerJob, () -> 0);
  }

  /**
   * @param now in milliseconds; ended jobs stay for a week
   */
  public InMemoryJobStore(int eventsPerJob, LongSupplier now) {
    this.eventsPerJob = eventsPerJob;
    this.now = now;
  }

  @Override
  public synchronized CompletionStage<Created> create(NewJob job, Commit commit) {
    if (job.idempotencyKey() != null) {
      String known = keys.get(job.idempotencyKey());
      String[] parts = known == null ? null : known.split(" ", 2);
      if (known != null && jobs.containsKey(parts[1])) {
        return parts[0].equals(job.contentHash())
            ? CompletableFuture.completedFuture(new Created(parts[1], true))
            : CompletableFuture.failedFuture(
                new MnException(
                    ErrorCode.CONFLICT,
                    "idempotency_key_reused",
                    "this Idempotency-Key was used before for another submission"));
      }
    }
    if (job.runId() != null) {
      String holder = runs.getOrDefault(job.runId(), job.runId().replaceFirst("^run-", ""));
      if (jobs.containsKey(holder)) {
        return CompletableFuture.failedFuture(
            new MnException(ErrorCode.CONFLICT, "run_id_in_use", "job " + holder + " has it"));
      }
      runs.put(job.runId(), job.jobId());
    }
    if (job.idempotencyKey() != null) {
      keys.put(job.idempotencyKey(), job.contentHash() + " " + job.jobId());
    }
    Job made = new Job();
    made.owner = job.owner();
    made.manifest = job.manifest();
    jobs.put(job.jobId(), made);
    unrecorded.add(job.jobId());
    apply(made, commit);
    move(commit);
    return CompletableFuture.completedFuture(new Created(job.jobId(), false));
  }

  @Override
  public synchronized CompletionStage<Void> commit(Commit commit) {
    Job job = jobs.get(commit.jobId());
    if (job == null || job.epoch != commit.epoch()) {
      return CompletableFuture.failedFuture(new FencedException(commit.jobId()));
    }
    apply(job, commit);
    move(commit);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<Boolean> abandon(Commit end) {
    Job job = jobs.get(end.jobId());
    if (job == null || job.terminal) {
      return CompletableFuture.completedFuture(false);
    }
    job.fields.clear();
    job.blobs.clear();
    job.epoch = end.epoch();
    job.owner = null;
    allocations.keySet().removeIf(execution -> execution.startsWith(end.jobId() + "."));
    unrecorded.remove(end.jobId());
    apply(job, end);
    move(end);
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public synchronized CompletionStage<Map<String, String>> allocations() {
    return CompletableFuture.completedFuture(Map.copyOf(allocations));
  }

  private void move(Commit commit) {
    String id = commit.jobId();
    String before = jobs.get(id).status;
    if (before != null && !before.equals(commit.status())) {
      index.get(before).remove(id);
    }
    jobs.get(id).status = commit.status();
    index.computeIfAbsent(commit.status(), status -> new LinkedHashSet<>()).add(id);
    if (commit.terminal()) {
      leaving.put(id, now.getAsLong() + KEPT.toMillis());
    }
  }

  private void remove(String id) {
    index.get(jobs.remove(id).status).remove(id);
    leaving.remove(id);
    unrecorded.remove(id);
    unread.remove(id);
    runs.values().remove(id);
    keys.values().removeIf(claim -> claim.endsWith(" " + id));
  }

  /** Whether nothing is left of any job. */
  public synchronized boolean isEmpty() {
    return jobs.isEmpty()
        && leaving.isEmpty()
        && unrecorded.isEmpty()
        && unread.isEmpty()
        && runs.isEmpty()
        && keys.isEmpty()
        && index.values().stream().allMatch(Set::isEmpty);
  }

  private void apply(Job job, Commit commit) {
    job.fields.putAll(commit.set());
    commit.delete().forEach(job.fields::remove);
    job.blobs.putAll(commit.blobs());
    commit.dropped().forEach(job.blobs::remove);
    commit.allocations().freed().forEach(allocations::remove);
    allocations.putAll(commit.allocations().given());
    long first = commit.lastSeq() - commit.events().size() + 1;
    for (int i = 0; i < commit.events().size(); i++) {
      job.events.add(new StoredEvent(first + i, commit.events().get(i)));
    }
    job.events.subList(0, Math.max(0, job.events.size() - eventsPerJob)).clear();
    job.row = commit.row();
    job.manifest = commit.manifest() == null ? job.manifest : commit.manifest();
    job.updatedAt = commit.updatedAt();
    job.terminal = commit.terminal();
  }

  @Override
  public synchronized CompletionStage<Optional<StoredJob>> load(String jobId) {
    Job job = jobs.get(jobId);
    return CompletableFuture.completedFuture(
        Optional.ofNullable(job)
            .map(
                j ->
                    new StoredJob(
                        jobId,
                        j.epoch,
                        j.owner,
                        j.manifest,
                        Map.copyOf(j.fields),
                        Map.copyOf(j.blobs))));
  }

  @Override
  public synchronized CompletionStage<Optional<StoredJob>> outline(String jobId) {
    return load(jobId).thenApply(job -> job.map(StoredJob::withoutBlobs));
  }

  @Override
  public synchronized CompletionStage<List<String>> activeJobs() {
    return CompletableFuture.completedFuture(
        jobs.entrySet().stream()
            .filter(job -> !job.getValue().terminal)
            .map(Map.Entry::getKey)
            .toList());
  }

  @Override
  public synchronized CompletionStage<List<String>> unrecordedJobs() {
    return CompletableFuture.completedFuture(List.copyOf(unrecorded));
  }

  @Override
  public synchronized CompletionStage<Void> recorded(List<String> jobIds) {
    unrecorded.removeAll(jobIds);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<Void> unread(List<String> jobIds) {
    jobIds.stream().filter(unrecorded::remove).forEach(unread::add);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<List<String>> unreadJobs() {
    return CompletableFuture.completedFuture(List.copyOf(unread));
  }

  @Override
  public synchronized CompletionStage<List<String>> dueUnreadJobs(int limit) {
    return CompletableFuture.completedFuture(due().filter(unread::contains).limit(limit).toList());
  }

  @Override
  public synchronized CompletionStage<Boolean> isUnread(String jobId) {
    return CompletableFuture.completedFuture(unread.contains(jobId));
  }

  @Override
  public synchronized CompletionStage<Void> read(List<String> jobIds) {
    unread.removeAll(jobIds);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<String> manifest(String jobId) {
    Job job = jobs.get(jobId);
    return CompletableFuture.completedFuture(job == null ? null : job.manifest);
  }

  @Override
  public synchronized CompletionStage<Void> eachState(String field, Consumer<String> hears) {
    jobs.values().stream()
        .map(job -> job.fields.get(field))
        .filter(Objects::nonNull)
        .forEach(hears);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<String> owner(String jobId) {
    Job job = jobs.get(jobId);
    return CompletableFuture.completedFuture(job == null ? null : job.owner);
  }

  @Override
  public synchronized CompletionStage<JobHolder> holder(String jobId) {
    Job job = jobs.get(jobId);
    return CompletableFuture.completedFuture(
        job == null ? null : new JobHolder(job.owner, job.epoch));
  }

  @Override
  public synchronized CompletionStage<Long> takeOver(
      String jobId, String from, String owner, long epoch) {
    Job job = jobs.get(jobId);
    if (job == null || !job.owner.equals(from) || epoch != 0 && epoch != job.epoch) {
      return CompletableFuture.completedFuture(-1L);
    }
    job.owner = owner;
    return CompletableFuture.completedFuture(++job.epoch);
  }

  @Override
  public synchronized CompletionStage<String> row(String jobId) {
    Job job = jobs.get(jobId);
    return CompletableFuture.completedFuture(job == null ? null : job.row);
  }

  @Override
  public synchronized CompletionStage<List<ListedRow>> rows(RowsWanted wanted) {
    return CompletableFuture.completedFuture(
        jobs.entrySet().stream()
            .filter(
                job ->
                    job.getValue().terminal
                        ? wanted.ended().contains(job.getValue().status)
                        : wanted.open())
            .map(job -> new RankedJob(job.getKey(), job.getValue().updatedAt))
            .filter(place -> wanted.after() == null || place.compareTo(wanted.after()) > 0)
            .sorted()
            .limit(wanted.limit())
            .map(place -> new ListedRow(place, jobs.get(place.jobId()).row))
            .toList());
  }

  @Override
  public synchronized CompletionStage<Map<String, Long>> counts() {
    Map<String, Long> counts = new TreeMap<>();
    index.forEach((status, ids) -> counts.put(status, (long) ids.size()));
    counts.values().removeIf(count -> count == 0);
    return CompletableFuture.completedFuture(counts);
  }

  @Override
  public synchronized CompletionStage<String> status(String jobId) {
    return CompletableFuture.completedFuture(
        index.entrySet().stream()
            .filter(status -> status.getValue().contains(jobId))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(null));
  }

  @Override
  public synchronized CompletionStage<Integer> tidy() {
    return removeAll(due().filter(job -> !unread.contains(job)).toList());
  }

  private Stream<String> due() {
    long due = now.getAsLong();
    return leaving.entrySet().stream().filter(job -> job.getValue() <= due).map(Map.Entry::getKey);
  }

  private CompletionStage<Integer> removeAll(List<String> ids) {
    ids.forEach(this::remove);
    return CompletableFuture.completedFuture(ids.size());
  }

  @Override
  public synchronized CompletionStage<List<StoredEvent>> events(
      String jobId, long after, int limit) {
    return CompletableFuture.completedFuture(
        eventsOf(jobId).stream().filter(event -> event.seq() > after).limit(limit).toList());
  }

  @Override
  public synchronized CompletionStage<List<StoredEvent>> lastEvents(String jobId, int limit) {
    List<StoredEvent> all = eventsOf(jobId);
    return CompletableFuture.completedFuture(
        List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size())));
  }

  private List<StoredEvent> eventsOf(String jobId) {
    Job job = jobs.get(jobId);
    return job == null ? List.of() : job.events;
  }

  @Override
  public synchronized CompletionStage<Integer> deleteTerminal() {
    return removeAll(
        jobs.entrySet().stream()
            .filter(job -> job.getValue().terminal && !unrecorded.contains(job.getKey()))
            .filter(job -> !unread.contains(job.getKey()))
            .map(Map.Entry::getKey)
            .toList());
  }

  @Override
  public synchronized CompletionStage<List<String>> endedJobs(int limit) {
    return CompletableFuture.completedFuture(
        jobs.entrySet().stream()
            .filter(job -> job.getValue().terminal)
            .map(Map.Entry::getKey)
            .limit(limit)
            .toList());
  }

  @Override
  public synchronized CompletionStage<List<String>> remove(List<String> jobIds) {
    List<String> staying =
        jobIds.stream()
            .filter(jobs::containsKey)
            .filter(
                job -> !jobs.get(job).terminal || unrecorded.contains(job) || unread.contains(job))
            .toList();
    jobIds.stream()
        .filter(job -> jobs.containsKey(job) && !staying.contains(job))
        .forEach(this::remove);
    return CompletableFuture.completedFuture(staying);
  }
}
