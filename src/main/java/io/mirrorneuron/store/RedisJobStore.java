package io.mirrorneuron.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Jobs in Redis; one script call per write, which refuses a stale epoch. */
public final class RedisJobStore implements JobStore {
  /** Fields of a state that are the index's, see {@code job-index.lua} and {@code create.lua}. */
  private static final List<String> INDEXED = List.of("status", "run", "key");

  private final RedisLanes lanes;
  private final Keys keys;
  private final RedisJobWriter writer;
  private final RedisJobIndex index;
  private final RedisJobTidying tidying;
  private final RedisEventLog log;
  private final Script takeOverScript;
  private final Script loadScript;

  /**
   * @param terminalTtl how long a finished job stays
   * @param eventsPerJob events kept of each job, the newest
   */
  public RedisJobStore(RedisLanes lanes, Keys keys, Duration terminalTtl, int eventsPerJob) {
    this.lanes = lanes;
    this.keys = keys;
    this.writer = new RedisJobWriter(lanes, keys, terminalTtl, eventsPerJob);
    this.index = new RedisJobIndex(lanes, keys);
    this.tidying = new RedisJobTidying(lanes, keys, terminalTtl);
    this.log = new RedisEventLog(lanes, keys);
    this.takeOverScript = Script.resource("take-over.lua");
    this.loadScript = Script.resource("load.lua");
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
    return JobDamage.named(
            jobId,
            loadScript
                .call()
                .key(keys.state(jobId))
                .key(keys.manifest(jobId))
                .key(keys.blobs(jobId))
                .send(lanes.of(jobId)))
        .map(all -> stored(jobId, all.get(0), all.get(1), texts(all.get(2))))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<StoredJob>> outline(String jobId) {
    RedisLane lane = lanes.of(jobId);
    Future<Response> state = lane.send(Request.cmd(Command.HGETALL).arg(keys.state(jobId)));
    Future<Response> manifest = lane.send(Request.cmd(Command.GET).arg(keys.manifest(jobId)));
    return JobDamage.named(jobId, Future.all(state, manifest))
        .map(both -> stored(jobId, state.result(), manifest.result(), Map.of()))
        .toCompletionStage();
  }

  private static Optional<StoredJob> stored(
      String jobId, Response state, Response manifest, Map<String, String> blobs) {
    Map<String, String> fields = texts(state);
    String epoch = fields.remove("epoch");
    String owner = fields.remove("owner");
    INDEXED.forEach(fields::remove);
    if (epoch == null || manifest == null) {
      return Optional.empty();
    }
    long number = JobDamage.number(jobId, "epoch", epoch);
    return Optional.of(new StoredJob(jobId, number, owner, manifest.toString(), fields, blobs));
  }

  private static Map<String, String> texts(Response hash) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (hash != null && hash.isMap()) {
      hash.getKeys().forEach(field -> texts.put(field, hash.get(field).toString()));
    } else if (hash != null) { // a script's answer is a list
      for (int i = 0; i + 1 < hash.size(); i += 2) {
        texts.put(hash.get(i).toString(), hash.get(i + 1).toString());
      }
    }
    return texts;
  }

  @Override
  public CompletionStage<List<String>> activeJobs() {
    return lanes
        .any()
        .send(Request.cmd(Command.ZRANGE).arg(keys.activeJobs()).arg(0).arg(-1))
        .map(answer -> answer.stream().map(Response::toString).toList())
        .toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> unrecordedJobs() {
    return lanes
        .any()
        .send(Request.cmd(Command.SMEMBERS).arg(keys.unrecordedJobs()))
        .map(answer -> answer.stream().map(Response::toString).toList())
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Void> recorded(List<String> jobIds) {
    Request remove = Request.cmd(Command.SREM).arg(keys.unrecordedJobs());
    jobIds.forEach(remove::arg);
    return lanes.any().send(remove).<Void>mapEmpty().toCompletionStage();
  }

  @Override
  public CompletionStage<String> manifest(String jobId) {
    return read(jobId, Request.cmd(Command.GET).arg(keys.manifest(jobId)))
        .map(answer -> answer == null ? null : answer.toString())
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Void> eachState(String field, Consumer<String> hears) {
    return index.eachState(field, hears).toCompletionStage();
  }

  @Override
  public CompletionStage<String> owner(String jobId) {
    return read(jobId, Request.cmd(Command.HGET).arg(keys.state(jobId)).arg("owner"))
        .map(answer -> answer == null ? null : answer.toString())
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Long> takeOver(String jobId, String from, String owner) {
    return JobDamage.named(
            jobId,
            takeOverScript.call().key(keys.state(jobId)).arg(from).arg(owner).send(lanes.of(jobId)))
        .map(Response::toLong)
        .toCompletionStage();
  }

  /** The hot read path: finished bytes, on the caller's event loop. */
  public JobRows hotRows() {
    return jobId ->
        onCaller(rowAnswer(jobId)).map(answer -> answer == null ? null : answer.toBuffer());
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
    return rowAnswer(jobId)
        .map(answer -> answer == null ? null : answer.toString())
        .toCompletionStage();
  }

  private Future<Response> rowAnswer(String jobId) {
    return read(jobId, Request.cmd(Command.GET).arg(keys.row(jobId)));
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
        .map(RedisJobStore::texts)
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
