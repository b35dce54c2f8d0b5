package io.mirrorneuron.store;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.Created;
import io.mirrorneuron.store.JobStore.FencedException;
import io.mirrorneuron.store.JobStore.NewJob;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.time.Duration;

/** Writes jobs to Redis: one script call creates a job or commits a turn, whole or not at all. */
final class RedisJobWriter {
  private static final Duration IDEMPOTENCY_TTL = Duration.ofHours(24);

  /** What the script says before the job that has the run id. */
  private static final String RUN_ID = "RUN_ID";

  /** What the script says when the payload files are not known. */
  private static final String BUNDLE = "BUNDLE";

  private final RedisLanes lanes;
  private final Keys keys;
  private final Duration terminalTtl;
  private final int eventsPerJob;
  private final Script createScript = Script.onIndex("create.lua");
  private final Script commitScript = Script.onIndex("commit.lua");
  private final Script abandonScript = Script.onIndex("abandon.lua", "commit.lua");

  /**
   * @param terminalTtl how long a finished job stays
   * @param eventsPerJob events kept of each job, the newest
   */
  RedisJobWriter(RedisLanes lanes, Keys keys, Duration terminalTtl, int eventsPerJob) {
    this.lanes = lanes;
    this.keys = keys;
    this.terminalTtl = terminalTtl;
    this.eventsPerJob = eventsPerJob;
  }

  /** See {@link JobStore#create}. */
  Future<Created> create(NewJob job, Commit commit) {
    Script.Call call = createScript.call();
    keysOf(call, commit);
    String key = job.idempotencyKey() == null ? "" : job.idempotencyKey();
    call.key(keys.idempotency(key)).key(keys.chosenRuns()).key(keys.bundles());
    call.arg(key.isEmpty() ? "" : job.contentHash()).arg(IDEMPOTENCY_TTL.toMillis());
    call.arg(job.owner()).arg(job.manifest());
    arguments(call, commit);
    call.arg(job.runId() == null ? "" : job.runId());
    call.arg(job.bundle() == null ? "" : job.bundle());
    return call.send(lanes.of(commit.jobId()))
        .recover(failure -> Future.failedFuture(translate(commit.jobId(), failure)))
        .map(answer -> new Created(answer.toString(), !answer.toString().equals(commit.jobId())));
  }

  /** See {@link JobStore#commit}. */
  Future<Void> commit(Commit commit) {
    return write(commitScript, commit).mapEmpty();
  }

  /** See {@link JobStore#abandon}. */
  Future<Boolean> abandon(Commit end) {
    return write(abandonScript, end).map(Response::toBoolean);
  }

  private Future<Response> write(Script script, Commit commit) {
    Script.Call call = script.call();
    keysOf(call, commit);
    call.arg(commit.epoch());
    arguments(call, commit);
    return call.send(lanes.of(commit.jobId()))
        .recover(failure -> Future.failedFuture(translate(commit.jobId(), failure)));
  }

  private void keysOf(Script.Call call, Commit commit) {
    String jobId = commit.jobId();
    call.key(keys.state(jobId)).key(keys.events(jobId)).key(keys.row(jobId));
    call.key(keys.manifest(jobId)).key(keys.blobs(jobId)).key(keys.jobs());
    call.key(keys.allocations());
  }

  private void arguments(Script.Call call, Commit commit) {
    call.arg(commit.jobId()).arg(commit.updatedAt()).arg(commit.status());
    call.arg(commit.terminal() ? Math.max(1, terminalTtl.toMillis()) : 0).arg(commit.row());
    call.arg(commit.lastSeq()).arg(Math.max(0, commit.lastSeq() - eventsPerJob));
    call.arg(String.join("\n", commit.events()));
    call.arg(commit.set().size() * 2L).arg(commit.delete().size()).arg(commit.blobs().size() * 2L);
    call.arg(commit.allocations().freed().size()).arg(commit.allocations().given().size() * 2L);
    commit.allocations().freed().forEach(call::arg);
    commit.allocations().given().forEach((execution, text) -> call.arg(execution).arg(text));
    commit.set().forEach((field, value) -> call.arg(field).arg(value));
    commit.delete().forEach(call::arg);
    commit.blobs().forEach((name, text) -> call.arg(name).arg(text));
    commit.dropped().forEach(call::arg);
  }

  private static Throwable translate(String jobId, Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    if (text.contains("FENCED")) {
      return new FencedException(jobId);
    }
    if (text.contains("IDEMPOTENCY")) {
      return new MnException(
          ErrorCode.CONFLICT,
          "idempotency_key_reused",
          "this Idempotency-Key was used before for another submission");
    }
    if (text.contains(RUN_ID)) {
      String holder = text.substring(text.indexOf(RUN_ID) + RUN_ID.length()).strip();
      return new MnException(
          ErrorCode.CONFLICT,
          "run_id_in_use",
          "job " + holder + " has a run with this id; choose another run_id, or none");
    }
    if (text.contains(BUNDLE)) {
      return new MnException(
          ErrorCode.PRECONDITION,
          JobStore.BUNDLE_GONE,
          "the payload files were removed while the job was made; submit it again");
    }
    return failure;
  }
}
