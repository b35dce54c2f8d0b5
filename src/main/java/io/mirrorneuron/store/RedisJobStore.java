package io.mirrorneuron.store;

import io.mirrorneuron.store.bucket.PackedJobs;
import io.mirrorneuron.store.bucket.Place;
import io.mirrorneuron.store.bucket.StoredJobs;
import io.mirrorneuron.store.bucket.WrittenJobs;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Jobs in Redis; one script call per write, which refuses a stale epoch. */
public final class RedisJobStore implements ServedJobStore {
  private final StoredJobs jobs;
  private final RedisJobWriter writer;
  private final RedisJobIndex index;
  private final RedisJobTidying tidying;
  private final RedisEventLog log;
  private final RunMarks runs;

  /**
   * @param terminalTtl how long a finished job stays
   * @param eventsPerJob events kept of each job, the newest
   */
  public RedisJobStore(RedisLanes lanes, Keys keys, Duration terminalTtl, int eventsPerJob) {
    this(lanes, keys, new WrittenJobs(eventsPerJob), terminalTtl, eventsPerJob, false);
  }

  private RedisJobStore(
      RedisLanes lanes,
      Keys keys,
      WrittenJobs written,
      Duration terminalTtl,
      int eventsPerJob,
      boolean isBucket) {
    PackedJobs packed = new PackedJobs(lanes, keys);
    this.jobs = new StoredJobs(lanes, keys, packed);
    this.writer = new RedisJobWriter(lanes, keys, packed, written, terminalTtl, eventsPerJob);
    this.index = new RedisJobIndex(lanes, keys, packed);
    this.tidying = new RedisJobTidying(lanes, keys, terminalTtl, isBucket);
    this.log = new RedisEventLog(lanes, keys, packed);
    this.runs = new RunMarks(lanes, keys);
  }

  /**
   * The jobs of one bucket, which knows nothing of the others: what all share is claimed before.
   *
   * @param written of the jobs of all buckets
   */
  public static RedisJobStore ofBucket(
      Place bucket, WrittenJobs written, Duration terminalTtl, int eventsPerJob) {
    return new RedisJobStore(
        bucket.lanes(), bucket.keys(), written, terminalTtl, eventsPerJob, true);
  }

  /** In a bucket: makes a job for which all that others could have has been claimed. */
  public Future<Created> createClaimed(NewJob job, Commit commit) {
    return writer.createClaimed(job, commit);
  }

  /** The ids of jobs, last changed first, with what orders them. */
  public Future<List<RankedJob>> ranked(RowsWanted wanted) {
    return index.ranked(wanted);
  }

  /** The rows of these jobs, in the same order. */
  public Future<List<ListedRow>> rowsOf(List<RankedJob> jobs) {
    return index.rowsOf(jobs);
  }

  @Override
  public CompletionStage<Created> create(NewJob job, Commit commit) {
    return writer.create(job, commit).toCompletionStage();
  }

  @Override
  public CompletionStage<Void> commit(Commit commit) {
    return writer.commit(commit).toCompletionStage();
  }

  @Override
  public CompletionStage<Boolean> abandon(Commit end) {
    return writer.abandon(end).toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<StoredJob>> load(String jobId) {
    return jobs.load(jobId).toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<StoredJob>> outline(String jobId) {
    return jobs.outline(jobId).toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> activeJobs() {
    return index.active().toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> unrecordedJobs() {
    return runs.unrecorded().toCompletionStage();
  }

  @Override
  public CompletionStage<Void> recorded(List<String> jobIds) {
    return runs.recorded(jobIds).toCompletionStage();
  }

  @Override
  public CompletionStage<Void> unread(List<String> jobIds) {
    return runs.unread(jobIds).toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> unreadJobs() {
    return runs.unread().toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> dueUnreadJobs(int limit) {
    return runs.dueUnread(limit).toCompletionStage();
  }

  @Override
  public CompletionStage<Boolean> isUnread(String jobId) {
    return runs.isUnread(jobId).toCompletionStage();
  }

  @Override
  public CompletionStage<Void> read(List<String> jobIds) {
    return runs.read(jobIds).toCompletionStage();
  }

  @Override
  public CompletionStage<String> manifest(String jobId) {
    return jobs.manifest(jobId).toCompletionStage();
  }

  @Override
  public CompletionStage<Void> eachState(String field, Consumer<String> hears) {
    return index.eachState(field, hears);
  }

  @Override
  public CompletionStage<String> owner(String jobId) {
    return jobs.owner(jobId).toCompletionStage();
  }

  @Override
  public CompletionStage<JobHolder> holder(String jobId) {
    return jobs.holder(jobId).toCompletionStage();
  }

  @Override
  public CompletionStage<Long> takeOver(String jobId, String from, String to, long at) {
    return JobDamage.named(jobId, writer.takeOver(jobId, from, to, at)).toCompletionStage();
  }

  @Override
  public JobRows hotRows() {
    return jobId -> onCaller(jobs.row(jobId)).map(row -> row == null ? null : Buffer.buffer(row));
  }

  /**
   * Completes on the event loop that called, which need not be the lane, as callers keep state
   * there.
   */
  private static <T> Future<T> onCaller(Future<T> answer) {
    Context caller = Vertx.currentContext();
    if (caller == null) {
      return answer;
    }
    Promise<T> here = Promise.promise();
    answer.onComplete(done -> caller.runOnContext(nothing -> here.handle(done)));
    return here.future();
  }

  @Override
  public CompletionStage<String> row(String jobId) {
    return jobs.row(jobId)
        .map(row -> row == null ? null : new String(row, StandardCharsets.UTF_8))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<List<ListedRow>> rows(RowsWanted wanted) {
    return index.rows(wanted).toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, Long>> counts() {
    return index.counts().toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, String>> allocations() {
    return jobs.allocations().toCompletionStage();
  }

  @Override
  public CompletionStage<Integer> deleteTerminal() {
    return tidying.deleteTerminal().toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> endedJobs(int limit) {
    return index.ended(limit).toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> remove(List<String> jobIds) {
    return tidying.remove(jobIds).toCompletionStage();
  }

  @Override
  public CompletionStage<String> status(String jobId) {
    return index.status(jobId).toCompletionStage();
  }

  @Override
  public CompletionStage<Integer> tidy() {
    return tidying.tidy().toCompletionStage();
  }

  @Override
  public CompletionStage<List<StoredEvent>> events(String jobId, long after, int limit) {
    return JobDamage.named(jobId, log.after(jobId, after, limit)).toCompletionStage();
  }

  @Override
  public CompletionStage<List<StoredEvent>> lastEvents(String jobId, int limit) {
    return JobDamage.named(jobId, log.last(jobId, limit)).toCompletionStage();
  }
}
