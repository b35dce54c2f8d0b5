package io.mirrorneuron.store;

import io.mirrorneuron.store.mark.RunMarks;
import io.mirrorneuron.store.packed.PackedJobs;
import io.mirrorneuron.store.packed.StoredJobs;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Jobs in Redis; one script call per write, which refuses a stale epoch. */
public final class RedisJobStore implements JobStore {
  private static final Script TAKE_OVER = Script.resource("take-over.lua");
  private final RedisLanes lanes;
  private final Keys keys;
  private final PackedJobs packed;
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
    this.lanes = lanes;
    this.keys = keys;
    this.packed = new PackedJobs(lanes, keys);
    this.jobs = new StoredJobs(lanes, keys, packed);
    this.writer = new RedisJobWriter(lanes, keys, packed, terminalTtl, eventsPerJob);
    this.index = new RedisJobIndex(lanes, keys, packed);
    this.tidying = new RedisJobTidying(lanes, keys, terminalTtl);
    this.log = new RedisEventLog(lanes, keys, packed);
    this.runs = new RunMarks(lanes, keys);
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
    return index.eachState(field, hears).toCompletionStage();
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
    writer.takenOver(jobId);
    return JobDamage.named(
            jobId,
            takenOver(jobId, from, to, at)
                .compose(
                    epoch ->
                        epoch >= 0
                            ? Future.succeededFuture(epoch)
                            : packed.thaw(jobId).compose(done -> takenOver(jobId, from, to, at))))
        .toCompletionStage();
  }

  private Future<Long> takenOver(String jobId, String from, String to, long at) {
    return TAKE_OVER
        .call()
        .key(keys.state(jobId))
        .arg(from)
        .arg(to)
        .arg(at)
        .send(lanes.of(jobId))
        .map(Response::toLong);
  }

  /** The hot read path: finished bytes, on the caller's event loop. */
  public JobRows hotRows() {
    return jobId -> onCaller(rowBytes(jobId)).map(row -> row == null ? null : Buffer.buffer(row));
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
    return rowBytes(jobId)
        .map(row -> row == null ? null : new String(row, StandardCharsets.UTF_8))
        .toCompletionStage();
  }

  private Future<byte[]> rowBytes(String jobId) {
    return read(jobId, Request.cmd(Command.GET).arg(keys.row(jobId)))
        .map(answer -> answer == null ? null : PackedJobs.rowIn(jobId, answer));
  }

  private Future<Response> read(String jobId, Request request) {
    return JobDamage.named(jobId, lanes.of(jobId).send(request));
  }

  @Override
  public CompletionStage<List<ListedRow>> rows(int limit, boolean includeTerminal) {
    return index.rows(limit, includeTerminal).toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, Long>> counts() {
    return index.counts().toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, String>> allocations() {
    return lanes
        .any()
        .send(Request.cmd(Command.HGETALL).arg(keys.allocations()))
        .map(StoredJobs::texts)
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Integer> deleteTerminal() {
    return tidying.deleteTerminal().toCompletionStage();
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
