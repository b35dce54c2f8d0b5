package io.mirrorneuron.testing;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The job store as plain maps; answers at once, on the calling thread. */
public final class InMemoryJobStore implements JobStore {
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

  private final int eventsPerJob;
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final Set<String> unrecorded = new LinkedHashSet<>();
  private final Map<String, String> keys = new LinkedHashMap<>();
  private final Map<String, String> runs = new LinkedHashMap<>();

  public InMemoryJobStore() {
    this(Integer.MAX_VALUE);
  }

  /**
   * @param eventsPerJob events kept of each job, the newest
   */
  public InMemoryJobStore(int eventsPerJob) {
    this.eventsPerJob = eventsPerJob;
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
    return CompletableFuture.completedFuture(new Created(job.jobId(), false));
  }

  @Override
  public synchronized CompletionStage<Void> commit(Commit commit) {
    Job job = jobs.get(commit.jobId());
    if (job == null || job.epoch != commit.epoch()) {
      return CompletableFuture.failedFuture(new FencedException(commit.jobId()));
    }
    apply(job, commit);
    return CompletableFuture.completedFuture(null);
  }

  private void apply(Job job, Commit commit) {
    job.fields.putAll(commit.set());
    commit.delete().forEach(job.fields::remove);
    job.blobs.putAll(commit.blobs());
    commit.dropped().forEach(job.blobs::remove);
    long first = commit.lastSeq() - commit.events().size() + 1;
    for (int i = 0; i < commit.events().size(); i++) {
      job.events.add(new StoredEvent(first + i, commit.events().get(i)));
    }
    job.events.subList(0, Math.max(0, job.events.size() - eventsPerJob)).clear();
    job.row = commit.row();
    job.updatedAt = commit.updatedAt();
    job.status = commit.status();
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
  public synchronized CompletionStage<Long> takeOver(String jobId, String from, String owner) {
    Job job = jobs.get(jobId);
    if (job == null || !job.owner.equals(from)) {
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
  public synchronized CompletionStage<List<String>> rows(int limit, boolean includeTerminal) {
    return CompletableFuture.completedFuture(
        jobs.values().stream()
            .filter(job -> includeTerminal || !job.terminal)
            .sorted(Comparator.comparingLong((Job job) -> job.updatedAt).reversed())
            .limit(limit)
            .map(job -> job.row)
            .toList());
  }

  @Override
  public synchronized CompletionStage<Map<String, Long>> counts() {
    return CompletableFuture.completedFuture(
        jobs.values().stream()
            .collect(Collectors.groupingBy(job -> job.status, Collectors.counting())));
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
    int before = jobs.size();
    jobs.values().removeIf(job -> job.terminal);
    return CompletableFuture.completedFuture(before - jobs.size());
  }
}
