package io.mirrorneuron.store;

import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.store.JobStore.JobHolder;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.JobStore.RowsWanted;
import io.mirrorneuron.store.JobStore.ServedJobStore;
import io.mirrorneuron.store.bucket.PackedJobs;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.mirrorneuron.store.bucket.StoredJobs;
import io.mirrorneuron.store.bucket.WrittenJobs;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Jobs in Redis; one script call per write, which refuses a stale epoch. */
public final class RedisJobStore implements ServedJobStore {
  private final StoredJobs jobs;
  private final RedisJobWriter writer;
  private final RedisJobIndex index;
  private final RedisJobTidying tidying;
  private final RedisEventLog log;
  private final RunMarks runs;

  /**
   * @param terminalTtl how long an ended job stays
   * @param eventsPerJob newest events kept of each job
   */
  public RedisJobStore(
      RedisPipelines pipelines, Keys keys, Duration terminalTtl, int eventsPerJob) {
    this(pipelines, keys, new WrittenJobs(eventsPerJob), terminalTtl, eventsPerJob, false);
  }

  private RedisJobStore(
      RedisPipelines pipelines,
      Keys keys,
      WrittenJobs written,
      Duration terminalTtl,
      int eventsPerJob,
      boolean isBucket) {
    PackedJobs packed = new PackedJobs(pipelines, keys);
    this.jobs = new StoredJobs(pipelines, keys, packed);
    this.writer = new RedisJobWriter(pipelines, keys, packed, written, terminalTtl, eventsPerJob);
    this.index = new RedisJobIndex(pipelines, keys, packed);
    this.tidying = new RedisJobTidying(pipelines, keys, terminalTtl, isBucket);
    this.log = new RedisEventLog(pipelines, keys, packed);
    this.runs = new RunMarks(pipelines, keys);
  }

  /**
   * The jobs of one bucket, separate from the other buckets: claims on ids that all buckets share
   * are made before.
   *
   * @param written of the jobs of all buckets
   */
  public static RedisJobStore ofBucket(
      Place bucket, WrittenJobs written, Duration terminalTtl, int eventsPerJob) {
    return new RedisJobStore(
        bucket.pipelines(), bucket.keys(), written, terminalTtl, eventsPerJob, true);
  }

  /** In a bucket: creates a job whose shared ids have been claimed. */
  public Future<Created> createClaimed(NewJob job, Commit commit) {
    return writer.createClaimed(job, commit);
  }

  /** Job ids with their rank, last changed first. */
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
   * Completes on the caller's event loop, which may differ from the job's, as callers keep state
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

  /** Marks of jobs whose runs are incomplete in the run store, or are written on the first read. */
  private static final class RunMarks {
    private final RedisPipelines pipelines;
    private final Keys keys;
    private final Script dueScript = Script.onIndex("due-unread.lua");

    public RunMarks(RedisPipelines pipelines, Keys keys) {
      this.pipelines = pipelines;
      this.keys = keys;
    }

    public Future<List<String>> unrecorded() {
      return members(keys.unrecordedJobs());
    }

    public Future<Void> recorded(List<String> jobIds) {
      return remove(keys.unrecordedJobs(), jobIds);
    }

    public Future<List<String>> unread() {
      return members(keys.unreadJobs());
    }

    /** One command for each job: a job that was removed meanwhile is not marked. */
    public Future<Void> unread(List<String> jobIds) {
      return Future.all(jobIds.stream().map(job -> pipelines.send(move(job))).toList()).mapEmpty();
    }

    private Request move(String job) {
      return Request.cmd(Command.SMOVE).arg(keys.unrecordedJobs()).arg(keys.unreadJobs()).arg(job);
    }

    public Future<List<String>> dueUnread(int limit) {
      return dueScript
          .call()
          .key(keys.jobs())
          .arg(limit)
          .send(pipelines)
          .map(answer -> answer.stream().map(Response::toString).toList());
    }

    public Future<Boolean> isUnread(String jobId) {
      return pipelines
          .send(Request.cmd(Command.SISMEMBER).arg(keys.unreadJobs()).arg(jobId))
          .map(Response::toBoolean);
    }

    public Future<Void> read(List<String> jobIds) {
      return remove(keys.unreadJobs(), jobIds);
    }

    private Future<List<String>> members(String key) {
      return pipelines
          .send(Request.cmd(Command.SMEMBERS).arg(key))
          .map(answer -> answer.stream().map(Response::toString).toList());
    }

    private Future<Void> remove(String key, List<String> jobIds) {
      Request remove = Request.cmd(Command.SREM).arg(key);
      jobIds.forEach(remove::arg);
      return pipelines.send(remove).mapEmpty();
    }
  }

  /**
   * Removes ended jobs, and migrates the index of an earlier version. Each script call does a batch
   * atomically and does nothing when another server was faster; the next call continues after an
   * interruption.
   */
  private static final class RedisJobTidying {
    /** Jobs per script call: Redis blocks for about 10 ms meanwhile. */
    private static final int BATCH = 500;

    /** Position in the answer of {@code remove.lua} of the jobs that stay. */
    private static final int STAYING = 2;

    private static final String VERSION = "2";

    private final RedisPipelines pipelines;
    private final Keys keys;
    private final Duration terminalTtl;
    private final String claims;
    private final Script removeScript = Script.onIndex("remove.lua");
    private final Script adoptScript = Script.onIndex("adopt.lua");

    /**
     * @param terminalTtl for ended jobs without one of their own
     * @param isClaimed whether run ids and idempotency keys are claimed elsewhere
     */
    RedisJobTidying(RedisPipelines pipelines, Keys keys, Duration terminalTtl, boolean isClaimed) {
      this.pipelines = pipelines;
      this.keys = keys;
      this.terminalTtl = terminalTtl;
      this.claims = isClaimed ? "elsewhere" : "here";
    }

    Future<Integer> tidy() {
      return pipelines
          .any()
          .send(Request.cmd(Command.GET).arg(keys.indexVersion()))
          .compose(
              version ->
                  version != null && version.toString().equals(VERSION)
                      ? Future.succeededFuture()
                      : adoptAll())
          .compose(adopted -> remove("due", 0, 0));
    }

    Future<Integer> deleteTerminal() {
      Future<Integer> deleted = Future.succeededFuture(0);
      for (String status : RunStatus.FINAL_WORDS) {
        deleted = deleted.compose(before -> remove(status, 0, before));
      }
      return deleted;
    }

    /** See {@link io.mirrorneuron.store.JobStore.EndedJobs#remove}. */
    Future<List<String>> remove(List<String> jobIds) {
      Future<List<String>> staying = Future.succeededFuture(new ArrayList<>());
      for (int from = 0; from < jobIds.size(); from += BATCH) {
        List<String> batch = jobIds.subList(from, Math.min(from + BATCH, jobIds.size()));
        staying = staying.compose(before -> removeThese(batch).map(stay -> both(before, stay)));
      }
      return staying;
    }

    private Future<List<String>> removeThese(List<String> jobIds) {
      Script.Call call = call("these", 0);
      jobIds.forEach(call::arg);
      return call.send(pipelines.any()).map(answer -> members(answer.get(STAYING)));
    }

    private static List<String> both(List<String> some, List<String> others) {
      some.addAll(others);
      return some;
    }

    private Script.Call call(String which, int staying) {
      return removeScript
          .call()
          .key(keys.jobs())
          .key(keys.chosenRuns())
          .arg(keys.namespace())
          .arg(which)
          .arg(BATCH)
          .arg(staying)
          .arg(claims);
    }

    /**
     * @param which of the ended jobs, see {@code remove.lua}
     * @param staying number of jobs that were looked at and stay
     */
    private Future<Integer> remove(String which, int staying, int before) {
      return call(which, staying)
          .send(pipelines.any())
          .compose(
              answer -> {
                int removed = answer.get(0).toInteger();
                int stay = answer.get(1).toInteger();
                return removed + stay == 0
                    ? Future.succeededFuture(before)
                    : remove(which, staying + stay, before + removed);
              });
    }

    private Future<Response> adoptAll() {
      Future<Response> done = Future.succeededFuture();
      for (String place :
          Stream.concat(Stream.of("active"), RunStatus.FINAL_WORDS.stream()).toList()) {
        Request all = Request.cmd(Command.ZRANGE).arg(keys.jobs() + place).arg(0).arg(-1);
        done = done.compose(before -> adopt(place, all));
      }
      return done.compose(
              before ->
                  adopt("unrecorded", Request.cmd(Command.SMEMBERS).arg(keys.unrecordedJobs())))
          .compose(before -> adopt("runs", Request.cmd(Command.HGETALL).arg(keys.chosenRuns())))
          .compose(
              before ->
                  pipelines
                      .any()
                      .send(Request.cmd(Command.SET).arg(keys.indexVersion()).arg(VERSION)));
    }

    private Future<Response> adopt(String place, Request all) {
      return pipelines.any().send(all).compose(answer -> adopt(place, members(answer), 0));
    }

    /** The members of a set; of a hash, fields and values in turn. */
    private static List<String> members(Response answer) {
      List<String> members = new ArrayList<>();
      if (answer.isMap()) {
        answer
            .getKeys()
            .forEach(field -> members.addAll(List.of(field, answer.get(field).toString())));
      } else {
        answer.forEach(member -> members.add(member.toString()));
      }
      return members;
    }

    private Future<Response> adopt(String place, List<String> members, int from) {
      if (from >= members.size()) {
        return Future.succeededFuture();
      }
      int to = Math.min(from + BATCH, members.size());
      Script.Call call = adoptScript.call().key(keys.jobs()).key(keys.chosenRuns());
      call.arg(keys.namespace()).arg(place).arg(terminalTtl.toMillis());
      members.subList(from, to).forEach(call::arg);
      return call.send(pipelines.any()).compose(answer -> adopt(place, members, to));
    }
  }
}
